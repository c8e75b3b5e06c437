import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { athenaViews, viewSql } from '#shared/tables/cloudtrail-logs.ts';
import { runQuery } from '#engine/query/run-query.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

/** `cloudtrail_logs` shows what the record said, also where `events` can't hold it in a column. */
const usual = {
  eventVersion: '1.08',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROA:me',
    arn: 'arn:aws:sts::111122223333:assumed-role/r/me',
    sessionContext: {
      sessionIssuer: { type: 'Role', userName: 'r' },
      attributes: { creationDate: '2023-07-10T00:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  eventTime: '2023-07-10T23:59:58Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.1',
  requestParameters: { bucketName: 'b', key: 'a=b&c' },
  responseElements: null,
  readOnly: true,
  resources: [
    { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/k' },
    { accountId: '1', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' },
  ],
  managementEvent: false,
  eventCategory: 'Data',
  recipientAccountId: '111122223333',
  tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: 'b.s3' },
  addendum: { reason: 'DELIVERY_DELAY', originalEventID: 'x' },
  eventID: '11111111-1111-4111-8111-111111111111',
};
const odd = {
  ...usual,
  userIdentity: { ...usual.userIdentity, sessionContext: { attributes: { mfaAuthenticated: true } } },
  eventTime: '2023-07-10T12:00:00.123456789Z',
  readOnly: 'maybe',
  managementEvent: 'TRUE',
  resources: [{ arn: 'arn:aws:iam::1:role/x', accountId: '1', type: 'AWS::IAM::Role' }],
  sessionCredentialFromConsole: true,
  errorCode: 404,
  eventID: 'AAAAAAAA-1111-4111-8111-111111111111',
};
const bare = {
  eventTime: 'yesterday',
  eventName: 'Nothing',
  eventSource: 'x.amazonaws.com',
  userIdentity: {},
  eventID: 'EXAMPLE-1',
};

let opened: TemporaryCase;

beforeAll(async () => {
  opened = await temporaryCase();
  const folder = join(opened.folder, 'logs');
  await mkdir(folder);
  const name = '999988887777_CloudTrail_us-east-1_20230711T0005Z_abcdefghijklmnop.json';
  await writeFile(join(folder, name), JSON.stringify({ Records: [usual] }));
  await writeFile(join(folder, 'odd.json'), JSON.stringify({ Records: [odd, bare] }));
  await opened.import([folder]);
});
afterAll(async () => opened.remove());

async function rows(sql: string): Promise<unknown[][]> {
  const { window } = await runQuery(opened.openCase, { sql, dialect: 'athena' });
  return Array.from({ length: window.rowCount }, (_, row) => window.cells.map((column) => column[row]));
}

test('times, identifiers, booleans and lists are as they were written', async () => {
  const columns =
    'eventid, eventtime, readonly, managementevent, errorcode, sessioncredentialfromconsole, resources[1].arn, resources[1].type';
  expect(await rows(`SELECT ${columns} FROM cloudtrail_logs ORDER BY eventid`)).toEqual([
    [
      '11111111-1111-4111-8111-111111111111',
      '2023-07-10T23:59:58Z',
      'true',
      'false',
      null,
      null,
      'arn:aws:s3:::b/k',
      'AWS::S3::Object',
    ],
    [
      'AAAAAAAA-1111-4111-8111-111111111111',
      '2023-07-10T12:00:00.123456789Z',
      'maybe',
      'TRUE',
      '404',
      'true',
      'arn:aws:iam::1:role/x',
      'AWS::IAM::Role',
    ],
    ['EXAMPLE-1', 'yesterday', null, null, null, null, null, null],
  ]);
});

test('structures have their documented fields, in any case', async () => {
  const columns = `useridentity.sessioncontext.sessionissuer.username, userIdentity.sessionContext.attributes.mfaAuthenticated, useridentity.type,
    tlsdetails.ciphersuite, addendum.reason, addendum.originaleventid, addendum.updatedfields, requestparameters, responseelements`;
  expect(await rows(`SELECT ${columns} FROM cloudtrail_logs ORDER BY eventid`)).toEqual([
    [
      'r',
      'false',
      'AssumedRole',
      'TLS_AES_128_GCM_SHA256',
      'DELIVERY_DELAY',
      'x',
      null,
      '{"bucketName":"b","key":"a=b&c"}',
      null,
    ],
    [
      null,
      'true',
      'AssumedRole',
      'TLS_AES_128_GCM_SHA256',
      'DELIVERY_DELAY',
      'x',
      null,
      '{"bucketName":"b","key":"a=b&c"}',
      null,
    ],
    [null, null, null, null, null, null, null, null, null],
  ]);
});

test('partitions are those of the file, or of the event if its name tells none', async () => {
  expect(
    await rows('SELECT account, region, "timestamp", year, month, day FROM cloudtrail_logs ORDER BY eventid'),
  ).toEqual([
    ['999988887777', 'us-east-1', '2023/07/11', '2023', '07', '11'],
    ['111122223333', 'eu-west-1', '2023/07/10', '2023', '07', '10'],
    [null, null, null, null, null, null],
  ]);
});

test('each column has the type it is documented with', async () => {
  for (const view of athenaViews) {
    const described = await opened.rows(`DESCRIBE ${viewSql(view)}`);
    const plain = (type: string) => type.replaceAll('"', '').toLowerCase();
    expect(described.map((row) => [row['column_name'], plain(String(row['column_type']))])).toEqual(
      view.columns.map(({ name, type }) => [name, plain(type)]),
    );
    expect(viewSql(view)).not.toContain('\n');
  }
});

test('a query reads the columns it needs and no more', async () => {
  const plan = async (query: string) => {
    const [view] = athenaViews;
    const found = await opened.rows(
      `EXPLAIN (FORMAT json) WITH cloudtrail_logs AS NOT MATERIALIZED (${viewSql(view!)}) ${query}`,
    );
    return String(found[0]!['explain_value']);
  };
  const filtered = await plan(`SELECT count(*) FROM cloudtrail_logs WHERE eventname = 'GetObject'`);
  expect(filtered).toContain('eventName');
  expect(filtered).not.toMatch(/otherFields|userIdentity|requestParameters|files/);
  const nested = await plan(`SELECT useridentity.arn, count(*) FROM cloudtrail_logs GROUP BY 1`);
  expect(nested).toContain('userIdentity.arn');
  expect(nested).not.toMatch(/otherFields|sessionContext/);
});
