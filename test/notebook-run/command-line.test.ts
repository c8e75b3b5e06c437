import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace, type Finished } from '../cli/run-trailbench.ts';
import { records, wholeRecord } from './notebook-case.ts';

const fence = '```';
const notebook = `---
title: Deletions
parameters:
  name: { default: DeleteTrail }
  limit: { type: number, default: 3 }
---

# Who deleted

${fence}sql name=found title="Deleted trails"
SELECT eventTime, eventName, userAgent FROM events
WHERE eventName = $name AND eventTime BETWEEN $from AND $to ORDER BY eventTime
${fence}

${fence}sql
SELECT count(*) AS n, 9007199254740993 AS big FROM found
${fence}
`;

let workplace: Workplace;
beforeAll(async () => {
  workplace = await Workplace.make();
  await mkdir(workplace.path('logs'));
  await writeFile(workplace.path('logs', 'log.json'), JSON.stringify({ Records: records.map(wholeRecord) }));
  await writeFile(workplace.path('deletions.md'), notebook);
  await writeFile(workplace.path('broken.md'), `${fence}sql name=a\nSELECT nothing FROM events\n${fence}\n${fence}sql\nSELECT * FROM a\n${fence}\n${fence}sql\nSELECT 'on' AS went\n${fence}\n`); // prettier-ignore
  expect(await workplace.run('import', 'case', 'logs')).toMatchObject({ code: 0 });
});
afterAll(() => workplace.remove());

const run = (...args: readonly string[]): Promise<Finished> => workplace.run('notebook', 'run', 'case', ...args);
const deletions = records.filter(({ eventName }) => eventName === 'DeleteTrail');

interface Printed {
  readonly title: string;
  readonly parameters: Record<string, unknown>;
  readonly cells: readonly (Record<string, unknown> & { readonly rows: readonly Record<string, unknown>[] })[];
}

// eslint-disable-next-line no-control-regex
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

test('a file’s cells are printed as tables', async () => {
  const { code, stdout, stderr } = await run('deletions.md', '--max-rows', '5');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Deletions\n\n[1] Deleted trails\neventTime ');
  expect(stdout).toContain(`first 5 of ${deletions.length} rows, `);
  expect(stdout).toContain('\n[2] Cell 2\nn   big\n');
  expect(stdout.split('\n').filter((line) => line.includes('DeleteTrail'))).toHaveLength(5);
  expect(stdout).not.toMatch(steering);
});

test('--json is one document, with every digit and all rows asked for', async () => {
  const { code, stdout } = await run(
    'deletions.md',
    '--json',
    '--param',
    'NAME=PutObject',
    '--param',
    'from=2023-07-10 13:00',
  );
  expect(code).toBe(0);
  expect(stdout).not.toMatch(steering);
  expect(stdout).toContain('"big":9007199254740993}');
  const { title, parameters, cells } = JSON.parse(stdout) as Printed;
  const truth = records.filter(
    ({ eventName, eventTime }) => eventName === 'PutObject' && eventTime >= '2023-07-10T13:00:00Z',
  );
  expect(title).toBe('Deletions');
  expect(parameters).toMatchObject({ name: 'PutObject', from: { value: '2023-07-10 13:00:00' } });
  expect(cells[0]?.rows.map(({ userAgent }) => userAgent)).toEqual(truth.map(({ userAgent }) => userAgent));
  expect(cells[0]).toMatchObject({
    title: 'Deleted trails',
    name: 'found',
    state: 'done',
    rowCount: truth.length,
    reason: null,
  });
  expect(cells[1]?.rows).toMatchObject([{ n: truth.length }]);
});

test('a failed cell is told, the others run, and the exit code is 3', async () => {
  const { code, stdout } = await run('broken.md');
  expect(code).toBe(3);
  expect(stdout).toContain('[1] a\nfailed: ');
  expect(stdout).toContain('[2] Cell 2\nskipped: “a”, which it reads, failed.\n');
  expect(stdout).toContain('[3] Cell 3\nwent\n');
  const json = await run('broken.md', '--json', '--html', 'broken.html');
  expect(json.code).toBe(3);
  expect((JSON.parse(json.stdout) as Printed).cells.map(({ state }) => state)).toEqual(['failed', 'skipped', 'done']);
  expect(json.stderr).toContain('cells that failed: 1');
});

test('reports are new files', async () => {
  const { code, stdout } = await run('deletions.md', '--html', 'r.html', '--md', 'r.md', '--ipynb', 'r.ipynb');
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.startsWith('Wrote '))).toHaveLength(3);
  expect(await readFile(workplace.path('r.html'), 'utf8')).toContain('<title>Deletions</title>');
  expect(JSON.parse(await readFile(workplace.path('r.ipynb'), 'utf8'))).toMatchObject({ nbformat: 4 });
  const again = await run('deletions.md', '--html', 'r.html');
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('already');
});

test('notebooks are found by name, place and title; list shows them', async () => {
  const { stdout } = await workplace.run('notebook', 'list', 'case');
  expect(stdout).toContain('starter/first-hour-triage.md  First-hour triage\n');
  const json = await workplace.run('notebook', 'list', 'case', '--json');
  expect(JSON.parse(json.stdout)).toContainEqual(expect.objectContaining({ name: 'persistence.md', place: 'starter' }));
  await writeFile(workplace.path('case.trailbench', 'notebooks', 'persistence.md'), `---\ntitle: Ours\n---\n${fence}sql\nSELECT 7 AS seven\n${fence}\n`); // prettier-ignore
  const ambiguous = await run('persistence');
  expect(ambiguous).toMatchObject({ code: 2, stdout: '' });
  expect(ambiguous.stderr).toContain('case/persistence.md, starter/persistence.md');
  for (const name of ['case/persistence.md', 'case/persistence', 'ours']) {
    expect((await run(name)).stdout).toContain('seven\n');
  }
  const unknown = await run('nothing-like-it');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('starter/persistence.md');
});

test.each([
  [
    'an unknown parameter',
    ['--param', 'nme=x'],
    'It has name (text), limit (number), from (timestamp), to (timestamp)',
  ],
  ['a value of another type', ['--param', 'limit=many'], '“many” is no number'],
  ['no value', ['--param', 'limit'], 'name=value'],
  ['no number of rows', ['--max-rows', '0'], 'from 1 to 100000'],
  ['an unknown option', ['--pdf', 'x'], '--pdf'],
])('%s is a usage error', async (_, args, sentence) => {
  const { code, stdout, stderr } = await run('deletions.md', ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(sentence);
});

test('help says how', async () => {
  const { code, stdout } = await workplace.run('notebook', 'run', '--help');
  expect(code).toBe(0);
  expect(stdout).toContain('Exits with 3 if a cell failed');
  expect((await workplace.run('notebook')).code).toBe(2);
});
