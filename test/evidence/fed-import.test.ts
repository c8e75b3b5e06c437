import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runRecordedImport } from '#engine/evidence/recorded-import.ts';
import { SourceQueue } from '#engine/evidence/source-queue.ts';
import { events, expectAccounts, records } from '../support/log-files.ts';
import { scanWorkerUrl, temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeEach(async () => {
  testCase = await temporaryCase();
});
afterEach(() => testCase.remove());

/** Puts a file into the archive, as a download does, and hands it to the import. */
async function deliver(queue: SourceQueue, name: string, content: string): Promise<void> {
  const path = join(testCase.openCase.path, 'archive/s3/bucket', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  const sizeBytes = Buffer.byteLength(content);
  queue.push({ path, name: `s3://bucket/${name}`, segments: [], sizeBytes, container: null, deliveredAt: null, problem: null }); // prettier-ignore
}

function run(queue: SourceQueue, batchAgeMs: number | null, signal = new AbortController().signal) {
  const { openCase, folder } = testCase;
  return runRecordedImport(
    openCase,
    {
      ...{ mode: 'fetch', origins: ['s3://bucket/'], queue, batchAgeMs, startedAtMs: performance.now() },
      begin: async () => ({
        place: ({ name }) => ({ storedPath: name.replace('s3://', 'archive/s3/'), copyTo: null }),
      }),
    },
    { dataFolder: join(folder, 'data'), version: '0.0.0-test', scanWorkerUrl },
    { signal, report: () => undefined },
  );
}

async function countEvents(): Promise<number> {
  const [row] = await testCase.rows('SELECT count(*)::INTEGER AS events FROM events');
  return Number(row!['events']);
}

test('files that come while the import runs are committed as they come, and the import ends when it is told', async () => {
  const queue = new SourceQueue();
  let hasEnded = false;
  const importing = run(queue, 0).finally(() => (hasEnded = true));
  for (let file = 1; file <= 3; file++) {
    await deliver(queue, `${file}.json`, records(events(100)));
    while ((await countEvents()) < file * 100) await sleep(10);
  }
  expect(hasEnded).toBe(false);
  queue.end();
  const summary = await importing;
  expect(summary.files).toEqual({ seen: 3, imported: 3, unchanged: 0, rejected: 0, other: 0 });
  expect(summary.records).toEqual({ read: 300, stored: 300, duplicate: 0, rejected: 0 });
  await expectAccounts(testCase);
  expect(await testCase.rows('SELECT DISTINCT isReferenced, sourcePath, storedPath FROM files ORDER BY ALL')).toEqual(
    ['1', '2', '3'].map((name) => ({
      isReferenced: false,
      sourcePath: `s3://bucket/${name}.json`,
      storedPath: `archive/s3/bucket/${name}.json`,
    })),
  );
});

test('2,500 files fed one by one are each imported once', async () => {
  const queue = new SourceQueue();
  const importing = run(queue, null);
  for (let file = 0; file < 2_500; file++) await deliver(queue, `${file}.json`, records(events(1)));
  queue.end();
  expect(await importing).toMatchObject({
    files: { seen: 2_500, imported: 2_500 },
    records: { read: 2_500, stored: 2_500 },
  });
  await expectAccounts(testCase);
});

test('an import that waits for files can be cancelled; what it had committed stays', async () => {
  const queue = new SourceQueue();
  const abort = new AbortController();
  const importing = run(queue, 0, abort.signal);
  await deliver(queue, 'first.json', records(events(5)));
  while ((await countEvents()) < 5) await sleep(10);
  abort.abort();
  await expect(importing).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await countEvents()).toBe(5);
  expect(await testCase.rows('SELECT state, mode FROM imports')).toEqual([{ state: 'cancelled', mode: 'fetch' }]);
});

test('an import that is never fed ends with nothing', async () => {
  const queue = new SourceQueue();
  const importing = run(queue, null);
  await sleep(20);
  queue.end();
  expect(await importing).toMatchObject({ files: { seen: 0 }, records: { read: 0 } });
});
