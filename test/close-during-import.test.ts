import { createRouterClient } from '@orpc/server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import { generateSample } from '#engine/sample/generate-sample.ts';
import { scanWorkerUrl } from './support/temporary-case.ts';

test('opening another case while an import runs ends the import in order; importing again completes it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const logs = join(folder, 'logs');
  const truth = await generateSample(logs);
  const engine = createEngine({ dataFolder: join(folder, 'data'), version: '0.0.0-test', scanWorkerUrl });
  onTestFinished(() => engine.close());
  const api = createRouterClient(engine.router, { context: engine.context });

  const { path } = await api.case.create({ path: join(folder, 'a') });
  const { jobId } = await api.evidence.import({ paths: [logs] });
  await expect(api.evidence.import({ paths: [logs] })).rejects.toMatchObject({ code: 'BUSY' });
  for await (const snapshot of await api.jobs.watch({ jobId })) if (snapshot.filesDone > 0) break;
  await api.case.create({ path: join(folder, 'b') });
  expect((await api.jobs.list())[0]).toMatchObject({ jobId, state: 'cancelled', error: null });

  const reopened = await api.case.open({ path });
  expect(reopened.eventCount).toBeLessThan(truth.counts.distinctEvents);
  expect((await api.evidence.imports()).map((run) => run.state)).toEqual(['cancelled']);
  const actions = (await api.case.custody()).entries.map((entry) => entry.action);
  expect(actions).toEqual(['created', 'opened', 'import started', 'import finished', 'closed', 'opened']);
  const cut = (await api.evidence.accounting()).records;
  expect(cut.read).toBe(cut.stored + cut.duplicate + cut.rejected);

  const again = await api.evidence.import({ paths: [logs] });
  let last;
  for await (const snapshot of await api.jobs.watch({ jobId: again.jobId })) last = snapshot;
  expect(last).toMatchObject({ state: 'done', filesDone: truth.counts.files });
  expect((await api.case.current())?.eventCount).toBe(truth.counts.distinctEvents);
});
