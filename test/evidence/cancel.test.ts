import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importEvidence } from '#engine/evidence/import-evidence.ts';
import type { JobProgress } from '#engine/jobs/jobs.ts';
import { zip } from '../support/containers.ts';
import { events, expectAccounts, importFolder, records, writeFiles } from '../support/log-files.ts';
import { scanWorkerUrl, temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

const fileCount = 60;
const perFile = 50;
const batchBytes = 100_000;
let testCase: TemporaryCase;
let folder: string;
beforeEach(async () => {
  testCase = await temporaryCase(batchBytes);
  const names = Array.from({ length: fileCount }, (_, index) => `${String(index).padStart(2, '0')}.json`);
  folder = await writeFiles(testCase, Object.fromEntries(names.map((name) => [name, records(events(perFile))])));
});
afterEach(() => testCase.remove());

/** Imports, and cancels when `isTime` says so of a progress report. */
async function importAndCancel(isTime: (progress: JobProgress, reports: number) => boolean): Promise<unknown> {
  const controller = new AbortController();
  const options = { dataFolder: testCase.folder, version: '0.0.0-test', scanWorkerUrl, importBatchBytes: batchBytes };
  let reports = 0;
  const report = (progress: JobProgress): void => {
    if (isTime(progress, reports++)) controller.abort();
  };
  const control = { signal: controller.signal, report };
  return importEvidence(testCase.openCase, { paths: [folder], mode: 'copy' }, options, control).catch(
    (error: unknown) => error,
  );
}

/** No file of the archive without its ledger row, no row without its file, nothing half written. */
async function expectNoOrphans(): Promise<void> {
  const { path, archivePath } = testCase.openCase;
  const entries = await readdir(archivePath, { recursive: true, withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile()).map((entry) => relative(path, join(entry.parentPath, entry.name))); // prettier-ignore
  const stored = await testCase.rows("SELECT storedPath FROM files WHERE NOT contains(storedPath, '!')");
  expect(kept.sort()).toEqual(stored.map((row) => String(row['storedPath'])).sort());
}

async function countEvents(): Promise<number> {
  return Number((await testCase.rows('SELECT count(*)::INTEGER AS n FROM events'))[0]!['n']);
}

test.each([
  ['at once', (_: JobProgress, reports: number) => reports === 0],
  ['before the first file', (progress: JobProgress) => progress.phase === 'reading'],
  ['after some files', (progress: JobProgress) => (progress.filesDone ?? 0) >= 10],
  ['in the middle', (progress: JobProgress) => (progress.filesDone ?? 0) >= fileCount / 2],
  ['once events are read', (progress: JobProgress) => (progress.eventsRead ?? 0) >= 20 * perFile],
  ['after the last file', (progress: JobProgress) => progress.filesDone === fileCount],
])('cancelled %s: whole files stay, the rest is gone, importing again completes it', async (_when, isTime) => {
  const error = await importAndCancel(isTime);
  expect(error).toBeInstanceOf(Error);
  expect(['AbortError', 'CANCELLED']).toContain((error as { code?: string; name: string }).code === 'CANCELLED' ? 'CANCELLED' : (error as Error).name); // prettier-ignore
  await expectAccounts(testCase);
  await expectNoOrphans();
  const kept = await testCase.rows('SELECT recordsRead::INTEGER AS read FROM files');
  expect(kept.every(({ read }) => read === perFile)).toBe(true);
  expect(await countEvents()).toBe(kept.length * perFile);
  const runs = await testCase.rows('SELECT state, recordsStored::INTEGER AS stored FROM imports');
  if (runs[0]) expect(runs[0]).toEqual({ state: 'cancelled', stored: kept.length * perFile });

  const { summary } = await importFolder(testCase, folder);
  expect(summary.files).toMatchObject({ seen: fileCount, unchanged: kept.length, imported: fileCount - kept.length });
  expect(await countEvents()).toBe(fileCount * perFile);
  await expectNoOrphans();
});

test('a container whose import was cancelled is completed by importing again', async () => {
  const members = Array.from({ length: 30 }, (_, index) => ({
    name: `${index}.json`,
    content: records(events(perFile)),
  }));
  await mkdir(dirname(join(folder, 'a.zip')), { recursive: true });
  await writeFile(join(folder, 'a.zip'), zip(members));
  await importAndCancel((progress) => (progress.filesDone ?? 0) >= 20);
  await expectAccounts(testCase);
  await importFolder(testCase, folder);
  expect(await countEvents()).toBe((fileCount + 30) * perFile);
  await expectNoOrphans();
});

test('what a batch left between its two commits is removed before the next import', async () => {
  await importFolder(testCase, folder);
  const before = await countEvents();
  await testCase.rows('INSERT INTO events SELECT * REPLACE (fileId + 1000 AS fileId) FROM events LIMIT 100');
  await importFolder(testCase, await writeFiles(testCase, { 'one.json': records(events(1)) }));
  expect(await countEvents()).toBe(before + 1);
});
