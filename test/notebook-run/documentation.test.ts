import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { Workplace } from '../cli/run-trailbench.ts';
import { hostileAgent, openNotebookCase, records, wholeRecord, type NotebookCase } from './notebook-case.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/notebooks.md'), 'utf8');

/** The fences of docs/notebooks.md in a language. */
function examples(language: string): readonly string[] {
  const found = text.matchAll(new RegExp(`^(\`{3,})${language}\\n([^]*?)^\\1$`, 'gm'));
  return [...found].map(([, , content = '']) => content);
}

let opened: NotebookCase;
let workplace: Workplace;
beforeAll(async () => {
  opened = await openNotebookCase();
  workplace = await Workplace.make();
  await mkdir(workplace.path('logs'));
  await writeFile(workplace.path('logs', 'log.json'), JSON.stringify({ Records: records.map(wholeRecord) }));
  await writeFile(workplace.path('deletions.md'), examples('markdown')[0] ?? '');
  expect(await workplace.run('import', 'CASE', 'logs')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await workplace.remove();
  await opened.close();
});

test('each notebook runs as it says, without a problem', async () => {
  const notebooks = examples('markdown');
  expect(notebooks).toHaveLength(2);
  const counts: number[][] = [];
  for (const notebook of notebooks) {
    const { problems, blocks } = parseNotebook(notebook);
    expect([...problems, ...blocks.flatMap((block) => (block.kind === 'cell' ? block.problems : []))]).toEqual([]);
    const rowCounts: number[] = [];
    for await (const event of await opened.api.notebook.run({ source: { title: 'x', text: notebook } })) {
      if (event.type !== 'cell') continue;
      if (event.outcome.state !== 'done') throw new Error(JSON.stringify(event.outcome));
      rowCounts.push(event.outcome.result.rowCount);
    }
    counts.push(rowCounts);
  }
  const deletions = records.filter(
    ({ eventName, awsRegion }) => eventName === 'DeleteTrail' && awsRegion !== 'ap-south-1',
  );
  const identities = new Set(records.flatMap((record, index) => (deletions.includes(record) ? [index % 5] : [])));
  expect(counts).toEqual([
    [deletions.length, identities.size],
    [4, 5, 1, records.length],
  ]);
});

test('each command line does what it says', async () => {
  const lines = examples('console')
    .flatMap((block) => block.trim().split('\n'))
    .filter((line) => line.includes(' notebook '));
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    const [, ...args] = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const { code, stdout, stderr } = await workplace.run(...args);
    expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
    expect(stdout).not.toBe('');
  }
  for (const name of ['triage.html', 'triage.md', 'triage.ipynb']) expect(readFileSync(workplace.path(name), 'utf8')).not.toBe(''); // prettier-ignore
});

test('the content hash is what Python computes from the pinned rows', async () => {
  const sql = `SELECT eventTime, userAgent, [1, NULL] AS "a ""b""", NULL AS nothing, 0.1::DOUBLE AS d, '{"x": 1}'::JSON AS j
    FROM events ORDER BY eventTime`;
  const { resultId } = await opened.api.query.run({ sql });
  const pin = await opened.api.pins.add({ resultId, notebook: null, cell: null, title: 'Hash' });
  expect(records.some(({ userAgent }) => userAgent === hostileAgent)).toBe(true);
  const [program = ''] = examples('python');
  const statements = [...text.matchAll(/trailbench sql CASE "([^"]+)" --format ndjson > (\S+)/g)];
  expect(statements).toHaveLength(2);
  const { api, casePath } = opened;
  await api.case.close();
  for (const [, statement = '', file = ''] of statements) {
    const { code, stdout } = await workplace.run('sql', casePath, statement.replace('pinId = 1', `pinId = ${pin.pinId}`), '--format', 'ndjson'); // prettier-ignore
    expect(code).toBe(0);
    await writeFile(workplace.path(file), stdout);
  }
  expect(execFileSync('python3', ['-c', program], { cwd: workplace.folder }).toString().trim()).toBe(pin.contentHash);
  await api.case.open({ path: casePath });
});
