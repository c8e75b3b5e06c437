import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runQuery } from '#engine/query/run-query.ts';
import { openTestCase } from '#engine/query/test-case.ts';
import { expressions } from './expressions.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;

beforeAll(async () => {
  opened = await openTestCase();
});
afterAll(async () => opened[Symbol.asyncDispose]());

async function rows(sql: string, parameters = {}): Promise<unknown[][]> {
  const { window } = await runQuery(opened, { sql, dialect: 'athena', parameters });
  return Array.from({ length: window.rowCount }, (_, row) => window.cells.map((column) => column[row]));
}

describe.each(Object.entries(expressions))('%s', (_group, list) => {
  test.each(list)('%s', async (expression, expected) => {
    expect(await rows(`SELECT ${expression}`)).toEqual([[expected]]);
  });
});

const people = `(VALUES ('a', 1), ('b', 2), ('b', 4), (NULL, 8)) AS t(k, v)`;
const rowArrays = `(SELECT 1 AS id, ARRAY[CAST(ROW('x', 1) AS ROW(name varchar, n bigint)), NULL, CAST(ROW('y', 2) AS ROW(name varchar, n bigint))] AS list, ARRAY['p'] AS other)`;

/** Whole queries: what DuckDB would answer differently, or not at all, if it were given the same words. */
const queries: Readonly<Record<string, readonly [sql: string, rows: unknown[][]]>> = {
  'UNNEST of rows makes their fields columns': [
    `SELECT name, n FROM ${rowArrays} CROSS JOIN UNNEST(list) AS u(name, n) ORDER BY n`,
    [
      ['x', '1'],
      ['y', '2'],
      [null, null],
    ],
  ],
  'UNNEST of rows under one name keeps the row': [
    `SELECT u.item.name, item.n FROM ${rowArrays} CROSS JOIN UNNEST(list) AS u(item) ORDER BY 2`,
    [
      ['x', '1'],
      ['y', '2'],
      [null, null],
    ],
  ],
  'UNNEST of several lists, side by side, numbered': [
    `SELECT item.name, o, n FROM ${rowArrays} CROSS JOIN UNNEST(list, other) WITH ORDINALITY AS u(item, o, n) ORDER BY n`,
    [
      ['x', 'p', '1'],
      [null, null, '2'],
      ['y', null, '3'],
    ],
  ],
  'UNNEST of nothing leaves no row, with LEFT JOIN one': [
    `SELECT count(*), (SELECT count(*) FROM (SELECT CAST(NULL AS array(varchar)) AS list) LEFT JOIN UNNEST(list) AS u(x) ON true) FROM (SELECT CAST(NULL AS array(varchar)) AS list) CROSS JOIN UNNEST(list) AS u(x)`,
    [['0', '1']],
  ],
  'UNNEST of a map': [
    `SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) ORDER BY k`,
    [
      ['a', 1],
      ['b', 2],
    ],
  ],
  'UNNEST of a list within the rows': [
    `SELECT y FROM (SELECT ARRAY[ARRAY['a'], ARRAY['b', 'c']] AS lists) CROSS JOIN UNNEST(lists) AS t(inside) CROSS JOIN UNNEST(inside) AS s(y) ORDER BY y`,
    [['a'], ['b'], ['c']],
  ],
  'empty values sort last, both ways': [`SELECT k FROM ${people} ORDER BY k DESC, v`, [['b'], ['b'], ['a'], [null]]],
  'a name in ORDER BY is a column of the outcome, in expressions too': [
    `SELECT k, -v AS v FROM ${people} WHERE k IS NOT NULL ORDER BY v + 0`,
    [
      ['b', -4],
      ['b', -2],
      ['a', -1],
    ],
  ],
  'an alias does not hide the column of its name in WHERE, GROUP BY, HAVING, windows and beside it': [
    `SELECT upper(k) AS k, k || '!' AS again, count(*) OVER (PARTITION BY k) AS n FROM ${people} WHERE k = 'b' GROUP BY k HAVING k <> 'B'`,
    [['B', 'b!', '1']],
  ],
  'a relation and its column of one name': [
    `SELECT r.name, t.r.n FROM ${rowArrays} CROSS JOIN UNNEST(list) AS t(r) CROSS JOIN UNNEST(other) AS r(o) WHERE r.n = 2`,
    [['y', '2']],
  ],
  'tuples in a subquery': [
    `SELECT count(*) FROM ${people} WHERE (k, v) IN (SELECT 'b', 2 UNION SELECT 'a', 9)`,
    [['1']],
  ],
  'aggregates of whole numbers and decimals': [
    `SELECT sum(v) / 2, avg(v), avg(CAST(v AS decimal(4, 1))), count(*) * 100.0 / 3, approx_percentile(v, 0.5) FROM ${people}`,
    [['7', '3.75', '3.8', '133.3', 2]],
  ],
  'max_by of an empty value': [
    `SELECT max_by(k, v), min_by(k, v), arbitrary(k) FROM ${people} WHERE v > 2 OR k = 'a'`,
    [[null, 'a', 'a']],
  ],
  'aggregates with DISTINCT, ORDER BY and FILTER': [
    `SELECT array_join(array_agg(k ORDER BY v DESC), ',', '?'), count(DISTINCT k), sum(v) FILTER (WHERE k = 'b'), listagg(k, '+') WITHIN GROUP (ORDER BY v), count_if(v > 1), approx_distinct(k) FROM ${people}`,
    [['?,b,b,a', '2', '6', 'a+b+b', '3', '2']],
  ],
  'windows with IGNORE NULLS and frames': [
    `SELECT v, lag(k) IGNORE NULLS OVER (ORDER BY v), lead(v, 1, 0) OVER (ORDER BY v), sum(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), first_value(v) OVER w FROM ${people} WINDOW w AS (PARTITION BY k ORDER BY v DESC) ORDER BY v`,
    [
      [1, null, 2, '1', 1],
      [2, 'a', 4, '3', 4],
      [4, 'b', 8, '6', 4],
      [8, 'b', 0, '12', 8],
    ],
  ],
  'GROUP BY numbers, GROUPING SETS and HAVING': [
    `SELECT k, count(*) AS n FROM ${people} GROUP BY GROUPING SETS ((k), ()) HAVING count(*) > 1 ORDER BY n`,
    [
      ['b', '2'],
      [null, '4'],
    ],
  ],
  'INTERSECT binds more than UNION, which counts once': [
    `SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 UNION ALL SELECT 1 ORDER BY 1`,
    [[1], [1]],
  ],
  'OFFSET comes before FETCH': [`SELECT v FROM ${people} ORDER BY v OFFSET 1 ROW FETCH NEXT 2 ROWS ONLY`, [[2], [4]]],
  'LIMIT ALL, TABLE and VALUES': [`WITH t(a) AS (VALUES 1, 2) TABLE t ORDER BY a LIMIT ALL`, [[1], [2]]],
  'subqueries as values, with EXISTS and ANY': [
    `SELECT v, (SELECT max(v) FROM ${people}) FROM ${people} WHERE v = ANY (SELECT 2) OR EXISTS (SELECT 1 FROM (VALUES 4) AS s(x) WHERE x = v) ORDER BY 1`,
    [
      [2, 8],
      [4, 8],
    ],
  ],
  'joins with USING and comma': [
    `SELECT a.x, k, b.y FROM (VALUES (1, 'k')) AS a(x, k) JOIN (VALUES ('k', 2)) AS b(k, y) USING (k), (VALUES 3) AS c(z) WHERE z = 3`,
    [[1, 'k', 2]],
  ],
  'lambdas see columns, and their own names first': [
    `SELECT filter(ARRAY[1, 2, 3], x -> x > t.v)[1], transform(ARRAY[1], v -> v + 1)[1] FROM ${people} WHERE v = 2`,
    [[3, 2]],
  ],
  'row.* spreads the fields': [
    `SELECT r.* FROM (SELECT CAST(ROW('x', 1) AS ROW(name varchar, n bigint)) AS r)`,
    [['x', '1']],
  ],
  'quotes, back-quotes, comments and capitals': [
    'SELECT "K" /* one */, `v` -- two\nFROM (VALUES (\'a\', 1)) AS "T" (k, V) WHERE t."k" = \'a\'; -- the end',
    [['a', 1]],
  ],
  'AT TIME ZONE in an inner query is still a time outside': [
    `SELECT hour(t), date_diff('hour', t, from_iso8601_timestamp('2023-07-12T03:00:00Z')) FROM (SELECT from_iso8601_timestamp('2023-07-12T01:00:00Z') AT TIME ZONE 'America/New_York' AS t)`,
    [['21', '2']],
  ],
};

test.each(Object.entries(queries))('%s', async (_name, [sql, expected]) => {
  expect(await rows(sql)).toEqual(expected);
});

test('parameters are bound, whatever their place', async () => {
  const parameters = { event: 'x', least: 2 };
  const sql = `SELECT count(*), $event FROM ${people} WHERE v >= $least AND 'x' = $event`;
  expect(await rows(sql, parameters)).toEqual([['3', 'x']]);
});

test('columns have Athena’s names', async () => {
  const { columns } = await runQuery(opened, {
    sql: 'SELECT count(*), useridentity.arn, max(eventtime) AS "Last Seen", 1 FROM cloudtrail_logs GROUP BY useridentity.arn',
    dialect: 'athena',
  });
  expect(columns.map(({ name }) => name)).toEqual(['_col0', 'arn', 'Last Seen', '_col3']);
});
