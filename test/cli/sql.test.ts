import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finish, Workplace, type Finished } from './run-trailbench.ts';

/** What an attacker may put into a user agent: sequences that steer a terminal, also as C1 controls and bidi marks. */
const nasty = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt.exe\u0000\r\n\t=cmd|"/C calc"!A0, “end” 🦉';
const eventCount = 2500;

let workplace: Workplace;
beforeAll(async () => {
  workplace = await Workplace.make();
  await mkdir(workplace.path('logs'));
  const records = Array.from({ length: eventCount }, (_, index) => ({
    eventVersion: '1.11',
    eventTime: '2026-03-02T08:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName: `Name${index}`,
    eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    userAgent: index === 7 ? nasty : index === 8 ? '' : index === 9 ? undefined : 'plain',
    requestParameters: { index, nested: { text: index === 7 ? nasty : 'x', big: 1 } },
  }));
  await writeFile(workplace.path('logs', 'log.json'), JSON.stringify({ Records: records }));
  const { code, stderr } = await workplace.run('import', 'case', 'logs');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
afterAll(() => workplace.remove());

function sql(statement: string, ...options: readonly string[]): Promise<Finished> {
  return workplace.run('sql', 'case', statement, ...options);
}

// eslint-disable-next-line no-control-regex
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

test('csv, read by another parser, gives the exact values', async () => {
  const { code, stdout } = await sql('SELECT eventName, userAgent FROM events ORDER BY eventID', '--format', 'csv');
  expect(code).toBe(0);
  const rows = parse(stdout, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
  expect(rows.map((row) => row['eventName'])).toEqual(Array.from({ length: eventCount }, (_, index) => `Name${index}`));
  expect(rows[7]?.['userAgent']).toBe(nasty);
  const lines = stdout.split('\r\n');
  expect(lines).toContain('Name8,""');
  expect(lines).toContain('Name9,');
});

test('csv of one column loses no row that is NULL', async () => {
  const { stdout } = await sql('SELECT userAgent FROM events WHERE userAgent IS NULL', '--format', 'csv');
  expect(stdout).toBe('userAgent\r\n""\r\n');
});

test('json and ndjson hold the same rows, whole', async () => {
  const statement = 'SELECT eventName, userAgent, requestParameters FROM events ORDER BY eventID';
  const json = await sql(statement, '--format', 'json');
  const ndjson = await sql(statement, '--format', 'ndjson');
  const rows = JSON.parse(json.stdout) as Record<string, unknown>[];
  expect(rows).toHaveLength(eventCount);
  expect(rows[7]).toEqual({ eventName: 'Name7', userAgent: nasty, requestParameters: { index: 7, nested: { text: nasty, big: 1 } } }); // prettier-ignore
  expect(rows[9]).toMatchObject({ userAgent: null });
  const lines = ndjson.stdout.split('\n');
  expect(lines.at(-1)).toBe('');
  expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(rows);
  expect(json.stdout).not.toMatch(steering);
  expect(ndjson.stdout).not.toMatch(steering);
});

test('json keeps every digit, and every column of a name', async () => {
  const { stdout } = await sql(
    `SELECT 9007199254740993::BIGINT AS big, 12345678901234567890.123456789::DECIMAL(38, 9) AS exact, 'nan'::DOUBLE AS odd,
       0.1::DOUBLE AS tenth, true AS yes, [1, 2] AS list, 1 AS twin, 2 AS twin`,
    '--format',
    'ndjson',
  );
  expect(stdout).toContain('"big":9007199254740993,');
  expect(stdout).toContain('"exact":12345678901234567890.123456789,');
  const row = JSON.parse(stdout) as Record<string, unknown>;
  expect(row).toMatchObject({ odd: 'nan', tenth: 0.1, yes: true, list: [1, 2] });
  expect(Object.keys(row)).toHaveLength(8);
  expect(Object.values(row).slice(-2)).toEqual([1, 2]);
});

test('a table is aligned and nothing in it can steer the terminal', async () => {
  const { stdout } = await sql('SELECT userAgent, eventName FROM events ORDER BY eventID LIMIT 10');
  expect(stdout).not.toMatch(steering);
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(13);
  expect(lines[9]).toContain('\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202etxt.exe\\x00\\r\\n\\t=cmd');
  const column = lines[0]?.indexOf('eventName');
  expect(column).toBeGreaterThan(0);
  for (const index of [2, 3, 10, 11]) expect(lines[index]?.indexOf('Name')).toBe(column);
});

test('an error names the place, in plain text, without a stack', async () => {
  const { code, stdout, stderr } = await sql(`SELECT 1,\n  nonsense('\u001b[31m') FROM events`);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(steering);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr).toMatch(/^trailbench: /);
  expect(stderr).toContain('\nLine 2:   nonsense(');
});

test('SQL that would write or read files is refused', async () => {
  for (const statement of ['DELETE FROM events', "SELECT * FROM read_text('/etc/hostname')", 'SELECT 1; SELECT 2']) {
    const { code, stdout } = await sql(statement);
    expect({ statement, code, stdout }).toEqual({ statement, code: 1, stdout: '' });
  }
});

test('parameters are values, never SQL', async () => {
  const { stdout } = await sql('SELECT count(*) AS found FROM events WHERE eventName = $name', '--param', "name=x' OR '1'='1", '--format', 'json'); // prettier-ignore
  expect(JSON.parse(stdout)).toEqual([{ found: 0 }]);
  const both = await sql('SELECT eventName FROM events WHERE eventName IN ($first, $second) ORDER BY eventName', '--param', 'first=Name1', '--param', 'second=Name=2', '--format', 'json'); // prettier-ignore
  expect(JSON.parse(both.stdout)).toEqual([{ eventName: 'Name1' }]);
});

test('the statement may come from a file or from standard input', async () => {
  await writeFile(workplace.path('count.sql'), 'SELECT count(*) AS n\nFROM events\n');
  const fromFile = await workplace.run('sql', 'case', '--file', 'count.sql', '--format', 'ndjson');
  const fromInput = await workplace.runWithInput('SELECT count(*) AS n FROM events', 'sql', 'case', '-', '--format', 'ndjson'); // prettier-ignore
  expect(fromFile.stdout).toBe(`{"n":${eventCount}}\n`);
  expect(fromInput.stdout).toBe(fromFile.stdout);
  expect((await workplace.run('sql', 'case', '--file', 'missing.sql')).code).toBe(1);
});

test('an empty result is valid in every format', async () => {
  const statement = 'SELECT eventName, eventID FROM events WHERE false';
  expect((await sql(statement, '--format', 'csv')).stdout).toBe('eventName,eventID\r\n');
  expect(JSON.parse((await sql(statement, '--format', 'json')).stdout)).toEqual([]);
  expect((await sql(statement, '--format', 'ndjson')).stdout).toBe('');
  expect((await sql(statement)).stdout.split('\n')[0]).toBe('eventName  eventID');
});

test('a reader that goes away early is no error', async () => {
  const child = workplace.start('sql', 'case', 'SELECT e.* FROM events e, range(40)', '--format', 'ndjson');
  const finished = finish(child);
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), finished]);
  child.stdout?.destroy();
  const { code, stderr } = await finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.skipIf(process.platform === 'win32')('Ctrl-C stops a statement that would run for ever', async () => {
  const child = workplace.start('sql', 'case', 'SELECT count(*) FROM range(1000000000000)');
  const finished = finish(child);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^trailbench: .*cancel/i);
});
