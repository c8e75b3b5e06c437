import { GetObjectCommand } from '@aws-sdk/client-s3';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { S3Access } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import type { AwsFailure } from '#engine/acquisition/access/aws-failure.ts';
import { isTransient } from '#engine/acquisition/access/explain-aws.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import { AwsHome } from './support/aws-home.ts';
import * as answers from './support/s3-answers.ts';
import { emptyListing, ScriptedServer } from './support/scripted-server.ts';

let home: AwsHome;
let server: ScriptedServer;
const bucket = 'trail-bucket';

beforeAll(async () => {
  server = await ScriptedServer.start(() => emptyListing(bucket));
});
afterAll(() => server.stop());
beforeEach(async () => {
  home = await AwsHome.create();
  home.set({
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'very-secret',
    AWS_SESSION_TOKEN: 'token-secret',
  });
  server.received.length = 0;
  server.answer = () => emptyListing(bucket);
});
afterEach(() => home.remove());

function accessTo(more: Partial<S3Access> = {}): S3Access {
  return {
    url: `s3://${bucket}`,
    profile: null,
    region: null,
    endpointUrl: server.url,
    forcePathStyle: true,
    requesterPays: false,
    ...more,
  };
}

function open(access: S3Access = accessTo(), signal = new AbortController().signal) {
  return openS3Session(access, { prompts: new Prompts(() => undefined), signal, concurrency: 4, log: () => undefined });
}

async function refusal(access?: S3Access): Promise<TrailbenchError> {
  const error: unknown = await open(access).then(
    () => expect.fail('the session was opened'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TrailbenchError);
  return error as TrailbenchError;
}

/** Opens a session, then lets the reading of one object be answered so. */
async function failureOfGet(answer: answers.ScriptedAnswer, more: Partial<S3Access> = {}): Promise<AwsFailure> {
  const session = await open(accessTo(more));
  server.answer = () => answer;
  try {
    await session.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'AWSLogs/a.json.gz' }));
    return expect.fail('the object was read');
  } catch (error) {
    return session.explain(error, { action: 's3:GetObject', resource: `s3://${bucket}/AWSLogs/a.json.gz` });
  } finally {
    session.close();
  }
}

test('a session lists one key, with the credentials of the environment', async () => {
  const session = await open();
  expect(session).toMatchObject({ bucket, prefix: '', region: 'us-east-1', requestPayer: undefined });
  expect(server.received.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
    'GET /trail-bucket/',
  ]);
  expect(server.received[0]?.headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d+\/us-east-1\/s3/,
  );
  expect(session.traffic).toMatchObject({ requests: 1, retries: 0, hosts: [new URL(server.url).host] });
  expect(Math.abs(session.traffic.clockSkewMs ?? NaN)).toBeLessThan(2000);
  expect(session.sts()).toBeNull();
  expect(session.cloudTrail('eu-west-1')).toBeNull();
  session.close();
});

test('requester pays goes along with the call', async () => {
  const session = await open(accessTo({ requesterPays: true }));
  expect(server.received[0]?.headers['x-amz-request-payer']).toBe('requester');
  expect(session.requestPayer).toBe('requester');
  session.close();
});

test('a store that names another region is asked again, signed for that', async () => {
  server.answer = ({ headers }) =>
    headers.authorization?.includes('/eu-central-1/s3/')
      ? emptyListing(bucket)
      : answers.authorizationHeaderMalformed('us-east-1', 'eu-central-1');
  const session = await open();
  expect(session.region).toBe('eu-central-1');
  session.close();
});

test('a region that was chosen wrongly is said, with the right one', async () => {
  server.answer = () => answers.authorizationHeaderMalformed('us-west-2', 'eu-central-1');
  const error = await refusal(accessTo({ region: 'us-west-2' }));
  expect(error.message).toBe(
    'The bucket trail-bucket is in the region eu-central-1, not in us-west-2: choose that region, or leave the region empty.',
  );
});

test('a redirect names the region', async () => {
  server.answer = () => answers.permanentRedirect('ap-southeast-2', bucket);
  expect((await refusal(accessTo({ region: 'us-west-2' }))).message).toContain('in the region ap-southeast-2');
});

test('an expired token is called that', async () => {
  server.answer = () => answers.expiredToken();
  const { message, code } = await refusal();
  expect(code).toBe('AWS_FAILED');
  expect(message).toMatch(/temporary credentials have expired \(environment variables\)\. Set fresh ones/);
});

test('who may list only the trail, and not the bucket’s top, is let in', async () => {
  server.answer = ({ path }) => (path.includes('prefix=AWSLogs') ? emptyListing(bucket) : answers.accessDenied());
  (await open()).close();
});

test('a missing permission is named', async () => {
  server.answer = () => answers.accessDenied();
  expect((await refusal()).message).toMatch(
    /may not s3:ListBucket on s3:\/\/trail-bucket: the permission s3:ListBucket is missing.*requester pays/,
  );
});

test('a clock that is wrong is told by how much', async () => {
  const serverTime = new Date(Date.now() - 90 * 60_000 - 5000);
  // The SDK corrects the time and asks again; a server that still refuses is the case here.
  server.answer = () => answers.requestTimeTooSkewed(serverTime, new Date().toISOString());
  expect((await refusal()).message).toMatch(/clock is 1 h 30 min ahead of the server’s: set it right/);
});

test('a web page in the way is no empty bucket', async () => {
  server.answer = () => answers.signInPage();
  expect((await refusal()).message).toMatch(/is no S3 but a web page.*proxy/);
  server.answer = () => ({ ...answers.signInPage(), status: 404 });
  expect((await refusal()).message).toMatch(/is no S3 but a web page \(status 404\)/);
});

test('a KMS key that may not be used is named', async () => {
  const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const failure = await failureOfGet(answers.kmsAccessDenied(key));
  expect(failure).toMatchObject({ kind: 'kms', code: 'AccessDenied', httpStatus: 403 });
  expect(failure.sentence).toContain(`the permission kms:Decrypt on the KMS key ${key} is missing`);
});

test.each([
  ['a customer’s own key', answers.customerKeyRequired(), 'customer-key', /SSE-C/],
  ['an archived object', answers.invalidObjectState(), 'archived', /s3:RestoreObject/],
  [
    'a denied object',
    answers.accessDenied(),
    'denied',
    /may not s3:GetObject on s3:\/\/trail-bucket\/AWSLogs\/a.json.gz/,
  ],
  [
    'a deleted object',
    { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>' },
    'gone',
    /is not there/,
  ],
  [
    'a disabled key',
    {
      status: 400,
      body: '<Error><Code>KMS.DisabledException</Code><Message>arn:aws:kms:eu-west-1:111122223333:key/1234 is disabled.</Message></Error>',
    },
    'kms',
    /the KMS key arn:aws:kms:eu-west-1:111122223333:key\/1234 is disabled/,
  ],
  [
    'a deleted key',
    {
      status: 400,
      body: '<Error><Code>KMS.KMSInvalidStateException</Code><Message>arn:aws:kms:eu-west-1:111122223333:key/1234 is pending deletion.</Message></Error>',
    },
    'kms',
    /waits for its deletion/,
  ],
] as const)('%s', async (_name, answer, kind, sentence) => {
  const failure = await failureOfGet(answer);
  expect(failure.kind).toBe(kind);
  expect(failure.sentence).toMatch(sentence);
  expect(isTransient(failure.kind)).toBe(false);
});

test('an overloaded server is asked again, and the retries are counted', async () => {
  const session = await open();
  let left = 1;
  server.answer = () => (left-- > 0 ? answers.slowDown() : { status: 200, body: 'whole' });
  const { Body } = await session.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
  expect(await Body?.transformToString()).toBe('whole');
  expect(session.traffic).toMatchObject({ requests: 3, retries: 1 });
  const failure = session.explain(Object.assign(new Error('x'), { name: 'SlowDown' }), {
    action: 's3:GetObject',
    resource: 'a',
  });
  expect(failure.kind).toBe('throttled');
  expect(isTransient(failure.kind)).toBe(true);
  session.close();
});

test('bytes that differ from their checksum do not pass for whole', async () => {
  const session = await open();
  // The CRC32 of `whole`, by Python: base64.b64encode(struct.pack('>I', binascii.crc32(b'whole'))). The body is another.
  server.answer = () => ({ status: 200, headers: { 'x-amz-checksum-crc32': 'xFkpTw==' }, body: 'whale' });
  const { Body } = await session.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
  const error: unknown = await Body?.transformToString().catch((reason: unknown) => reason);
  const failure = session.explain(error, { action: 's3:GetObject', resource: 's3://trail-bucket/a' });
  expect(failure.kind).toBe('damaged');
  session.close();
});

test.each([
  // The check value of CRC-64/NVME in the catalogue of CRCs: ae8b14860a799888 for `123456789`.
  ['CRC64NVME', { 'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=' }, '123456789', true],
  ['CRC64NVME', { 'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=' }, '123456780', false],
  // A checksum of the parts’ checksums says nothing about the bytes as a whole: it is not compared.
  ['composite', { 'x-amz-checksum-crc32': 'AAAAAA==-2', 'x-amz-checksum-type': 'COMPOSITE' }, '123456789', true],
] as const)('%s checksums (%j, %s)', async (_name, headers, body, isWhole) => {
  const session = await open();
  server.answer = () => ({ status: 200, headers, body });
  const { Body } = await session.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
  const outcome: unknown = await Body?.transformToString().catch((reason: unknown) => reason);
  if (isWhole) expect(outcome).toBe(body);
  else expect(String(outcome)).toMatch(/Checksum mismatch/);
  session.close();
});

test('nothing listens, or what listens is not HTTP', async () => {
  const tcp = createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n'));
  await once(tcp.listen(0, '127.0.0.1'), 'listening');
  const { port } = tcp.address() as AddressInfo;
  expect((await refusal(accessTo({ endpointUrl: `http://127.0.0.1:${port}` }))).message).toMatch(
    /does not answer in HTTP/,
  );
  expect((await refusal(accessTo({ endpointUrl: `https://127.0.0.1:${port}` }))).message).toMatch(/does not speak TLS/);
  await new Promise((resolve) => tcp.close(resolve));
  expect((await refusal(accessTo({ endpointUrl: `http://127.0.0.1:${port}` }))).message).toMatch(
    new RegExp(`127.0.0.1:${port} refuses connections: check the endpoint`),
  );
});

test('a name that nobody has', async () => {
  const { message } = await refusal(accessTo({ endpointUrl: 'https://store.invalid' }));
  expect(message).toMatch(/The name (trail-bucket\.)?store\.invalid can’t be resolved/);
});

test('leaving ends the call as cancelled, and no secret is in any sentence', async () => {
  const controller = new AbortController();
  server.answer = () => {
    controller.abort();
    return null;
  };
  const error: unknown = await open(accessTo(), controller.signal).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'CANCELLED' });
  expect(String(error)).not.toMatch(/very-secret|token-secret/);
});
