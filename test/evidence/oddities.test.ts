// The oddities of real archives that FORMAT.md section 7 lists, each on a file of our own making.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { exactJson } from '../support/exact-json.ts';
import { event, events, importFiles, lines, records, storedRecords, type Fields } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

/** Imports records as one file; gives its rows (selected by `columns`) and checks that every record comes back. */
async function rowsOf(list: readonly (Fields | string)[], columns: string): Promise<Record<string, unknown>[]> {
  const texts = list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const { file } = await importFiles(testCase, { 'odd.json': `{"Records":[${texts.join(',')}]}` });
  const { fileId } = file('odd.json');
  expect(file('odd.json')).toMatchObject({ verdict: 'imported', stored: list.length, rejected: 0 });
  const rebuilt = (await storedRecords(testCase)).filter((row) => row.fileId === fileId);
  expect(rebuilt.map((row) => exactJson(row.record))).toEqual(texts.map(exactJson));
  return testCase.rows(`SELECT ${columns} FROM events WHERE fileId = ${fileId} ORDER BY recordIndex`);
}

test('1: keys that differ only in case inside one object stay two keys', async () => {
  const requestParameters = { Tagging: 'a', tagging: 'b', UpdatedAt: 1, updatedAt: 2 };
  const [row] = await rowsOf(
    [event({ requestParameters, EVENTNAME: 'another' })],
    "eventName, requestParameters->>'Tagging' AS upper, requestParameters->>'tagging' AS lower, otherFields->>'EVENTNAME' AS other",
  );
  expect(row).toEqual({ eventName: 'ListBuckets', upper: 'a', lower: 'b', other: 'another' });
});

test('2: one path has several types', async () => {
  const list = [
    event({ requestParameters: { tags: ['a'], maxResults: 5, role: { arn: 'r' } }, readOnly: true }),
    event({ requestParameters: { tags: { a: 1 }, maxResults: '5', role: 'r' }, readOnly: 'false' }),
    event({ requestParameters: 'text', additionalEventData: { bytesTransferredIn: 1.5 }, readOnly: 'maybe' }),
    event({ resources: [{ ARN: 'a', accountId: '1', type: 't' }, 'arn:b', { ARNPrefix: 'p' }, null], readOnly: 1 }),
    event({ resources: { ARN: 'a' }, requestParameters: [1, 2.0] }),
  ];
  const rows = await rowsOf(list, "readOnly, requestParameters->>'maxResults' AS most, resources[1].ARN AS first");
  expect(rows).toEqual([
    { readOnly: true, most: '5', first: null },
    { readOnly: false, most: '5', first: null },
    { readOnly: null, most: null, first: null },
    { readOnly: null, most: null, first: 'a' },
    { readOnly: null, most: null, first: null },
  ]);
});

test('3: a copy delivered in another file is a duplicate; a shared sharedEventID is not', async () => {
  const [first, second] = [event({ sharedEventID: 'shared' }), event({ sharedEventID: 'shared' })];
  const { summary, file } = await importFiles(testCase, {
    '1/a.json': records([first, second]),
    '2/a.json': records([event(), second]),
  });
  expect(summary.records).toEqual({ read: 4, stored: 3, duplicate: 1, rejected: 0 });
  expect(file('2/a.json').duplicate).toBe(1);
});

test('4: every form of eventTime is read as UTC, missing and junk ones are left empty', async () => {
  const { eventTime: _, ...without } = event();
  const times = ['2024-08-01T13:33:28Z', '2025-03-26 16:43:57.000000000', '2024-08-01T13:33:28.999Z', '2024-08-01T15:33:28+02:00', 'soon', 1722519208, null]; // prettier-ignore
  const list = [
    ...times.map((eventTime) => event({ eventTime })),
    { ...without, '@timestamp': '2024-08-01T13:33:28Z' },
  ];
  expect((await rowsOf(list, 'eventTime::VARCHAR AS t')).map((row) => row['t'])).toEqual([
    ...['2024-08-01 13:33:28', '2025-03-26 16:43:57', '2024-08-01 13:33:28.999', '2024-08-01 13:33:28'],
    ...[null, null, null, null],
  ]);
});

test('4: in lookup-events output the event’s own time counts, not the envelope’s', async () => {
  const envelope = { EventTime: '2024-08-01T18:33:28+05:00', CloudTrailEvent: JSON.stringify(event()) };
  const { file } = await importFiles(testCase, { 'lookup.json': JSON.stringify({ Events: [envelope] }) });
  expect(await testCase.rows(`SELECT eventTime::VARCHAR AS t FROM events WHERE fileId = ${file('lookup.json').fileId}`)).toEqual([{ t: '2024-08-01 13:33:28' }]); // prettier-ignore
});

test('5: invalid addresses and names never fail a row, and only real addresses count as such', async () => {
  const addresses = ['075.050.255.67', '192.0.2.7', 's3.amazonaws.com', 'AWS Internal', 'AWS Internal/3', '2001:db8::1', '256.1.1.1', '1.2.3', '::ffff:192.0.2.1', '', 7]; // prettier-ignore
  const rows = await rowsOf(addresses.map((sourceIPAddress) => event({ sourceIPAddress })), 'sourceIPAddress, sourceIp'); // prettier-ignore
  expect(rows.map((row) => row['sourceIPAddress'])).toEqual(addresses.map(String));
  expect(rows.map((row) => row['sourceIp'])).toEqual([null, '192.0.2.7', null, null, null, '2001:db8::1', null, null, '::ffff:192.0.2.1', null, null]); // prettier-ignore
});

test('6: invented Regions and account ids of 9 to 14 digits are taken as they are', async () => {
  const list = ['123456789', '00001234567890'].map((recipientAccountId) => event({ recipientAccountId, awsRegion: 'mars-1' })); // prettier-ignore
  expect(await rowsOf(list, 'accountId, awsRegion')).toEqual([
    { accountId: '123456789', awsRegion: 'mars-1' },
    { accountId: '00001234567890', awsRegion: 'mars-1' },
  ]);
});

test('7: the account of an event is the record’s, whatever the file’s name says', async () => {
  const name = '999999999999_CloudTrail_us-east-1_20240801T1335Z_AbCdEfGhIjKlMnOp.json.gz';
  const { file } = await importFiles(testCase, { [name]: gzipSync(records([event({ recipientAccountId: '123456789012' })])) }); // prettier-ignore
  const [row] = await testCase.rows(`SELECT accountId, nameAccountId, nameRegion, deliveredAt::VARCHAR AS deliveredAt
    FROM events JOIN files USING (fileId) WHERE fileId = ${file(name).fileId}`);
  expect(row).toEqual({ accountId: '123456789012', nameAccountId: '999999999999', nameRegion: 'us-east-1', deliveredAt: '2024-08-01 13:35:00' }); // prettier-ignore
});

test('8: userIdentity null, missing, empty, text, or without type', async () => {
  const { userIdentity: _, ...without } = event();
  const list = [null, {}, 'root', { principalId: 'p' }, { sessionContext: {} }, { type: null }];
  const rows = await rowsOf([...list.map((userIdentity) => event({ userIdentity })), without], 'userIdentity.type AS t, actor'); // prettier-ignore
  expect(rows.map((row) => row['t'])).toEqual(Array(7).fill(null));
  expect(rows[3]!['actor']).toBe('p');
});

const csvHead = 'User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category'; // prettier-ignore
const csvRow = (id: string, account: string, readOnly: string): string =>
  `ann,AKIA1,2024-08-01T13:33:28Z,s3.amazonaws.com,ListBuckets,eu-central-1,192.0.2.7,"agent, with comma",,"[{""resourceType"":""AWS::S3::Bucket""}]",r1,${id},${readOnly},AwsApiCall,${account},Management`; // prettier-ignore

test('9: the console’s CSV, native, and re-saved by a spreadsheet, which is reported as lossy', async () => {
  const { file } = await importFiles(testCase, {
    'native.csv': `${csvHead}\n${csvRow('0b0e7a3e-0000-4000-8000-000000000001', '123456789012', 'false')}\n`,
    'spreadsheet.csv': `\ufeff${csvHead}\r\n${csvRow('0b0e7a3e-0000-4000-8000-000000000002', '5.28758E+11', 'FALSE')}\r\n`,
  });
  expect(file('native.csv')).toMatchObject({ shape: 'Event history CSV', stored: 1, flags: [] });
  expect(file('spreadsheet.csv')).toMatchObject({ shape: 'Event history CSV', stored: 1, flags: ['lossy: re-saved by a spreadsheet'] }); // prettier-ignore
  const [row] =
    await testCase.rows(`SELECT userIdentity.userName AS "user", accessKeyId, readOnly, userAgent, recipientAccountId AS account,
    otherFields->>'Resources' AS resources FROM events WHERE fileId = ${file('native.csv').fileId}`);
  expect(row).toEqual({ user: 'ann', accessKeyId: 'AKIA1', readOnly: false, userAgent: 'agent, with comma', account: '123456789012', resources: '[{"resourceType":"AWS::S3::Bucket"}]' }); // prettier-ignore
});

test('9: CloudTrail Lake’s CSV, compressed', async () => {
  const head = 'eventversion,useridentity,eventtime,eventsource,eventname,awsregion,eventid,readonly';
  const text = `${head}\n1.08,"{type=IAMUser, arn=a}",2024-08-01 13:33:28.000,s3.amazonaws.com,GetObject,eu-central-1,0b0e7a3e-0000-4000-8000-000000000003,true\n`;
  const { file } = await importFiles(testCase, { 'result_1.csv.gz': gzipSync(text) });
  expect(file('result_1.csv.gz')).toMatchObject({ shape: 'CloudTrail Lake CSV', stored: 1 });
  const [row] =
    await testCase.rows(`SELECT eventName, eventTime::VARCHAR AS t, readOnly, otherFields->>'useridentity' AS identity
    FROM events WHERE fileId = ${file('result_1.csv.gz').fileId}`);
  expect(row).toEqual({ eventName: 'GetObject', t: '2024-08-01 13:33:28', readOnly: true, identity: '{type=IAMUser, arn=a}' }); // prettier-ignore
});

test('10: empty but valid files, odd extensions, a .json beside its own .json.gz', async () => {
  const twice = records(events(2));
  const { summary, file } = await importFiles(testCase, {
    'empty array.json': '[]',
    'empty records.json': '{"Records":[]}',
    'a.json.cloudtrail': records(events(1)),
    'b.raw': records(events(1)),
    'c.log': lines(events(1)),
    d: JSON.stringify(events(1)),
    'e.json': twice,
    'e.json.gz': gzipSync(twice),
    'broken.json': '{unquoted: 1}',
  });
  expect(summary.records).toEqual({ read: 8, stored: 6, duplicate: 2, rejected: 0 });
  expect(file('empty array.json')).toMatchObject({ verdict: 'imported', shape: 'array', read: 0 });
  expect(file('empty records.json')).toMatchObject({ verdict: 'imported', shape: 'Records', read: 0 });
  expect(file('e.json.gz')).toMatchObject({ stored: 0, duplicate: 2 });
  expect(file('broken.json').verdict).toBe('rejected');
});

test('12: JSON inside strings, 100 KB in one field, nesting to depth 11, non-ASCII', async () => {
  let nested: unknown = 'bottom';
  for (let level = 0; level < 11; level++) nested = { level: nested };
  const policy = JSON.stringify({ Statement: [{ Resource: 'arn:é/*' }] });
  const requestParameters = { policy, encoded: encodeURIComponent(policy), nested, long: 'ü'.repeat(50_000) };
  const [row] = await rowsOf([event({ requestParameters })], "requestParameters->>'policy' AS policy, length(requestParameters->>'long') AS long"); // prettier-ignore
  expect(row).toMatchObject({ policy });
  expect(Number(row!['long'])).toBe(50_000);
});

test('13: API-version suffixes stay in eventName', async () => {
  const rows = await rowsOf([event({ eventName: 'UpdateFunctionCode20150331v2' })], 'eventName');
  expect(rows).toEqual([{ eventName: 'UpdateFunctionCode20150331v2' }]);
});

test('14: user agents in brackets, keys with colons, dots, slashes and spaces', async () => {
  const requestParameters = { 'a:b': 1, 'a.b': 2, 'a/b': 3, 'a b': 4, '': 5 };
  const list = [event({ userAgent: '[aws-cli/2.0]', requestParameters, 'x.y/z: w': { 'p.q': 1 } })];
  const [row] = await rowsOf(list, "userAgent, otherFields->'x.y/z: w'->>'p.q' AS deep");
  expect(row).toEqual({ userAgent: '[aws-cli/2.0]', deep: '1' });
});

const look = (detailType: string): string => JSON.stringify({ 'detail-type': detailType, source: 'x', detail: { eventName: 'x', awsRegion: 'y' } }); // prettier-ignore

test.each([
  ['11: a GuardDuty finding', look('GuardDuty Finding'), /of type “GuardDuty Finding”, not from CloudTrail/],
  ['11: a Health event', look('AWS Health Event'), /not from CloudTrail/],
  ['11: a Security Hub import', look('Security Hub Findings - \ud800'), /not from CloudTrail/],
  ['11: a Config event', JSON.stringify({ invokingEvent: '{}', configRuleName: 'x' }), /AWS Config/],
  ['an S3 notification', JSON.stringify({ Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'x', eventTime: 'x', eventName: 'ObjectCreated:Put', s3: {} }] }), /S3 bucket notification/], // prettier-ignore
  ['an OCSF event', JSON.stringify({ class_uid: 6003, activity_id: 1 }), /OCSF/],
  ['an Elastic document without the original', JSON.stringify({ '@timestamp': 'x', aws: {} }), /without the original/],
])('%s is not CloudTrail: listed as other with that reason', async (_name, text, reason) => {
  const { file } = await importFiles(testCase, { 'look-alike.json': text });
  expect(file('look-alike.json')).toMatchObject({ verdict: 'other', kind: 'other', read: 0 });
  expect(file('look-alike.json').reason).toMatch(reason);
});

test('Digest, Insight and Aggregated files go where they belong', async () => {
  const insight = { eventVersion: '1.08', eventTime: '2024-08-01T13:33:28Z', eventID: '0b0e7a3e-0000-4000-8000-00000000000a', sharedEventID: 's', insightDetails: { state: 'Start', eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances', insightType: 'ApiCallRateInsight', n: 1.0 } }; // prettier-ignore
  const aggregated = { eventVersion: '1.0', accountId: '1', eventId: '0b0e7a3e-0000-4000-8000-00000000000b', eventCategory: 'Aggregated', timeWindow: { windowStart: '2024-08-01T13:30:00Z', windowEnd: '2024-08-01T13:35:00Z' }, summary: { primaryDimension: {} } }; // prettier-ignore
  const digest = { awsAccountId: '1', digestStartTime: 'a', digestEndTime: 'b', digestS3Bucket: 'b', logFiles: [] };
  const half = { ...insight, eventID: undefined, sharedEventID: '\ud800' };
  const { file } = await importFiles(testCase, {
    'insight.json.gz': gzipSync(records([insight, half])),
    'insight again.json': records([insight, { ...insight, more: 1 }]),
    'aggregated.json.gz': gzipSync(records([aggregated])),
    'digest.json.gz': gzipSync(JSON.stringify(digest)),
    'mixed.json': records([event(), digest]),
  });
  expect(file('insight again.json')).toMatchObject({ kind: 'Insight', verdict: 'imported', stored: 1, duplicate: 1 });
  expect(file('insight.json.gz')).toMatchObject({ kind: 'Insight', verdict: 'imported', stored: 1, duplicate: 1 });
  expect(file('aggregated.json.gz')).toMatchObject({ kind: 'Aggregated', stored: 1 });
  expect(file('digest.json.gz')).toMatchObject({ kind: 'Digest', verdict: 'other', read: 0 });
  expect(file('mixed.json')).toMatchObject({ kind: 'CloudTrail', stored: 1, rejected: 1 });
  expect(await testCase.rows('SELECT eventTime::VARCHAR AS t, insightName, insightState FROM insights WHERE eventID IS NOT NULL')).toEqual([{ t: '2024-08-01 13:33:28', insightName: 'RunInstances', insightState: 'Start' }]); // prettier-ignore
  expect(await testCase.rows('SELECT windowEnd::VARCHAR AS t, accountId FROM aggregated_events')).toEqual([{ t: '2024-08-01 13:35:00', accountId: '1' }]); // prettier-ignore
  const copies = await testCase.rows("SELECT isConflict, record FROM duplicates JOIN files USING (fileId) WHERE sourcePath LIKE '%insight%' ORDER BY isConflict"); // prettier-ignore
  expect(copies.map((row) => row['isConflict'])).toEqual([false, true]);
  expect(JSON.parse(String(copies[1]!['record']))).toEqual({ ...insight, more: 1 });
});
