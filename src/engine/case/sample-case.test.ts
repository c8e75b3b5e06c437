import { createRouterClient } from '@orpc/server';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../engine.ts';
import { generateSample } from '../sample/generate-sample.ts';
import { temporaryFolder, testEnvironment } from '../test-environment.ts';

const scanWorkerUrl = new URL('../../../out/main/scan-worker.js', import.meta.url);

test('the sample is made anew after an attempt that was cut off, whole, and once', { timeout: 120_000 }, async () => {
  const truth = await generateSample(await temporaryFolder());
  const { options } = await testEnvironment({ scanWorkerUrl });
  const folder = join(options.dataFolder, 'sample');
  const engine = createEngine(options);
  onTestFinished(() => engine.close());
  const api = createRouterClient(engine.router, { context: engine.context });

  await expect(api.case.openSample(undefined, { signal: AbortSignal.timeout(1) })).rejects.toThrow();
  expect(await api.case.current()).toBeNull();
  expect(await readdir(folder)).toEqual(['making']);

  const sample = await api.case.openSample();
  expect(sample).toMatchObject({
    eventCount: truth.counts.distinctEvents,
    accountCount: Object.keys(truth.counts.byAccount).length,
    hasReferencedFiles: false,
  });
  const { files, records } = await api.evidence.accounting();
  // A file that was delivered twice counts as unchanged, and its records are not read again.
  expect(files).toMatchObject({ seen: truth.counts.files, rejected: 0, other: 0 });
  expect(files.imported + files.unchanged).toBe(truth.counts.files);
  expect(records).toMatchObject({ stored: truth.counts.distinctEvents, rejected: 0 });
  expect(records.read).toBe(records.stored + records.duplicate);
  expect(await readdir(folder)).toEqual([`${sample.name}.trailbench`]);

  await api.case.close();
  expect(await api.case.openSample()).toMatchObject({ path: sample.path, createdAt: sample.createdAt });
  expect(await api.evidence.imports()).toHaveLength(1);
});
