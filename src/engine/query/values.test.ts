import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnValues } from './values.ts';
import { openTestCase } from './test-case.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;

beforeAll(async () => {
  opened = await openTestCase();
});
afterAll(async () => opened[Symbol.asyncDispose]());

/** Adds events with these names, as an import of one file does. */
async function add(names: readonly string[], more = ''): Promise<void> {
  await opened.withConnection(async (connection) => {
    const rows = names.map((name, index) => `('${name.replaceAll("'", "''")}', ${index})`);
    await connection.run(
      `INSERT INTO events BY NAME SELECT name AS eventName, 1 AS fileId, number::INTEGER AS recordIndex ${more}
       FROM (VALUES ${rows.join(', ')}) AS given(name, number)`,
    );
  });
}

const names = (text: string) => columnValues(opened, { column: 'eventName', text });

test('values come with their counts: those that begin with the text first, then the more frequent', async () => {
  await add([
    ...Array.from({ length: 5 }, () => 'PutObject'),
    ...Array.from({ length: 3 }, () => 'GetObject'),
    ...Array.from({ length: 2 }, () => 'ObjectRestored'),
    ...['objectLocked', `O'Brien`, '', '100%_sure'],
  ]);
  expect(await names('object')).toEqual([
    { value: 'ObjectRestored', count: 2 },
    { value: 'objectLocked', count: 1 },
    { value: 'PutObject', count: 5 },
    { value: 'GetObject', count: 3 },
  ]);
  expect((await names('')).map(({ value }) => value)).toEqual([
    ...['PutObject', 'GetObject', 'ObjectRestored', '100%_sure', `O'Brien`, 'objectLocked'],
  ]);
  expect(await names(`o'b`)).toEqual([{ value: `O'Brien`, count: 1 }]);
  expect(await names('%')).toEqual([{ value: '100%_sure', count: 1 }]);
  expect(await names('nothing like it')).toEqual([]);
});

test('what another import adds is counted', async () => {
  await add(['PutObject', 'NewName']);
  expect(await names('putobject')).toEqual([{ value: 'PutObject', count: 6 }]);
  expect(await names('new')).toEqual([{ value: 'NewName', count: 1 }]);
});

test('derived columns have values too, and only those that are asked for', async () => {
  await add(
    ['GetObject', 'GetObject', 'GetObject'],
    `, CASE WHEN number < 2 THEN 'denied' ELSE 'success' END AS outcome`,
  );
  expect(await columnValues(opened, { column: 'outcome', text: '' })).toEqual([
    { value: 'denied', count: 2 },
    { value: 'success', count: 1 },
  ]);
  expect(await columnValues(opened, { column: 'awsRegion', text: '' })).toEqual([]);
});

test('of a column with many values the most frequent are known, and no endless ones', async () => {
  await opened.withConnection((connection) =>
    connection.run(`INSERT INTO events BY NAME
      SELECT CASE WHEN i < 50000 THEN 'agent ' || lpad(i::VARCHAR, 6, '0') ELSE repeat('x', 1_500_000) END AS userAgent,
        2 AS fileId, i::INTEGER AS recordIndex FROM range(50010) AS numbers(i)`),
  );
  const agents = async (text: string) =>
    (await columnValues(opened, { column: 'userAgent', text })).map(({ value }) => value);
  expect(await agents('agent')).toEqual(Array.from({ length: 100 }, (_, i) => `agent ${String(i).padStart(6, '0')}`));
  expect(await agents('019999')).toEqual(['agent 019999']);
  expect(await agents('020000')).toEqual([]);
  expect(await agents('xx')).toEqual([]);
});

test('a caller that leaves is told so, and others still get their answer', async () => {
  await add(['Another']);
  const leaving = new AbortController();
  const [left, stayed] = [
    columnValues(opened, { column: 'eventName', text: 'another' }, leaving.signal),
    columnValues(opened, { column: 'eventName', text: 'another' }),
  ];
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await stayed).toEqual([{ value: 'Another', count: 1 }]);
});
