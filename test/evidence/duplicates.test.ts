import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { event, events, importFiles, importFolder, records, storedRecords, writeFiles } from '../support/log-files.ts'; // prettier-ignore
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeEach(async () => void (testCase = await temporaryCase()));
afterEach(() => testCase.remove());

const duplicates = () =>
  testCase.rows('SELECT fileId, recordIndex, keptFileId, keptRecordIndex, isConflict, record FROM duplicates ORDER BY fileId, recordIndex'); // prettier-ignore

test('the same bytes twice in one import, and under another name in the next, add nothing', async () => {
  const text = records(events(3));
  const first = await importFiles(testCase, { 'a.json': text, 'sub/b.json': text });
  expect(first.summary.files).toMatchObject({ seen: 2, imported: 1, unchanged: 1 });
  const second = await importFiles(testCase, { 'moved/c.json': text });
  expect(second.summary).toMatchObject({ files: { seen: 1, unchanged: 1 }, records: { read: 0, stored: 0 } });
  const sightings = await testCase.rows('SELECT importId, fileId, sourcePath FROM sightings ORDER BY importId');
  expect(sightings).toEqual([
    { importId: 1, fileId: 1, sourcePath: join(first.folder, 'sub/b.json') },
    { importId: 2, fileId: 1, sourcePath: join(second.folder, 'moved/c.json') },
  ]);
});

test('a recompressed file is another file whose events are all duplicates', async () => {
  const text = records(events(3));
  await importFiles(testCase, { 'a.json.gz': gzipSync(text, { level: 9 }) });
  const { summary } = await importFiles(testCase, { 'a.json.gz': gzipSync(text, { level: 1 }), 'a.json': ` ${text}` });
  expect(summary.records).toEqual({ read: 6, stored: 0, duplicate: 6, rejected: 0 });
  expect((await duplicates()).map((row) => [row['isConflict'], row['record']])).toEqual(Array(6).fill([false, null]));
});

test('one eventID with other content: the first is kept, the other whole beside it', async () => {
  const first = event({ n: 1 });
  const other = { ...first, n: 1.5, half: '\ud800', awsRegion: 'us-east-1' };
  await importFiles(testCase, { 'a.json': records([first]), 'b.json': records([other, first]) });
  const rows = await duplicates();
  expect(rows.map((row) => [row['fileId'], row['recordIndex'], row['keptFileId'], row['isConflict']])).toEqual([
    [2, 0, 1, true],
    [2, 1, 1, false],
  ]);
  expect(JSON.parse((JSON.parse(String(rows[0]!['record'])) as { $original: string }).$original)).toEqual(other);
  expect(JSON.parse((await storedRecords(testCase))[0]!.record)).toEqual(first);
});

test('copies that differ only in the order of keys, white space and escapes are no conflict; 1 and 1.0 are', async () => {
  const one = '{"eventName":"x","awsRegion":"y","eventID":"i","a":{"b":1,"c":"="},"d":[1,2]}';
  const same = '{ "d": [1, 2], "a": {"c": "\\u003d", "b": 1}, "eventID": "i", "awsRegion": "y", "eventName": "x" }';
  const other = one.replace('"b":1', '"b":1.0');
  await importFiles(testCase, { 'a.json': one, 'b.json': same, 'c.json': other });
  expect((await duplicates()).map((row) => row['isConflict'])).toEqual([false, true]);
});

test('the case of a UUID and escapes in it make no other event', async () => {
  const one = event({ eventID: 'abcdef01-0000-4000-8000-000000000000' });
  const escaped = JSON.stringify(one).replace('abcdef01-', 'abcdef01\\u002d');
  await importFiles(testCase, { 'a.json': records([one]), 'b.json': escaped, 'c.json': records([{ ...one, eventID: String(one['eventID']).toUpperCase() }]) }); // prettier-ignore
  expect(await testCase.rows('SELECT count(*)::INTEGER AS n FROM events')).toEqual([{ n: 1 }]);
});

test('without an eventID the content decides; an eventID that is no UUID counts as it is', async () => {
  const { eventID: _, ...bare } = event();
  const { summary } = await importFiles(testCase, {
    'a.json': records([bare, bare, { ...bare, awsRegion: 'x' }, { ...bare, eventID: null }, { ...bare, eventID: '' }]),
    'b.json': records([event({ eventID: 'x1', n: 1 }), event({ eventID: 'x1', n: 2 }), event({ eventID: 'x2' })]),
  });
  expect(summary.records).toEqual({ read: 8, stored: 6, duplicate: 2, rejected: 0 });
  expect((await duplicates()).map((row) => row['isConflict'])).toEqual([false, true]);
});

test('many copies over several imports and batches: each event is kept once, in its first file', async () => {
  await testCase.remove();
  testCase = await temporaryCase(20_000);
  const list = events(300);
  const files: Record<string, string> = {};
  for (let file = 0; file < 30; file++) files[`${String(file).padStart(2, '0')}.json`] = records(list.slice(file * 7, file * 7 + 60)); // prettier-ignore
  const folder = await writeFiles(testCase, files);
  const covered = new Set(Object.values(files).flatMap((text) => (JSON.parse(text) as { Records: { eventID: string }[] }).Records.map(({ eventID }) => eventID))); // prettier-ignore
  const { summary } = await importFolder(testCase, folder);
  expect(summary.records).toMatchObject({ read: 1800, stored: covered.size, duplicate: 1800 - covered.size });
  const again = await importFiles(testCase, Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `${text}\n`]))); // prettier-ignore
  expect(again.summary.records).toEqual({ read: 1800, stored: 0, duplicate: 1800, rejected: 0 });
  const later = await testCase.rows('SELECT count(*)::INTEGER AS n FROM duplicates WHERE (keptFileId, keptRecordIndex) >= (fileId, recordIndex)'); // prettier-ignore
  expect(later).toEqual([{ n: 0 }]);
});
