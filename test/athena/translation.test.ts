import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryParameters } from '#shared/api/query.ts';
import { translateAthena } from '#engine/athena/translate-athena.ts';
import { runQuery } from '#engine/query/run-query.ts';
import { openTestCase } from '#engine/query/test-case.ts';

const lines = (...text: readonly string[]) => text.join('\n');

describe('the translation can be read', () => {
  test('clause by clause', async () => {
    const { sql, notes } = await translateAthena(
      `with c as (select eventname, json_extract_scalar(requestparameters,'$.bucketName') b from "my-db"."cloudtrail_logs_x" where regexp_like(eventname, '^(Get|List)') and errorcode is null and sourceipaddress not like '%.amazonaws.com')
       select b, count(*), min(c.eventname) first_name from c where b in ('x','y') group by 1 having count(*) > 2 order by 2 desc limit 5`,
    );
    expect(sql).toBe(
      lines(
        'WITH c AS (',
        `  SELECT eventname, (json_value(requestparameters, '$.bucketName') ->> '$') AS b`,
        '  FROM cloudtrail_logs AS cloudtrail_logs_x',
        `  WHERE regexp_matches(eventname, '^(Get|List)')`,
        '    AND errorcode IS NULL',
        `    AND sourceipaddress NOT LIKE '%.amazonaws.com'`,
        ')',
        'SELECT b, count(*) AS _col1, min(c.eventname) AS first_name',
        'FROM c',
        `WHERE b IN ('x', 'y')`,
        'GROUP BY 1',
        'HAVING count(*) > 2',
        'ORDER BY 2 DESC',
        'LIMIT 5',
      ),
    );
    expect(notes).toEqual(['“my-db.cloudtrail_logs_x” is read as cloudtrail_logs, the events of this case.']);
  });

  test('long lists on lines of their own, and joins', async () => {
    const { sql } = await translateAthena(
      `SELECT a.eventid, a.eventname, a.useridentity.arn, a.sourceipaddress, a.eventtime, b.eventname AS other, r.arn AS resource
       FROM cloudtrail_logs a LEFT JOIN cloudtrail_logs b ON a.eventid = b.sharedeventid CROSS JOIN UNNEST(a.resources) AS t(r)`,
    );
    expect(sql).toBe(
      lines(
        'SELECT',
        '  a.eventid,',
        '  a.eventname,',
        '  a.useridentity.arn,',
        '  a.sourceipaddress,',
        '  a.eventtime,',
        '  b.eventname AS other,',
        '  r.arn AS resource',
        'FROM cloudtrail_logs AS a',
        'LEFT JOIN cloudtrail_logs AS b ON a.eventid = b.sharedeventid',
        'CROSS JOIN LATERAL (SELECT item AS r FROM (SELECT unnest(a.resources) AS item)) AS t',
      ),
    );
  });
});

describe('names of tables', () => {
  const from = async (table: string) =>
    (await translateAthena(`SELECT eventname FROM ${table}`)).sql.split('\nFROM ')[1];

  test.each([
    ['cloudtrail_logs', 'cloudtrail_logs'],
    ['CloudTrail_Logs', 'cloudtrail_logs'],
    ['"default"."cloudtrail_logs"', 'cloudtrail_logs'],
    ['cloudtrail_logs_pp', 'cloudtrail_logs_pp'],
    ['"AwsDataCatalog"."db"."cloudtrail_logs_aws-cloudtrail-logs-1-x" t', 'cloudtrail_logs AS t'],
    ['security.cloudtrail', 'cloudtrail_logs AS cloudtrail'],
    ['org_cloudtrail', 'cloudtrail_logs AS org_cloudtrail'],
    ['step_one', 'step_one'],
    ['events', 'events'],
  ])('%s', async (table, expected) => {
    expect(await from(table)).toBe(expected);
  });

  test('a WITH of the statement’s own comes first, and so does a notebook’s cell', async () => {
    const own = await translateAthena('WITH cloudtrail_logs AS (SELECT 1 AS a) SELECT a FROM cloudtrail_logs');
    expect(own.sql).toContain('FROM cloudtrail_logs');
    expect(own.notes).toEqual([]);
    const cell = { name: 'cloudtrail_denied', columns: [{ name: 'n', type: 'BIGINT' }] };
    const { sql, notes } = await translateAthena('SELECT n / 2 FROM Cloudtrail_Denied', [cell]);
    expect(sql).toBe('SELECT n // 2 AS _col0\nFROM cloudtrail_denied');
    expect(notes).toEqual([]);
  });

  test('partition columns are looked up only where they are named', async () => {
    const { sql } = await translateAthena(`SELECT * FROM (SELECT * FROM cloudtrail_logs) WHERE region = 'eu-west-1'`);
    expect(sql).toContain('FROM cloudtrail_logs_pp AS cloudtrail_logs');
    const day = await translateAthena(
      'SELECT day FROM (SELECT *, substr(eventtime, 1, 10) AS day FROM cloudtrail_logs)',
    );
    expect(day.sql).toContain(lines('  SELECT *, substr(eventtime, 1, 10) AS day', '  FROM cloudtrail_logs'));
    const both = await translateAthena(
      `SELECT day FROM (SELECT *, substr(eventtime, 1, 10) AS day FROM cloudtrail_logs WHERE region = 'x')`,
    );
    expect(both.sql).toContain('SELECT * EXCLUDE (day), substr(eventtime, 1, 10) AS day');
    const alias = await translateAthena(
      'SELECT account FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS r(arn, account, kind)',
    );
    expect(alias.sql).toContain('SELECT r.account');
  });

  test('CloudTrail Lake’s', async () => {
    const { sql, notes } = await translateAthena(
      `SELECT eventName FROM 1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d AS lake WHERE eventTime > '2023-01-01 00:00:00' AND readOnly = false`,
    );
    expect(sql).toContain(`WHERE eventTime > TIMESTAMP '2023-01-01 00:00:00' AND readOnly = false`);
    expect(notes.join(' ')).toContain('json_extract_scalar(requestparameters');
  });
});

test('notes tell what is not obvious', async () => {
  const { notes } = await translateAthena(
    'SELECT approx_distinct(eventname), max(resources[1].arn), now() FROM cloudtrail_logs',
  );
  expect(notes).toHaveLength(3);
});

describe('in a notebook', () => {
  let opened: Awaited<ReturnType<typeof openTestCase>>;
  beforeAll(async () => {
    opened = await openTestCase();
    await opened.withConnection(async (connection) => {
      await connection.run(`INSERT INTO events BY NAME
        SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS eventTime, 'Event' || (i % 3) AS eventName, uuid() AS eventID,
          1 AS fileId, i::INTEGER AS recordIndex FROM range(48) AS numbers(i)`);
    });
  });
  afterAll(async () => opened[Symbol.asyncDispose]());

  const cell = async (sql: string, parameters: QueryParameters) => {
    const { window } = await runQuery(opened, { sql, dialect: 'athena', parameters });
    return window.cells.map((column) => column[0]);
  };

  test('times are compared with eventtime as the text it is', async () => {
    const parameters: QueryParameters = {
      from: { type: 'timestamp', value: '2024-01-01 12:00:00' },
      to: { type: 'timestamp', value: '2024-01-02 12:00:00' },
    };
    const count = 'SELECT count(*) FROM cloudtrail_logs WHERE';
    expect(await cell(`${count} eventtime >= $from AND eventtime < $to`, parameters)).toEqual(['24']);
    expect(await cell(`${count} eventtime BETWEEN $from AND $to`, parameters)).toEqual(['25']);
    expect(await cell(`${count} from_iso8601_timestamp(eventtime) >= $from`, parameters)).toEqual(['36']);
    await expect(cell(`${count} eventname >= $from`, parameters)).rejects.toThrow(
      'Athena does not compare varchar with timestamp',
    );
  });

  test('lists, numbers and texts are what they are', async () => {
    const parameters: QueryParameters = {
      names: { type: 'list', value: ['Event0', 'Event1'] },
      seven: { type: 'number', value: '7' },
      text: 'Event2',
    };
    expect(await cell('SELECT count(*) FROM cloudtrail_logs WHERE contains($names, eventname)', parameters)).toEqual([
      '32',
    ]);
    expect(await cell('SELECT count(*) FROM UNNEST($names) AS t(n)', parameters)).toEqual(['2']);
    expect(await cell('SELECT $seven / 2', parameters)).toEqual(['3']);
    expect(await cell('SELECT count(*) FROM cloudtrail_logs WHERE eventname = $text', parameters)).toEqual(['16']);
  });

  test('a cell is read by name, with its types', async () => {
    const first = await runQuery(opened, {
      sql: 'SELECT eventname, count(*) AS n, array_agg(eventtime) AS times FROM cloudtrail_logs GROUP BY eventname',
      dialect: 'athena',
    });
    const second = await runQuery(opened, {
      sql: 'SELECT sum(n / 5), count(t), max(t) FROM calls CROSS JOIN UNNEST(times) AS u(t)',
      dialect: 'athena',
      relations: [{ name: 'calls', resultId: first.resultId }],
    });
    expect(second.window.cells).toEqual([['144'], ['48'], ['2024-01-02T23:00:00Z']]);
    expect(second.translatedSql).toContain('n // 5');
  });

  test('a place in the text is that of the text as it was written', async () => {
    const sql = 'SELECT eventname,\n  frobnicate(eventname) FROM cloudtrail_logs';
    const error = await runQuery(opened, { sql, dialect: 'athena' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'SQL_REFUSED',
      detail: { position: { offset: sql.indexOf('frob'), length: 21 } },
    });
  });
});
