import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryParameters } from '#shared/api/query.ts';
import type { ResultWindow } from '#shared/api/query.ts';
import { resultStoreOf } from './result-store.ts';
import { queryWindow, runQuery } from './run-query.ts';
import { openTestCase } from './test-case.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;
const eventCount = 300_000;

beforeAll(async () => {
  opened = await openTestCase();
  await opened.withConnection(async (connection) => {
    await connection.run(`INSERT INTO events BY NAME
      SELECT TIMESTAMP '2024-01-01' + INTERVAL (i % 1000) SECOND AS eventTime, 'Event' || (i % 7) AS eventName,
        CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS readOnly, '{"n":' || i || '}' AS requestParameters,
        1 AS fileId, i::INTEGER AS recordIndex
      FROM range(${eventCount}) AS numbers(i)`);
  });
});
afterAll(async () => opened[Symbol.asyncDispose]());

async function failure(sql: string, parameters?: QueryParameters, signal?: AbortSignal): Promise<TrailbenchError> {
  const error: unknown = await runQuery(opened, { sql, parameters }, signal).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TrailbenchError)) throw new Error(`${sql} did not fail as foreseen: ${String(error)}`);
  return error;
}

function rowsOf(window: ResultWindow) {
  return Array.from({ length: window.rowCount }, (_, row) => window.cells.map((column) => column[row]));
}

function run(sql: string, parameters: QueryParameters = {}) {
  return runQuery(opened, { sql, parameters });
}

async function rows(sql: string, parameters?: QueryParameters) {
  return rowsOf((await runQuery(opened, { sql, parameters })).window);
}

describe('values', () => {
  test('travel without losing a digit', async () => {
    const result =
      await run(`SELECT 9007199254740993 AS big, '-170141183460469231731687303715884105728'::HUGEINT AS huge, 0.1::DECIMAL(38, 20) AS exact,
        'NaN'::DOUBLE AS nan, TIMESTAMP '2024-01-01 00:00:00.123456' AS time, 42::INTEGER AS small, true AS flag, NULL AS nothing,
        [9007199254740993] AS list, {'a': 'x"y'} AS struct, '{"a": 1.10}'::JSON AS document, 'ü\n😀' AS text, '\\x00\\xFF'::BLOB AS bytes`);
    expect(
      Object.fromEntries(result.columns.map((column, index) => [column.name, result.window.cells[index]?.[0]])),
    ).toEqual({
      big: '9007199254740993',
      huge: '-170141183460469231731687303715884105728',
      exact: '0.10000000000000000000',
      nan: 'nan',
      time: '2024-01-01 00:00:00.123456',
      small: 42,
      flag: true,
      nothing: null,
      list: '[9007199254740993]',
      struct: '{"a":"x\\"y"}',
      document: '{"a": 1.10}',
      text: 'ü\n😀',
      bytes: '\\x00\\xFF',
    });
    expect(
      Object.fromEntries(result.columns.map((column) => [column.name, `${column.type} ${column.encoding}`])),
    ).toEqual({
      big: 'BIGINT text',
      huge: 'HUGEINT text',
      exact: 'DECIMAL(38,20) text',
      nan: 'DOUBLE text',
      time: 'TIMESTAMP text',
      small: 'INTEGER number',
      flag: 'BOOLEAN boolean',
      nothing: 'INTEGER number',
      list: 'BIGINT[] json',
      struct: 'STRUCT("a" VARCHAR) json',
      document: 'JSON json',
      text: 'VARCHAR text',
      bytes: 'BLOB text',
    });
  });

  test('of structs without names, which DuckDB stores in no table, are text', async () => {
    expect(await rows('SELECT row(1, 2) AS pair, [(1, 2)] AS pairs')).toEqual([['(1, 2)', '[(1, 2)]']]);
  });

  test('columns of the same name and an empty result are fine', async () => {
    const result = await run('SELECT 1 AS a, 2 AS a, eventTime FROM events WHERE false');
    expect(result.columns).toHaveLength(3);
    expect(result.rowCount).toBe(0);
    expect(result.window).toEqual({ offset: 0, rowCount: 0, cells: [[], [], []] });
  });
});

describe('parameters', () => {
  test('are bound and cast where they are used', async () => {
    const inRange = 'SELECT count(*) FROM events WHERE eventTime >= $from AND eventTime < $to';
    expect(await rows(inRange, { from: '2024-01-01 00:00:10', to: '2024-01-01T00:00:20Z' })).toEqual([['3000']]);
    expect(await rows('SELECT count(*) FROM events WHERE readOnly = $flag', { flag: true })).toEqual([['100000']]);
    expect(await rows('SELECT count(*) FROM events WHERE recordIndex < $n', { n: 12 })).toEqual([['12']]);
    expect(await rows('SELECT recordIndex FROM events ORDER BY 1 LIMIT $n', { n: 2 })).toEqual([[0], [1]]);
    expect(await rows('SELECT $n + 0 AS n', { n: 9007199254740991 })).toEqual([['9007199254740991']]);
    expect(await rows('SELECT $Name IS NULL, $name', { NAME: null, unused: 1 })).toEqual([[true, null]]);
  });

  test('are never SQL', async () => {
    const hostile = `'; DROP TABLE events; --`;
    expect(await rows('SELECT $text', { text: hostile })).toEqual([[hostile]]);
  });

  test('that are missing are named', async () => {
    const error = await failure('SELECT $from');
    expect(error.code).toBe('SQL_FAILED');
    expect(error.message).toContain('$from');
  });
});

describe('the order of a result', () => {
  test('is that of its ORDER BY, over many row groups and two threads', async () => {
    const result = await run('SELECT recordIndex FROM events ORDER BY recordIndex % 1000 DESC, recordIndex');
    expect(result.rowCount).toBe(eventCount);
    const expected = Array.from({ length: eventCount }, (_, index) => index).sort(
      (a, b) => (b % 1000) - (a % 1000) || a - b,
    );
    for (let offset = 0; offset < eventCount; offset += 60_000) {
      const window = await queryWindow(opened, { resultId: result.resultId, offset, limit: 2000 });
      expect(window.cells[0]).toEqual(expected.slice(offset, offset + 2000));
    }
    const end = await queryWindow(opened, { resultId: result.resultId, offset: eventCount - 1, limit: 10 });
    expect(end.cells[0]).toEqual(expected.slice(-1));
  });
});

describe('whole rows of events', () => {
  const picked = async (resultId: string) =>
    opened.withConnection(async (connection) => {
      const { table } = resultStoreOf(opened).get(resultId);
      const reader = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE ${table})`);
      return reader.getRows().flat().includes('event');
    });

  test('are not copied if they are many, and read the same', async () => {
    const result = await run('SELECT * FROM events WHERE recordIndex >= $first ORDER BY eventTime DESC, recordIndex', {
      first: 1000,
    });
    expect(await picked(result.resultId)).toBe(true);
    expect(result.rowCount).toBe(eventCount - 1000);
    const expected = Array.from({ length: eventCount - 1000 }, (_, index) => index + 1000).sort(
      (a, b) => (b % 1000) - (a % 1000) || a - b,
    );
    const column = result.columns.findIndex(({ name }) => name === 'recordIndex');
    const json = result.columns.findIndex(({ name }) => name === 'requestParameters');
    const window = await queryWindow(opened, { resultId: result.resultId, offset: 150_000, limit: 1000 });
    expect(window.cells[column]).toEqual(expected.slice(150_000, 151_000));
    expect(window.cells[json]).toEqual(expected.slice(150_000, 151_000).map((index) => `{"n":${index}}`));
    const filtered = await queryWindow(opened, {
      resultId: result.resultId,
      offset: 0,
      limit: 100,
      sort: [{ column, descending: false }],
      filters: [{ column: json, contains: '99}' }],
    });
    const matching = expected.filter((index) => index % 100 === 99).sort((a, b) => a - b);
    expect(filtered.filteredCount).toBe(matching.length);
    expect(filtered.cells[column]).toEqual(matching.slice(0, 100));
  });

  test('are copied where it makes no difference or would be slow', async () => {
    for (const sql of [
      'SELECT * FROM events LIMIT 5',
      'SELECT * FROM events ORDER BY eventName',
      'SELECT eventName AS eventTime FROM events ORDER BY eventTime',
      'SELECT DISTINCT eventName, recordIndex FROM events',
      'WITH events AS (SELECT 1 AS rowid, i FROM range(200000) AS t(i)) SELECT i FROM events',
      'SELECT eventTime FROM events AS e(eventName, eventTime)',
    ]) {
      expect(await picked((await run(sql)).resultId), sql).toBe(false);
    }
  });

  test('keep every form of condition', async () => {
    const conditions = [
      `requestParameters->>'$.n' LIKE '%1' AND NOT (readOnly OR eventName IN ('Event1', 'it''s')) OR eventName ~ '^E'`,
      `list_contains([1, 2], recordIndex % 3) AND eventTime BETWEEN '2024-01-01' AND TIMESTAMP '2024-01-01' + INTERVAL '10 minutes'`,
      `EXISTS (SELECT 1 FROM files) IS NOT NULL AND recordIndex::VARCHAR COLLATE NOCASE <> 'x' AND (fileId, recordIndex) IS NOT NULL`,
    ];
    for (const condition of conditions) {
      const [[count] = []] = await rows(`SELECT count(*) FROM events WHERE ${condition}`);
      const result = await run(`FROM events WHERE ${condition} -- and a comment;`);
      expect(String(result.rowCount)).toBe(count);
    }
  });
});

describe('windows', () => {
  test('are sorted and filtered, ties in the order of the result, empty cells last', async () => {
    const { resultId } = await run(
      `SELECT * FROM (VALUES (1, 'b', NULL), (2, 'A%_', [2]), (3, 'b', [1]), (4, NULL, [1]), (5, 'a', [3])) AS t(n, s, l) ORDER BY n`,
    );
    const numbers = async (request: Partial<Parameters<typeof queryWindow>[1]>) => {
      const window = await queryWindow(opened, { resultId, offset: 0, limit: 10, ...request });
      expect(window.filteredCount).toBeGreaterThanOrEqual(window.rowCount);
      return window.cells[0];
    };
    expect(await numbers({ sort: [{ column: 1, descending: true }] })).toEqual([1, 3, 5, 2, 4]);
    expect(
      await numbers({
        sort: [
          { column: 1, descending: false },
          { column: 0, descending: true },
        ],
      }),
    ).toEqual([2, 5, 3, 1, 4]);
    expect(await numbers({ sort: [{ column: 2, descending: false }] })).toEqual([3, 4, 2, 5, 1]);
    expect(await numbers({ filters: [{ column: 1, contains: 'a' }] })).toEqual([2, 5]);
    expect(await numbers({ filters: [{ column: 1, contains: '%' }] })).toEqual([2]);
    expect(await numbers({ filters: [{ column: 1, equals: null }] })).toEqual([4]);
    expect(await numbers({ filters: [{ column: 2, equals: '[1]' }], sort: [{ column: 0, descending: true }] })).toEqual(
      [4, 3],
    );
    expect(await numbers({ filters: [{ column: 1, contains: 'zzz' }] })).toEqual([]);
    expect(await numbers({ sort: [{ column: 0, descending: true }], offset: 1, limit: 2 })).toEqual([4, 3]);
  });

  test('count what the filter keeps', async () => {
    const { resultId } = await run('SELECT eventName, recordIndex FROM events');
    const window = await queryWindow(opened, {
      resultId,
      offset: 5,
      limit: 1,
      filters: [{ column: 0, equals: 'Event3' }],
    });
    const expected = Array.from({ length: eventCount }, (_, index) => index).filter((index) => index % 7 === 3).length;
    expect(window.filteredCount).toBe(expected);
  });

  test('of a released or pushed-out result say so', async () => {
    const { resultId } = await run('SELECT 1');
    await resultStoreOf(opened).release(resultId);
    await expect(queryWindow(opened, { resultId, offset: 0, limit: 1 })).rejects.toMatchObject({ code: 'RESULT_GONE' });
    const old = await run('SELECT 1');
    for (let index = 0; index < 200; index++) await run('SELECT 1');
    await expect(queryWindow(opened, { resultId: old.resultId, offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'RESULT_GONE',
    });
    const left = await opened.withConnection((connection) =>
      connection.runAndReadAll(`SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'results'`),
    );
    expect(left.getRows()).toEqual([[200n]]);
  });
});

describe('errors', () => {
  const marked = async (sql: string) => {
    const error = await failure(sql);
    const position = error.detail?.position;
    return { code: error.code, at: position && sql.slice(position.offset, position.offset + position.length) };
  };

  test('mark the place in the text, whatever stands before it', async () => {
    expect(await marked('SELEC 1')).toEqual({ code: 'SQL_FAILED', at: 'SELEC' });
    expect(await marked(`SELECT 'é😀漢字', ) FROM events`)).toEqual({ code: 'SQL_FAILED', at: ')' });
    expect(await marked('SELECT nope FROM events')).toEqual({ code: 'SQL_FAILED', at: 'nope' });
    expect(await marked(`-- über 😀\nSELECT 'é😀漢字', nope\nFROM events;`)).toEqual({
      code: 'SQL_FAILED',
      at: 'nope',
    });
    expect(await marked(`SELECT '${'x'.repeat(300)}', nope, '${'y'.repeat(300)}' FROM events`)).toEqual({
      code: 'SQL_FAILED',
      at: 'nope',
    });
    expect(await marked(`SELECT\r\n  eventName::INTEGER FROM events`)).toEqual({ code: 'SQL_FAILED', at: '::' });
    expect(await marked(`SELECT 'é😀', * FROM evnts`)).toEqual({ code: 'SQL_REFUSED', at: 'evnts' });
    expect(await marked(`SELECT 'é😀', getenv('HOME')`)).toEqual({ code: 'SQL_REFUSED', at: 'getenv' });
    expect(await marked('SELECT 1 +')).toEqual({ code: 'SQL_FAILED', at: '' });
  });

  test('are DuckDB’s sentences without what Trailbench wrapped around the statement', async () => {
    const error = await failure('SELECT nope FROM events');
    expect(error.message).toContain('Referenced column "nope" not found');
    expect(error.message).not.toMatch(/LINE|Binder Error|rowNumber|result/);
  });

  test('of a statement that ends oddly', async () => {
    expect(await rows('SELECT 1; -- done; really /* yes')).toEqual([[1]]);
    expect(await rows(`;; SELECT ';' /* ; */ ; ;`)).toEqual([[';']]);
    expect((await failure('')).code).toBe('SQL_FAILED');
    expect((await failure('-- nothing')).code).toBe('SQL_FAILED');
  });

  test('of running out of memory say what to do', async () => {
    const error = await failure(`SELECT list(repeat(i::VARCHAR, 1000)) FROM range(3000000) AS numbers(i)`);
    expect(error.code).toBe('SQL_FAILED');
    expect(error.message).toContain('more memory');
    expect(await rows('SELECT count(*) FROM events')).toEqual([[String(eventCount)]]);
  });
});

describe('cancelling', () => {
  test('interrupts what runs and leaves nothing behind', async () => {
    const controller = new AbortController();
    const running = failure('SELECT count(*) FROM events a, events b, events c', {}, controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect((await running).code).toBe('CANCELLED');
    expect(await rows('SELECT count(*) FROM events')).toEqual([[String(eventCount)]]);
  });

  test('before the start runs nothing', async () => {
    expect((await failure('SELECT 1', {}, AbortSignal.abort())).code).toBe('CANCELLED');
  });
});
