import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateSample, type SampleTruth } from '#engine/sample/generate-sample.ts';
import type { CaseInfo, ImportSummary, LedgerFile, RejectedRecord } from '#shared/api/index.ts';
import { finish, Workplace } from './run-trailbench.ts';

let workplace: Workplace;
let truth: SampleTruth;

beforeAll(async () => {
  workplace = await Workplace.make();
  truth = await generateSample(workplace.path('logs'));
  await mkdir(workplace.path('broken'));
  await writeFile(
    workplace.path('broken', 'damaged.json.gz'),
    Buffer.from([0x1f, 0x8b, 9, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  );
  const good = {
    eventTime: '2026-03-02T08:00:00Z',
    eventID: 'a3c1b0f5-6a52-4d0e-9c1d-2f7be0846a11',
    eventName: 'GetUser',
  };
  await writeFile(workplace.path('broken', 'mixed.json'), `{"Records":[${JSON.stringify(good)},"no record"]}`);
});
afterAll(() => workplace.remove());

async function importJson(...args: readonly string[]): Promise<{ code: number | null; summary: ImportSummary }> {
  const { code, stdout } = await workplace.run('import', ...args, '--json');
  return { code, summary: JSON.parse(stdout) as ImportSummary };
}

test('import makes the case and prints exactly the accounting, which is the truth of the sample', async () => {
  const { code, stdout, stderr } = await workplace.run('import', 'sample', 'logs', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toHaveLength(2);
  const { files, distinctEvents, duplicateCopies, records } = truth.counts;
  expect(JSON.parse(stdout)).toEqual({
    files: { seen: files, imported: files, unchanged: 0, rejected: 0, other: 0 },
    records: { read: records, stored: distinctEvents, duplicate: duplicateCopies, rejected: 0 },
    bytes: expect.any(Number),
    elapsedMs: expect.any(Number),
  });

  const again = await importJson('sample.trailbench', 'logs');
  expect(again.code).toBe(0);
  expect(again.summary.files).toEqual({ seen: files, imported: 0, unchanged: files, rejected: 0, other: 0 });
  expect(again.summary.records).toEqual({ read: 0, stored: 0, duplicate: 0, rejected: 0 });

  const info = await workplace.run('info', 'sample', '--json');
  const { accounting, ...found } = JSON.parse(info.stdout) as CaseInfo & { accounting: ImportSummary };
  expect(found).toMatchObject({ name: 'sample', eventCount: distinctEvents, fileCount: files, accountCount: 3, hasReferencedFiles: false }); // prettier-ignore
  expect(found.firstEventAt).toMatch(/^2026-03-02 /);
  expect(found.lastEventAt).toMatch(/^2026-03-11 /);
  expect(accounting.records).toEqual({
    read: records,
    stored: distinctEvents,
    duplicate: duplicateCopies,
    rejected: 0,
  });
});

test('the intrusion of the truth is found in the case by its eventIDs', async () => {
  const eventIds = truth.steps.flatMap((step) => step.eventIDs);
  const list = eventIds.map((eventId) => `'${eventId}'`).join(',');
  const { stdout } = await workplace.runWithInput(`SELECT count(*) AS found FROM events WHERE eventID IN (${list})`, 'sql', 'sample', '-', '--format', 'json'); // prettier-ignore
  expect(JSON.parse(stdout)).toEqual([{ found: eventIds.length }]);
});

test('rejected files and records: exit 3, and the ledger says which and why', async () => {
  const { code, summary } = await importJson('bad', 'broken');
  expect(code).toBe(3);
  expect(summary.files).toMatchObject({ seen: 2, rejected: 1 });
  expect(summary.records).toEqual({ read: 2, stored: 1, duplicate: 0, rejected: 1 });

  const problems = JSON.parse((await workplace.run('ledger', 'bad', '--problems', '--json')).stdout) as {
    accounting: ImportSummary;
    files: LedgerFile[];
  };
  expect(problems.files.map((file) => file.sourcePath.split(/[\\/]/).at(-1)).toSorted()).toEqual(['damaged.json.gz', 'mixed.json']); // prettier-ignore
  expect(problems.files.find((file) => file.verdict === 'rejected')?.reason).toBeTruthy();
  expect(problems.accounting.records).toEqual(summary.records);

  const rejected = JSON.parse((await workplace.run('ledger', 'bad', '--rejected', '--json')).stdout) as {
    rejected: RejectedRecord[];
  };
  expect(rejected.rejected).toHaveLength(1);
  expect(rejected.rejected[0]).toMatchObject({ recordIndex: 1, excerpt: expect.stringContaining('no record') });

  const table = await workplace.run('ledger', 'bad');
  expect(table.code).toBe(0);
  expect(table.stdout).toContain('mixed.json');
});

test('the ledger lists every file of a large case', async () => {
  const { stdout } = await workplace.run('ledger', 'sample', '--json');
  const { files } = JSON.parse(stdout) as { files: LedgerFile[] };
  expect(files).toHaveLength(truth.counts.files);
  expect(new Set(files.map((file) => file.sourcePath)).size).toBe(truth.counts.files);
  expect(files.reduce((sum, file) => sum + file.recordsStored, 0)).toBe(truth.counts.distinctEvents);
  const problems = await workplace.run('ledger', 'sample', '--problems', '--json');
  expect((JSON.parse(problems.stdout) as { files: LedgerFile[] }).files).toEqual([]);
});

test('--reference copies nothing, and the case says so', async () => {
  const { code } = await importJson('referenced', 'broken', '--reference');
  expect(code).toBe(3);
  const info = JSON.parse((await workplace.run('info', 'referenced', '--json')).stdout) as CaseInfo;
  expect(info.hasReferencedFiles).toBe(true);
  const archived = await readdir(workplace.path('referenced.trailbench', 'archive'), { recursive: true, withFileTypes: true }); // prettier-ignore
  expect(archived.filter((entry) => entry.isFile())).toEqual([]);
});

test('a path that does not exist: exit 1, no case is made', async () => {
  const { code, stdout, stderr } = await workplace.run('import', 'never', 'no-such-folder');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^trailbench: “no-such-folder” does not exist.*\n$/);
  expect(existsSync(workplace.path('never.trailbench'))).toBe(false);
});

test('a folder that is no case is left alone', async () => {
  const { code, stderr } = await workplace.run('import', 'logs', 'broken');
  expect(code).toBe(1);
  expect(stderr).toMatch(/is not a case/);
});

test.skipIf(process.platform === 'win32')('Ctrl-C ends the import cleanly; a second import completes it', async () => {
  const child = workplace.start('import', 'stopped', 'logs', '--json');
  const finished = finish(child);
  // The lock file is there as soon as the case is open, before any file was read.
  while (!existsSync(workplace.path('stopped.trailbench', 'case.lock')) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^trailbench: The import was cancelled\..*\n$/);

  const { code: secondCode } = await importJson('stopped', 'logs');
  expect(secondCode).toBe(0);
  const info = JSON.parse((await workplace.run('info', 'stopped', '--json')).stdout) as CaseInfo;
  expect(info).toMatchObject({ eventCount: truth.counts.distinctEvents, fileCount: truth.counts.files });
});
