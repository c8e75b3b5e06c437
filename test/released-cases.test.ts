import { createRouterClient } from '@orpc/server';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import { scanWorkerUrl } from './support/temporary-case.ts';

// Each release leaves a case here, made by test/fixtures/make-released-case.mjs; every later one must open it.
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const archives = (await readdir(fixtures)).filter((name) => name.endsWith('.trailbench.tar.gz'));

test('there is a case of release 0.1', () => {
  expect(archives).toContain('release-0.1.trailbench.tar.gz');
});

test.for(archives)('%s opens with everything that was in it', async (archive) => {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await unpack(join(fixtures, archive), folder);
  const engine = createEngine({ dataFolder: join(folder, 'data'), version: '99.0.0', scanWorkerUrl });
  onTestFinished(() => engine.close());
  const api = createRouterClient(engine.router, { context: engine.context });

  // What release-evidence holds: three events, one of them twice, and a record that is none.
  expect(await api.case.open({ path: join(folder, archive.replace('.tar.gz', '')) })).toMatchObject({
    eventCount: 3,
    fileCount: 2,
    accountCount: 1,
    firstEventAt: '2026-01-05 10:00:00',
    lastEventAt: '2026-01-06 11:30:00',
  });
  const counts = { read: 5, stored: 3, duplicate: 1, rejected: 1 };
  expect((await api.evidence.accounting()).records).toEqual(counts);
  const custody = await api.case.custody();
  expect(custody.isChainIntact).toBe(true);
  const actions = custody.entries.map((entry) => entry.action);
  expect(actions.slice(0, 4)).toEqual(['created', 'opened', 'import started', 'import finished']);

  const last = await api.query.run({ sql: `SELECT fileId, recordIndex FROM events WHERE eventName = 'PutBucketAcl'` });
  const [fileId, recordIndex] = last.window.cells.map((cells) => Number(cells[0]));
  const place = { fileId: fileId as number, recordIndex: recordIndex as number };
  const { record } = await api.timeline.event(place);
  expect(JSON.parse(record)).toEqual(JSON.parse((await api.evidence.rawRecord(place)).text));

  // The same evidence again adds nothing: file identities are still the same.
  const { jobId } = await api.evidence.import({ paths: [join(fixtures, 'release-evidence')] });
  let state;
  for await (const snapshot of await api.jobs.watch({ jobId })) state = snapshot.state;
  expect(state).toBe('done');
  expect(await api.evidence.accounting()).toMatchObject({ files: { unchanged: 2 }, records: counts });
});

async function unpack(archive: string, folder: string): Promise<void> {
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  for await (const entry of entries) {
    const path = join(folder, entry.header.name);
    if (entry.header.type === 'directory') {
      entry.resume();
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await pipeline(entry, createWriteStream(path));
  }
  await reading;
}
