import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExportFormat, ResultFilter, ResultSort } from '#shared/api/query.ts';
import { readCustody } from '#engine/case/custody.ts';
import { exportResult } from '#engine/query/export-result.ts';
import { runQuery } from '#engine/query/run-query.ts';
import { openTestCase } from '#engine/query/test-case.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;
beforeAll(async () => {
  opened = await openTestCase();
});
afterAll(async () => opened[Symbol.asyncDispose]());

interface Options {
  readonly sort?: readonly ResultSort[];
  readonly filters?: readonly ResultFilter[];
  readonly isGuarded?: boolean;
  readonly title?: string;
}

async function exported(sql: string, format: ExportFormat, options: Options = {}) {
  const { resultId } = await runQuery(opened, { sql });
  const { sort = [], filters = [], isGuarded = true, title = 'Who was it?' } = options;
  return exportResult(opened, { resultId, format, title, sort, filters, isGuarded });
}

/** As Python's csv module reads it. */
function pythonRows(path: string): readonly (readonly string[])[] {
  const program =
    'import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))))';
  return JSON.parse(execFileSync('python3', ['-c', program, path], { maxBuffer: 1 << 28 }).toString()) as string[][];
}

/** As another DuckDB reads it, all values as text. */
async function duckdbRows(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJson();
}

const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', "=cmd|'/C calc'!A0", '="a""b",c;=d'];
const harmless = ['1=1', ' =1', "'=1", 'a\n=1', '', 'ü 東京 🦉', '"', 'a,b', 'line\r\nline'];
const values = (texts: readonly string[]): string =>
  `(VALUES ${texts.map((text, index) => `(${index}, '${text.replaceAll("'", "''")}')`).join(', ')}) AS given(n, v)`;

test('csv: formulas are guarded in texts and names, numbers are not touched', async () => {
  const sql = `SELECT -5 AS "=n", -1.5::DECIMAL(4, 1) AS "@d", v AS "+v", -0.5::DOUBLE AS f FROM ${values([...formulas, ...harmless])} ORDER BY n`;
  const guarded = pythonRows((await exported(sql, 'csv')).path);
  expect(guarded).toEqual([
    ["'=n", "'@d", "'+v", 'f'],
    ...formulas.map((text) => ['-5', '-1.5', `'${text}`, '-0.5']),
    ...harmless.map((text) => ['-5', '-1.5', text, '-0.5']),
  ]);
  for (const [, , text] of guarded) expect(text).not.toMatch(/^[=+\-@\t\r\n]/);
  const exact = pythonRows((await exported(sql, 'csv', { isGuarded: false })).path);
  expect(exact.slice(1).map((row) => row[2])).toEqual([...formulas, ...harmless]);
  expect(exact[0]).toEqual(['=n', '@d', '+v', 'f']);
});

test('csv: lines end in CR LF, NULL and an empty text differ, no row of one column is lost', async () => {
  const { path } = await exported("SELECT NULL AS a, '' AS b, NULL::INTEGER AS c, [1, 2] AS d, true AS e", 'csv');
  expect(readFileSync(path, 'utf8')).toBe('"a","b","c","d","e"\r\n,"",,"[1,2]",true\r\n');
  const one = await exported("SELECT unnest(['x', NULL, '']) AS a", 'csv');
  expect(readFileSync(one.path, 'utf8')).toBe('"a"\r\n"x"\r\n""\r\n""\r\n');
  expect(pythonRows(one.path)).toHaveLength(4);
  expect(readFileSync((await exported('SELECT 1 AS a WHERE false', 'csv')).path, 'utf8')).toBe('"a"\r\n');
});

const awkward = `SELECT 9007199254740993 AS big, '-170141183460469231731687303715884105728'::HUGEINT AS huge,
  12345678901234567890.123456789::DECIMAL(38, 9) AS exact, 'nan'::DOUBLE AS odd, 0.1::DOUBLE AS tenth, true AS yes,
  [{'a': 12345678901234567890.5::DECIMAL(30, 1)}] AS list, ['inf'::DOUBLE] AS inf, NULL AS nothing,
  '{"a":\n 1.10, "a":12345678901234567890123}'::JSON AS doc, 'nan "inf" \\ ' || chr(1) || chr(10) AS text,
  TIMESTAMP '2023-07-10 12:04:47.123456' AS at, 1 AS twin, 2 AS Twin`;

test('json and ndjson keep every digit and every column', async () => {
  const lines = readFileSync((await exported(awkward, 'ndjson')).path, 'utf8');
  expect(lines).toBe(
    '{"big":9007199254740993,"huge":-170141183460469231731687303715884105728,"exact":12345678901234567890.123456789,' +
      '"odd":"nan","tenth":0.1,"yes":true,"list":[{"a":12345678901234567890.5}],"inf":"[Infinity]","nothing":null,' +
      '"doc":{"a":  1.10, "a":12345678901234567890123},"text":"nan \\"inf\\" \\\\ \\u0001\\n",' +
      '"at":"2023-07-10 12:04:47.123456","twin":1,"Twin_1":2}\n',
  );
  const json = readFileSync((await exported(`${awkward} FROM range(3)`, 'json')).path, 'utf8');
  expect(JSON.parse(json)).toEqual(Array.from({ length: 3 }, () => JSON.parse(lines) as unknown));
  expect(JSON.parse(readFileSync((await exported('SELECT 1 AS a WHERE false', 'json')).path, 'utf8'))).toEqual([]);
});

test('parquet has native types, and text where Parquet would lose digits', async () => {
  const { path } = await exported(`${awkward}, sum(1) OVER () AS total, INTERVAL 3 MONTH AS span`, 'parquet');
  const [row] = await duckdbRows(`SELECT * FROM '${path}'`);
  const types = Object.fromEntries((await duckdbRows(`DESCRIBE FROM '${path}'`)).map(([name, type]) => [name, type]));
  expect(types).toMatchObject({
    ...{ big: 'BIGINT', huge: 'VARCHAR', exact: 'DECIMAL(38,9)', odd: 'DOUBLE', yes: 'BOOLEAN', at: 'TIMESTAMP' },
    ...{ list: 'STRUCT(a DECIMAL(30,1))[]', doc: 'JSON', text: 'VARCHAR', total: 'DECIMAL(38,0)', span: 'VARCHAR' },
    ...{ twin: 'INTEGER', Twin_1: 'INTEGER' },
  });
  expect(row?.slice(0, 3)).toEqual(['9007199254740993', '-170141183460469231731687303715884105728', '12345678901234567890.123456789']); // prettier-ignore
});

test('many rows, sorted and filtered, are the rows that another program counts', async () => {
  const sql =
    "SELECT i AS n, 'Event' || (i % 7) AS name, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS maybe FROM range(1000000) AS numbers(i) ORDER BY i";
  const options: Options = { sort: [{ column: 1, descending: true }], filters: [{ column: 1, equals: 'Event3' }, { column: 2, equals: null }] }; // prettier-ignore
  for (const format of ['csv', 'json', 'ndjson', 'parquet'] as const) {
    const count = format === 'csv' ? 1_000_000 : 100_000;
    const expected = Array.from({ length: count }, (_, i) => i).filter((i) => i % 7 === 3 && i % 3 === 0);
    const { path } = await exported(`${sql} LIMIT ${count}`, format, options);
    const reader = format === 'csv' ? `read_csv('${path}', parallel = false)` : format === 'parquet' ? `'${path}'` : `read_json('${path}')`; // prettier-ignore
    const rows = await duckdbRows(
      `SELECT n::VARCHAR FROM (SELECT *, row_number() OVER () AS line FROM ${reader}) ORDER BY line`,
    );
    expect(rows.map(([n]) => Number(n))).toEqual(expected);
  }
  const whole = await exported(sql, 'csv');
  expect(
    await duckdbRows(`SELECT count(*)::VARCHAR, sum(n)::VARCHAR, count(maybe)::VARCHAR FROM '${whole.path}'`),
  ).toEqual([['1000000', String((999_999n * 1_000_000n) / 2n), String(1_000_000 - Math.ceil(1_000_000 / 3))]]);
});

test('rows of events that are not copied are exported, too', async () => {
  await opened.withConnection((connection) =>
    connection.run(`INSERT INTO events BY NAME SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS eventTime,
      'Event' || i AS eventName, 1 AS fileId, i::INTEGER AS recordIndex FROM range(120000) AS numbers(i)`),
  );
  const { path } = await exported('SELECT eventTime, eventName FROM events ORDER BY eventTime', 'csv');
  const rows = pythonRows(path);
  expect(rows).toHaveLength(120_001);
  expect(rows.slice(1).map(([, name]) => name)).toEqual(Array.from({ length: 120_000 }, (_, index) => `Event${index}`));
});

test('files get names of their own, and the custody log says what they are', async () => {
  const title = '../../../etc/<b>"Pass\u202ewd"';
  const files = await Promise.all([1, 2, 3].map(() => exported('SELECT 1 AS a', 'csv', { title })));
  expect(new Set(files.map(({ path }) => path)).size).toBe(3);
  const { entries } = await opened.withConnection(readCustody);
  for (const { path, sizeBytes, sha256 } of files) {
    expect(path).toMatch(/exports\/etc-b-pass-wd-\d{8}T\d{6}Z(-\d+)?\.csv$/);
    const bytes = readFileSync(path);
    expect(sizeBytes).toBe(bytes.length);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const name = path.split('/').at(-1);
    expect(entries.filter(({ detail }) => (detail as { path?: string }).path === `exports/${name}`)).toMatchObject([
      {
        action: 'exported',
        detail: { kind: 'result', sha256, sizeBytes, format: 'csv', rowCount: 1, isGuarded: true },
      },
    ]);
  }
});

test('a cancelled or impossible export leaves nothing behind', async () => {
  const { resultId } = await runQuery(opened, { sql: "SELECT i, repeat('x', 100) AS x FROM range(3000000) AS r(i)" });
  const request = { resultId, format: 'csv', title: 'x', sort: [], filters: [], isGuarded: true } as const;
  const before = readdirSync(opened.exportsPath);
  const cancelling = AbortSignal.timeout(50);
  await expect(exportResult(opened, request, cancelling)).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(exportResult(opened, { ...request, resultId: 'gone' })).rejects.toMatchObject({ code: 'RESULT_GONE' });
  const filters = [{ column: 9, contains: 'x' }];
  await expect(exportResult(opened, { ...request, filters })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(readdirSync(opened.exportsPath)).toEqual(before);
  const staging = join(opened.exportsPath, '.staging');
  expect(readdirSync(staging).filter((name) => statSync(join(staging, name)).isFile())).toEqual([]);
});
