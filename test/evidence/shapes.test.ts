import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { readRawRecord } from '#engine/evidence/raw-record.ts';
import { exactJson } from '../support/exact-json.ts';
import { event, events, importFiles, lines, records, storedRecords, type Fields } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

const eventBridge = (detail: Fields): Fields => ({
  ...{ version: '0', id: 'b1', 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', account: '1', resources: [] },
  detail,
}); // prettier-ignore
const logEvent = (record: Fields): Fields => ({ timestamp: 1722519208000, message: JSON.stringify(record), id: '1' });
const lookupEvent = (record: Fields): Fields => ({
  ...{ EventId: record['eventID'], EventTime: '2024-08-01T15:33:28+02:00', ReadOnly: 'true', Resources: [] },
  CloudTrailEvent: JSON.stringify(record),
});
const elastic = (record: Fields): Fields => ({
  _index: 'logs',
  _source: { '@timestamp': 'x', event: { original: JSON.stringify(record) }, aws: { cloudtrail: {} } },
});
const lookupPage = (list: Fields[]): Fields => ({ Events: list.map(lookupEvent), NextToken: 'abc==' });
const pretty = (value: unknown): string => JSON.stringify(value, null, 4);
const exportLine = (record: Fields): string => `2024-08-01T13:33:28.000Z ${JSON.stringify(record)}\n`;

/** Name → the text of three events in that shape, and what the ledger is to call it. */
const shapes: Record<string, readonly [shape: string, write: (three: Fields[]) => string | Buffer]> = {
  'records.json': ['Records', records],
  'records pretty.json': ['Records', (three) => pretty({ Records: three })],
  'records crlf.json': ['Records', (three) => pretty({ Records: three }).replaceAll('\n', '\r\n')],
  'records after others.json': ['Records', (three) => JSON.stringify({ version: 1, more: {}, Records: three })],
  'array.json': ['array', (three) => JSON.stringify(three)],
  'array pretty.json': ['array', pretty],
  'lines.jsonl': ['ndjson', lines],
  'lines crlf bom blank.jsonl': ['ndjson', (three) => `\ufeff\r\n${lines(three).replaceAll('\n', '\r\n\r\n')}  `],
  'lines without the last newline.log': ['ndjson', (three) => lines(three).trimEnd()],
  'concatenated.json': ['ndjson', (three) => three.map((one) => JSON.stringify(one)).join('')],
  'pretty objects.json': ['ndjson', (three) => three.map(pretty).join('\n')],
  'lines of Records.json': ['Records', (three) => lines(three.map((one) => ({ Records: [one] })))],
  'lines of arrays.json': ['array', (three) => lines(three.map((one) => [one]))],
  'lookup-events.json': ['lookup-events', (three) => pretty(lookupPage(three))],
  'lookup-events token first.json': [
    'Events, lookup-events',
    (three) => JSON.stringify({ NextToken: 'x', ...lookupPage(three) }),
  ],
  'lookup-events.jsonl': ['lookup-events', (three) => lines(three.map(lookupEvent))],
  'eventbridge array.json': ['EventBridge', (three) => JSON.stringify(three.map(eventBridge))],
  'eventbridge.ndjson': ['EventBridge', (three) => lines(three.map(eventBridge))],
  'filter-log-events.json': ['CloudWatch Logs', (three) => pretty({ events: three.map(logEvent), searchedLogStreams: [] })], // prettier-ignore
  'subscription.json': [
    'logEvents, CloudWatch Logs',
    (three) =>
      JSON.stringify({ messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logEvents: three.map(logEvent) }),
  ],
  'export lines': ['timestamped lines', (three) => gzipSync(three.map(exportLine).join(''))],
  'splunk raw.json': ['Splunk', (three) => lines(three.map((one) => ({ preview: false, result: { _raw: JSON.stringify(one) } })))], // prettier-ignore
  'elastic.ndjson': ['Elasticsearch, Elastic Common Schema', (three) => lines(three.map(elastic))],
  'elastic search.json': [
    'Elasticsearch, hits, Elastic Common Schema',
    (three) => JSON.stringify({ took: 5, hits: { total: 3, hits: three.map(elastic) } }),
  ],
  'elastic flat.ndjson': ['Elastic Common Schema', (three) => lines(three.map((one) => ({ 'event.original': JSON.stringify(one) })))], // prettier-ignore
  'utf-8 bom.json': ['Records', (three) => `\ufeff${records(three)}`],
  'utf-16le.json': ['Records', (three) => Buffer.from(`\ufeff${records(three)}`, 'utf16le')],
  'utf-16be.json': ['Records', (three) => Buffer.from(`\ufeff${records(three)}`, 'utf16le').swap16()],
  'gz without its ending': ['Records', (three) => gzipSync(records(three))],
  'not gz at all.json.gz': ['Records', records],
  'sub folder/.raw': ['Records', records],
};

describe.each(Object.entries(shapes))('%s', (name, [shape, write]) => {
  test(`is read as ${shape}, and each record is found again in the evidence file`, async () => {
    const three = [event({ note: 'é😀 = "quoted" \\ \n' }), event({ readOnly: true }), event({ resources: [] })];
    const { file } = await importFiles(testCase, { [name]: write(three) });
    expect(file(name)).toMatchObject({ verdict: 'imported', kind: 'CloudTrail', stored: 3, rejected: 0 });
    expect(file(name).shape).toBe(shape);
    const { fileId } = file(name);
    const stored = (await storedRecords(testCase)).filter((row) => row.fileId === fileId);
    expect(stored.map((row) => exactJson(row.record))).toEqual(three.map((one) => exactJson(JSON.stringify(one))));
    for (const { recordIndex } of stored) {
      const raw = await readRawRecord(testCase.openCase, { fileId, recordIndex });
      expect(JSON.parse(raw.text)).toEqual(three[recordIndex]);
    }
  });
});

test('a single record, compact and pretty, and a single EventBridge event', async () => {
  const { file } = await importFiles(testCase, {
    'compact.json': JSON.stringify(event()),
    'pretty.json': pretty(event()),
    'eventbridge.json': pretty(eventBridge(event())),
  });
  const shapeOf = (name: string) => [file(name).shape, file(name).stored];
  expect(shapeOf('compact.json')).toEqual(['single', 1]);
  expect(shapeOf('pretty.json')).toEqual(['single', 1]);
  expect(shapeOf('eventbridge.json')).toEqual(['EventBridge', 1]);
});

test('UTF-16 is flagged, and raw records are found at their place in plain files', async () => {
  const two = events(2);
  const text = records(two);
  const { file } = await importFiles(testCase, { 'a.json': text, 'b.json': Buffer.from(`\ufeff${records(events(1))}`, 'utf16le') }); // prettier-ignore
  expect(file('b.json').flags).toEqual(['UTF-16']);
  const raw = await readRawRecord(testCase.openCase, { fileId: file('a.json').fileId, recordIndex: 1 });
  expect(text.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)).toBe(JSON.stringify(two[1]));
});

test('an inner record with half a surrogate pair keeps it', async () => {
  const inner = JSON.stringify(event({ note: 'HALF' })).replace('HALF', '\ud800');
  const { file } = await importFiles(testCase, { 'half.json': JSON.stringify({ CloudTrailEvent: inner }) });
  const [stored] = (await storedRecords(testCase)).filter((row) => row.fileId === file('half.json').fileId);
  expect((JSON.parse(stored!.record) as Fields)['note']).toBe('\ud800');
});
