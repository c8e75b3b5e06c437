import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryParameters, ResultRelation } from '#shared/api/query.ts';
import { resultStoreOf } from './result-store.ts';
import { runQuery } from './run-query.ts';
import { openTestCase } from './test-case.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;

beforeAll(async () => {
  opened = await openTestCase();
  await opened.withConnection(async (connection) => {
    await connection.run(`INSERT INTO events BY NAME
      SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) MINUTE AS eventTime, 'Event' || (i % 3) AS eventName, 'key' || (i % 4) AS accessKeyId,
        1 AS fileId, i::INTEGER AS recordIndex FROM range(120000) AS numbers(i)`);
  });
});
afterAll(async () => opened[Symbol.asyncDispose]());

function run(sql: string, relations: readonly ResultRelation[] = [], parameters: QueryParameters = {}) {
  return runQuery(opened, { sql, relations, parameters });
}

async function rows(sql: string, relations: readonly ResultRelation[] = [], parameters: QueryParameters = {}) {
  const { window } = await run(sql, relations, parameters);
  return Array.from({ length: window.rowCount }, (_, row) => window.cells.map((column) => column[row]));
}

describe('kept results as relations', () => {
  test('are read by name, with their columns and types', async () => {
    const { resultId } = await run(
      'SELECT eventName AS name, count(*) AS "number of calls" FROM events GROUP BY 1 ORDER BY 1',
    );
    const relations = [{ name: 'Calls', resultId }];
    expect(await rows('SELECT name, "number of calls" + 1 FROM calls ORDER BY name', relations)).toEqual([
      ['Event0', '40001'],
      ['Event1', '40001'],
      ['Event2', '40001'],
    ]);
    const joined = await run('SELECT count(*) FROM events JOIN CALLS ON eventName = name -- a comment', relations);
    expect(joined.window.cells).toEqual([['120000']]);
    expect(joined.uses).toEqual({ parameters: [], relations: ['Calls'] });
  });

  test('of many whole events are not copied, and still read the same', async () => {
    const all = await run('SELECT * FROM events WHERE recordIndex < $most', [], { most: 110_000 });
    const relations = [{ name: 'first_part', resultId: all.resultId }];
    expect(await rows('SELECT count(*), max(recordIndex) FROM first_part', relations)).toEqual([['110000', 109_999]]);
    const { uses } = await run('SELECT * FROM first_part WHERE recordIndex = $at', relations, { at: 5, other: 'x' });
    expect(uses).toEqual({ parameters: ['at'], relations: ['first_part'] });
  });

  test('are hidden by a WITH of the statement’s own', async () => {
    const { resultId } = await run('SELECT 1 AS n');
    expect(await rows('WITH step AS (SELECT 2 AS n) SELECT n FROM step', [{ name: 'step', resultId }])).toEqual([[2]]);
  });

  test('carry over how they came to be', async () => {
    const first = await run('SELECT 1 AS n WHERE $a = $a', [], { a: 'x' });
    const second = await run('SELECT n + 1 AS n FROM one', [{ name: 'one', resultId: first.resultId }]);
    const { origin } = resultStoreOf(opened).get(second.resultId);
    expect(origin?.relations).toMatchObject([{ name: 'one', origin: { parameters: { a: 'x' }, relations: [] } }]);
  });

  test('have odd names without harm', async () => {
    const { resultId } = await run('SELECT 1 AS "a""b", 2 AS "x; DROP TABLE events"');
    const relations = [{ name: 'odd "name"); DROP TABLE events; --', resultId }];
    expect(await rows('SELECT * FROM "odd ""name""); DROP TABLE events; --"', relations)).toEqual([[1, 2]]);
    expect(await rows('SELECT count(*) FROM events')).toEqual([['120000']]);
  });

  test('are refused where the name is taken, unknown or let go', async () => {
    const { resultId } = await run('SELECT 1 AS n');
    await expect(run('SELECT 1', [{ name: 'Events', resultId }])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const twice = ['a', 'A'].map((name) => ({ name, resultId }));
    await expect(run('SELECT 1', twice)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(run('SELECT * FROM other', [{ name: 'a', resultId }])).rejects.toMatchObject({ code: 'SQL_REFUSED' });
    await expect(run('SELECT * FROM memory.results.r1', [{ name: 'a', resultId }])).rejects.toMatchObject({
      code: 'SQL_REFUSED',
    });
    await expect(run('SELECT * FROM main.a', [{ name: 'a', resultId }])).rejects.toMatchObject({ code: 'SQL_REFUSED' });
    await resultStoreOf(opened).release(resultId);
    await expect(run('SELECT * FROM a', [{ name: 'a', resultId }])).rejects.toMatchObject({ code: 'RESULT_GONE' });
  });

  test('leave an error at its place', async () => {
    const { resultId } = await run('SELECT 1 AS n');
    const sql = 'SELECT n,\n  missing FROM step';
    await expect(run(sql, [{ name: 'step', resultId }])).rejects.toMatchObject({
      code: 'SQL_FAILED',
      detail: { position: { offset: sql.indexOf('missing'), length: 'missing'.length } },
    });
  });
});

describe('typed parameters', () => {
  test('are compared by value', async () => {
    const span: QueryParameters = {
      from: { type: 'timestamp', value: '2024-01-01 00:10:00' },
      to: { type: 'timestamp', value: '2024-01-01 00:19:59.999999' },
    };
    expect(await rows('SELECT count(*) FROM events WHERE eventTime BETWEEN $from AND $to', [], span)).toEqual([['10']]);
    expect(await rows('SELECT typeof($to), $to', [], span)).toEqual([['TIMESTAMP', '2024-01-01 00:19:59.999999']]);
    const keys: QueryParameters = {
      keys: { type: 'list', value: ['key1', 'key3', "it's"] },
      none: { type: 'list', value: [] },
    };
    expect(await rows('SELECT count(*) FROM events WHERE accessKeyId IN $keys', [], keys)).toEqual([['60000']]);
    expect(await rows('SELECT count(*) FROM events WHERE list_contains($keys, accessKeyId)', [], keys)).toEqual([
      ['60000'],
    ]);
    expect(await rows('SELECT count(*), len($none) FROM events WHERE accessKeyId IN $none', [], keys)).toEqual([
      ['0', '0'],
    ]);
  });

  test.for([
    ['5', 'BIGINT', '5'],
    ['-9007199254740993', 'BIGINT', '-9007199254740993'],
    ['99999999999999999999', 'DECIMAL(38,0)', '99999999999999999999'],
    ['0.10', 'DECIMAL(3,2)', '0.10'],
    ['-.5', 'DECIMAL(2,1)', '-0.5'],
    ['1e3', 'DOUBLE', '1000.0'],
  ])('the number %s is a %s', async ([value = '', type, text]) => {
    const parameters: QueryParameters = { n: { type: 'number', value } };
    expect(await rows('SELECT typeof($n), $n::VARCHAR', [], parameters)).toEqual([[type, text]]);
  });

  test('that are not of their type are refused with the value', async () => {
    for (const n of [
      { type: 'number', value: 'ten' },
      { type: 'timestamp', value: 'yesterday' },
    ] as const) {
      await expect(run('SELECT $n', [], { n })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(n.value),
      });
    }
  });

  test('are found whatever their case', async () => {
    expect(await rows('SELECT $Key', [], { KEY: 'x' })).toEqual([['x']]);
  });
});
