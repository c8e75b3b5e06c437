import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqlTokens } from '../../src/shared/sql/sql-tokens.ts';
import { formatSql, isSameStatement } from '../../src/renderer/features/query/format-sql.ts';
import { Seeded } from '../support/random-json.ts';
import { benignStatements } from './benign-statements.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create();
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** DuckDB's own tree of a statement without places in the text; null for one that it can't write as a tree. */
async function tree(sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($sql::VARCHAR)', { sql });
  const parsed = JSON.parse(String(reader.getRows()[0]?.[0]), (key, value: unknown) =>
    key === 'query_location' ? undefined : value,
  ) as { error: boolean };
  return parsed.error ? null : parsed;
}

describe('formatting', () => {
  test('keeps what every benign statement means', async () => {
    let compared = 0;
    for (const sql of benignStatements) {
      const formatted = formatSql(sql, 'duckdb');
      expect(formatted, sql).not.toBeNull();
      const before = await tree(sql);
      expect(await tree(formatted ?? ''), sql).toEqual(before);
      if (before !== null) compared += 1;
      expect(formatSql(formatted ?? '', 'duckdb'), 'a second time changes nothing').toBe(formatted);
    }
    // DESCRIBE, SUMMARIZE, PIVOT and the like have no tree.
    expect(compared).toBeGreaterThan(benignStatements.length * 0.8);
  });

  test('keeps it, or lets the text be, wherever comments and line breaks lie', async () => {
    const random = new Seeded(20260901);
    const spaces = [' ', '\n', '\r\n', '\t', ' /* a ’ comment */ ', ' -- it’s one\n', '  '];
    let formattedCount = 0;
    for (const sql of benignStatements) {
      const tokens = sqlTokens(sql);
      const scattered = tokens
        .map((token, index) => {
          const isApart = index > 0 && token.from > (tokens[index - 1]?.to ?? 0);
          return (isApart ? random.pick(spaces) : '') + token.text;
        })
        .join('');
      const formatted = formatSql(scattered, 'duckdb');
      if (formatted === null) continue;
      formattedCount += 1;
      expect(await tree(formatted), scattered).toEqual(await tree(sql));
    }
    expect(formattedCount).toBeGreaterThan(benignStatements.length / 2);
  });

  test('keeps parameters, comments, letter case, strings and every operator', () => {
    const sql = `select e.eventName, -- the action
      requestParameters->>'$.bucketName' b, '  two  spaces ' s, x::varchar, [1,2][1:2], /* why */ $name
      from events e where a<>b and e.readOnly is not null`;
    const formatted = formatSql(sql, 'duckdb') ?? '';
    expect(formatted.split('\n').length).toBeGreaterThan(6);
    for (const part of [
      `-- the action`,
      `/* why */`,
      `'  two  spaces '`,
      `->>`,
      `$name`,
      `x::varchar`,
      'select',
      '<>',
    ]) {
      expect(formatted).toContain(part);
    }
  });

  test('speaks Athena’s dialect', () => {
    const formatted = formatSql(
      `SELECT useridentity.arn, json_extract_scalar(requestparameters, '$.bucketName') AS bucket FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(r) WHERE from_iso8601_timestamp(eventtime) > date_add('day', -1, now())`,
      'athena',
    );
    expect(formatted).toMatch(/^SELECT\n {2}useridentity\.arn,\n/);
  });

  test('leaves what it does not understand', () => {
    for (const sql of [`SELECT 'open`, 'SELECT (1', 'SELECT /* open', 'SELECT 1 ) FROM']) {
      expect(formatSql(sql, 'duckdb'), sql).toBeNull();
    }
  });
});

describe('a text that differs in more than its spaces', () => {
  test.each([
    [`SELECT 'a b'`, `SELECT 'a  b'`],
    ['SELECT a->>b', 'SELECT a->> > b'],
    ['SELECT a - > b', 'SELECT a -> b'],
    ['SELECT a -- b\nFROM t', 'SELECT a -- b FROM t'],
    ['SELECT a', 'SELECT A'],
    ['SELECT a, b', 'SELECT b, a'],
    ['SELECT $a', 'SELECT $b'],
    ['SELECT "a b"', 'SELECT a b'],
  ])('%s is not %s', (first, second) => expect(isSameStatement(first, second)).toBe(false));
});
