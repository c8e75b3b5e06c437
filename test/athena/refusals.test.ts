import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrailbenchError } from '#shared/api/errors.ts';
import { translateAthena } from '#engine/athena/translate-athena.ts';
import { runQuery } from '#engine/query/run-query.ts';
import { openTestCase } from '#engine/query/test-case.ts';
import { athenaQueries } from './queries.ts';

async function refusal(sql: string): Promise<TrailbenchError> {
  const outcome = await translateAthena(sql).then(
    (translation) => new Error(`Translated: ${translation.sql}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof TrailbenchError)) throw outcome;
  return outcome;
}

const from = 'FROM cloudtrail_logs';

/** Statement, what the sentence says, and the text that is marked. */
const refused: readonly (readonly [sql: string, sentence: RegExp, marked?: string])[] = [
  [
    "CREATE EXTERNAL TABLE cloudtrail_logs (eventversion STRING) LOCATION 's3://x'",
    /No table has to be made/,
    'CREATE',
  ],
  ['MSCK REPAIR TABLE cloudtrail_logs', /No table has to be made/],
  ["ALTER TABLE cloudtrail_logs ADD PARTITION (region='x')", /No table has to be made/],
  ['INSERT INTO t SELECT 1', /only reads/],
  ['SHOW TABLES', /Schema page/],
  ['SELECT 1; SELECT 2', /more than one statement/, 'SELECT'],
  [`SELECT * ${from} WHERE eventname = ?`, /no \? parameters/, '?'],
  [`SELECT * ${from} WHERE eventtime > current_timestamp - interval '7' day`, /from_iso8601_timestamp\(eventtime\)/],
  [`SELECT * ${from} WHERE eventtime > date '2023-07-10'`, /Athena does not compare varchar with date/],
  [`SELECT * ${from} WHERE readonly = true`, /write = 'true'/, 'readonly = true'],
  [`SELECT * ${from} WHERE useridentity.sessioncontext.attributes.mfaauthenticated = false`, /= 'false'/],
  [`SELECT * ${from} WHERE json_extract(requestparameters, '$.a') = 'x'`, /json_extract_scalar\(\) gives text/],
  [`SELECT * ${from} WHERE sourceipaddress = 1`, /does not compare varchar with integer/],
  [`SELECT date_trunc('day', eventtime) ${from}`, /from_iso8601_timestamp\(eventtime\)/, 'eventtime'],
  [`SELECT year(eventtime) ${from}`, /takes a date or a timestamp/],
  [`SELECT requestparameters.bucketname ${from}`, /json_extract_scalar\(…, '\$\.bucketname'\)/, 'bucketname'],
  [`SELECT json_extract(requestparameters, '$.a').b ${from}`, /json_extract_scalar/],
  [`SELECT useridentity.user ${from}`, /no field “user”/, 'user'],
  [`SELECT event_name ${from}`, /Is eventname meant/, 'event_name'],
  [`SELECT * ${from} WHERE dt = '2023/07/10'`, /partition columns/],
  [`SELECT eventname AS e ${from} WHERE e = 'x'`, /no column “e”.*alias/],
  [`SELECT * ${from} WHERE eventname = "ConsoleLogin"`, /no column “ConsoleLogin”.*single quotes/],
  [`SELECT * ${from} WHERE eventname = ‘ConsoleLogin’`, /typographic quote/, '‘'],
  ['SELECT * FROM <table_name>', /placeholder/, '<'],
  ['SELECT * FROM ${table}', /placeholder/],
  [
    'SELECT * FROM other_database.vpc_flow_logs',
    /no table “other_database.vpc_flow_logs”/,
    'other_database.vpc_flow_logs',
  ],
  [`SELECT element_at(requestparameters, 'a') ${from}`, /takes an array or a map; this is varchar/],
  [`SELECT cardinality(requestparameters) ${from}`, /json_array_length\(\) for JSON/],
  [
    `SELECT * ${from} CROSS JOIN UNNEST(json_extract(requestparameters, '$.x')) AS t(x)`,
    /CAST\(json_extract\(…\) AS array\(json\)\)/,
  ],
  [`SELECT * ${from} CROSS JOIN UNNEST(resources) AS t(a, b)`, /AS t\(arn, accountid, type\), or AS t\(r\)/],
  [`SELECT * ${from} CROSS JOIN UNNEST(resources)`, /Name what UNNEST makes/],
  [`SELECT histogram(eventname) ${from}`, /histogram\(\) is not among/, 'histogram(eventname)'],
  ['SELECT frobnicate(1)', /frobnicate\(\) is not among/],
  ["SELECT read_text('/etc/passwd')", /not among/],
  ['SELECT constructor(1), toString(2)', /not among/],
  ["SELECT reverse('abc')", /another way/],
  ['SELECT $a / $b', /what these are is not known/],
  ["SELECT 1 + '1'", /calculates with numbers/],
  ["SELECT 1 || 'a'", /cast it to varchar/],
  ['SELECT CAST(1.5e0 AS varchar)', /double as text in its own way/],
  ["SELECT CAST('2023-07-10T00:00:00Z' AS timestamp with time zone)", /from_iso8601_timestamp/],
  ['SELECT ARRAY[1][0]', /counts from 1/],
  ['SELECT element_at(ARRAY[1], 0)', /counted from 1/],
  ["SELECT regexp_extract('a', '(a)|(b*)', 2)", /may take no part/],
  ["SELECT regexp_like('a', '(?=a)')", /Looking ahead/],
  ["SELECT regexp_like('a', '(a)\\1')", /References back/],
  ["SELECT regexp_like('a', '[a-z&&[^b]]')", /Classes within classes/],
  ["SELECT regexp_replace('abc', 'x*', '-')", /empty text/],
  ["SELECT json_extract_scalar('{}', 'lax $.a')", /begins with \$/],
  ["SELECT json_extract_scalar('{}', '$..a')", /not translated from here/],
  ["SELECT json_extract_scalar('{}', '$.a[*]')", /not translated from here/],
  [`SELECT json_extract_scalar(requestparameters, eventname) ${from}`, /must be written out/],
  ["SELECT date_parse('10:00', '%H:%i')", /needs the year/],
  ["SELECT date_parse('230710', '%y%m%d')", /needs the year/],
  ["SELECT date_format(now(), '%U')", /no part of a date format/],
  ["SELECT format_datetime(now(), 'G')", /not translated/],
  ["SELECT date_diff('fortnight', now(), now())", /no unit of time/],
  ["SELECT interval '1-2' year to month", /one whole number and one unit/],
  ["SELECT now() AT TIME ZONE 'not/a zone!'", /no time zone/],
  ["SELECT timestamp '2023-02-31 00:00:00'", /no timestamp/],
  ["SELECT from_iso8601_timestamp('2023-13-01')", /no time in ISO 8601/],
  [`SELECT eventname ${from} TABLESAMPLE BERNOULLI (10)`, /TABLESAMPLE/],
  [`SELECT eventname ${from} FETCH FIRST 3 ROWS WITH TIES`, /WITH TIES/],
  ['WITH RECURSIVE t(n) AS (SELECT 1) SELECT * FROM t', /WITH RECURSIVE/],
  ['SELECT a.eventname FROM cloudtrail_logs a NATURAL JOIN cloudtrail_logs b', /NATURAL JOIN/],
  ['SELECT eventname FROM cloudtrail_logs a, cloudtrail_logs b', /More than one relation/, 'eventname'],
  ["SELECT 1 UNION SELECT 'a'", /Column 1 is integer on one side/],
  ['SELECT 1 UNION SELECT 1, 2', /1 columns, the other 2/],
  [`SELECT eventname ${from} GROUP BY 2`, /no column 2/],
  ['SELECT row_number()', /OVER \(…\) is missing/],
  ["SELECT lower(DISTINCT 'a')", /no DISTINCT/],
  ['SELECT x -> x + 1', /functions that take one/],
  ["SELECT IPADDRESS '10.0.0.1'", /not translated/],
  ["SELECT CAST('10.0.0.1' AS ipaddress)", /type ipaddress is not translated/],
  ['SELECT try(sum(1) / count(*))', /nullif/],
  [`SELECT CAST(useridentity AS json) ${from}`, /differs between versions/],
];

describe('what would mean something else is refused, with the reason and the place', () => {
  test.each(refused.map(([sql, sentence, marked]) => ({ sql, sentence, marked })))(
    '$sql',
    async ({ sql, sentence, marked }) => {
      const { code, message, detail } = await refusal(sql);
      expect(['SQL_REFUSED', 'SQL_FAILED']).toContain(code);
      expect(message).toMatch(sentence);
      const { offset, length } = detail?.position ?? { offset: -1, length: -1 };
      expect(offset).toBeGreaterThanOrEqual(0);
      if (marked !== undefined) expect(sql.slice(offset, offset + length)).toBe(marked);
    },
  );
});

const broken = [
  '', ';', '--', '/*', '/* never closed', "SELECT 'never closed", 'SELECT "never closed', 'SELECT', 'SELECT ,', 'SELECT 1,', 'SELECT 1 FROM',
  'SELECT * FROM t WHERE', 'SELECT (1', 'SELECT 1)', 'SELECT a b c', 'SELECT CASE END', 'SELECT CAST(1 AS)', 'SELECT x.', 'SELECT [1]', 'SELECT 1 2',
  "SELECT interval 'x' day", 'SELECT count(*', 'SELECT a FROM b JOIN c', 'WITH a AS SELECT 1', 'SELECT * FROM UNNEST()', 'SELECT \u0000', 'SELECT 💥', '\ufeff',
  'SELECT ((((', 'SELECT a[', 'SELECT 1 FROM a.b.c.d.e', 'SELECT * FROM (SELECT 1', 'VALUES', 'SELECT 1 OVER ()', '(SELECT 1))', 'SELECT array[1', 'FROM t',
]; // prettier-ignore

test.each(broken)('broken: %j', async (sql) => {
  const { code, message } = await refusal(sql);
  expect(['SQL_FAILED', 'SQL_REFUSED']).toContain(code);
  expect(message).toMatch(/\.$/);
});

test.each([
  ['brackets', `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`],
  ['signs', `SELECT ${'- '.repeat(50_000)}1`],
  ['a sum', `SELECT 1${' + 1'.repeat(45_000)}`],
  ['fields', `SELECT a${'.a'.repeat(90_000)} FROM t`],
  ['subqueries', `SELECT ${'(SELECT '.repeat(20_000)}1${')'.repeat(20_000)}`],
  ['unions', `SELECT 1${' UNION SELECT 1'.repeat(12_000)}`],
  ['a text', `SELECT '${'x'.repeat(200_001)}'`],
])('%s without end are refused', async (_name, sql) => {
  expect((await refusal(sql)).code).toMatch(/SQL_REFUSED|SQL_FAILED/);
});

describe('garbage', () => {
  let opened: Awaited<ReturnType<typeof openTestCase>>;
  beforeAll(async () => {
    opened = await openTestCase();
  });
  afterAll(async () => opened[Symbol.asyncDispose]());

  /** Xorshift: the same statements each time. */
  function random(seed: number) {
    let state = seed;
    return (below: number) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  }

  const words = athenaQueries.flatMap(({ sql }) => sql.match(/\w+|'[^']*'|[^\s\w]/g) ?? []);

  test('of shuffled words never crashes the translation', async () => {
    const below = random(20260302);
    for (let round = 0; round < 3000; round++) {
      const sql = `SELECT ${Array.from({ length: 1 + below(14) }, () => words[below(words.length)]).join(' ')}`;
      const outcome = await translateAthena(sql).catch((error: unknown) => error);
      if (outcome instanceof Error && !(outcome instanceof TrailbenchError)) throw new Error(sql, { cause: outcome });
    }
  });

  test('of queries with a word lost, doubled or swapped is translated to SQL that DuckDB and the fence take, or refused', async () => {
    const below = random(7);
    let ran = 0;
    for (let round = 0; round < 600; round++) {
      const tokens = athenaQueries[below(athenaQueries.length)]!.sql.match(/\s+|\w+|'[^']*'|[^\s\w]/g) ?? [];
      const at = below(tokens.length);
      const change = below(3);
      const replacement =
        change === 0 ? [] : change === 1 ? [tokens[at]!, ' ', tokens[at]!] : [words[below(words.length)]!];
      const sql = tokens.toSpliced(at, 1, ...replacement).join('');
      const outcome = await runQuery(opened, { sql, dialect: 'athena' }).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) ran++;
      else if (!(outcome instanceof TrailbenchError)) throw new Error(sql, { cause: outcome });
      else if (/Parser|syntax error/i.test(outcome.message)) throw new Error(`${sql}\n${outcome.message}`);
    }
    expect(ran).toBeGreaterThan(100);
  });
});
