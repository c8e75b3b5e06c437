import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell, QueryResult } from '#shared/api/query.ts';
import { queryWindow, runQuery } from '#engine/query/run-query.ts';
import { generateSample } from '#engine/sample/generate-sample.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';
import { athenaQueries } from './queries.ts';

/**
 * Published queries over real log files: the rows must be those that a Python script counts from the same files, which
 * knows Athena's meaning and nothing of Trailbench.
 */
const here = fileURLToPath(new URL('.', import.meta.url));
const real = join(here, '../../../shared/data/real');

const folders = {
  'the sample case': null,
  'Invictus’ data set': join(real, 'invictus-ir_aws_dataset/CloudTrail'),
  'a real trail of a ransomware lab': join(real, 'suzaku-sample-data/SANS-504-S3-ransomware-lab'),
};

describe.each(Object.entries(folders))('%s', (_name, folder) => {
  const isAbsent = folder !== null && !existsSync(folder);
  let opened: TemporaryCase | undefined;
  let generated: string | undefined;
  let expected: Record<string, unknown[][] | null> = {};

  beforeAll(async () => {
    if (isAbsent) return;
    generated = await mkdtemp(join(tmpdir(), 'trailbench-athena-'));
    const logs = folder ?? join(generated, 'logs');
    if (folder === null) {
      await mkdir(logs);
      await generateSample(logs);
    }
    opened = await temporaryCase();
    await opened.import([logs], 'reference');
    const options = { maxBuffer: 200_000_000 };
    const { stdout } = await promisify(execFile)('python3', [join(here, 'count-athena.py'), logs], options);
    expected = JSON.parse(stdout) as typeof expected;
  });
  afterAll(async () => {
    await opened?.remove();
    if (generated) await rm(generated, { recursive: true, force: true });
  });

  test.each(athenaQueries)('$name', async ({ name, sql }) => {
    if (isAbsent) return console.log(`${folder} is not there.`);
    const counted = expected[name];
    if (counted === null) return;
    const result = await runQuery(opened!.openCase, { sql, dialect: 'athena' });
    const isOrdered = /\bORDER\s+BY\b[^()]*$/i.test(sql);
    const [found, wanted] = [await allRows(opened!, result), counted!.map((row) => row.map(plain))];
    expect(isOrdered ? found : sorted(found)).toEqual(isOrdered ? wanted : sorted(wanted));
  });
});

test('there are at least forty queries, and each one has its count', () => {
  expect(athenaQueries.length).toBeGreaterThanOrEqual(40);
  expect(new Set(athenaQueries.map(({ name }) => name)).size).toBe(athenaQueries.length);
});

async function allRows({ openCase }: TemporaryCase, result: QueryResult): Promise<string[][]> {
  const rows: string[][] = [];
  while (rows.length < result.rowCount) {
    const window = await queryWindow(openCase, { resultId: result.resultId, offset: rows.length, limit: 2000 });
    for (let row = 0; row < window.rowCount; row++) {
      rows.push(window.cells.map((column, index) => shown(column[row] ?? null, result.columns[index]!.type)));
    }
  }
  return rows;
}

/** A cell in a form that does not depend on how it travels: numbers by value, JSON by content. */
function shown(cell: Cell, type: string): string {
  if (cell === null) return 'null';
  if (type === 'DOUBLE') return plain(Number(cell));
  if (/\[\]$/.test(type)) return plain(JSON.parse(String(cell)));
  if (typeof cell === 'string' && /^\{"/.test(cell)) return plain({ json: JSON.parse(cell) as unknown });
  return String(cell);
}

function plain(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function sorted(rows: string[][]): string[][] {
  const key = (row: string[]) => JSON.stringify(row);
  return [...rows].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}
