import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FaultProxy, type Fault } from './support/fault-proxy.ts';
import { plainClient, testS3 } from './support/rgw.ts';
import { expiredToken, internalError, permanentRedirect, signInPage } from './support/s3-answers.ts';

const s3 = await testS3();
const key = 'AWSLogs/111122223333/CloudTrail/eu-central-1/2024/08/01/a b+c=ü(1).json.gz';
const body = Buffer.alloc(200_000, 'trail');

describe.skipIf(!s3)('the fault proxy', () => {
  let proxy: FaultProxy;
  let client: S3Client;
  let bucket: string;
  beforeAll(async () => {
    proxy = await FaultProxy.start(s3!.endpoint);
    client = plainClient(proxy.endpoint, s3!.keys);
    bucket = await s3!.makeBucket();
    await s3!.putObjects(bucket, [{ key, body, metadata: { signature: 'ab' } }]);
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await proxy.stop();
    await s3!.removeBucket(bucket);
  });

  const get = async (): Promise<Buffer> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  };

  test('hands on what is sent, with a signature that holds, and notes it', async () => {
    expect(await get()).toEqual(body);
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const listing = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'AWSLogs/', Delimiter: '/' }));
    expect(listing.CommonPrefixes).toEqual([{ Prefix: 'AWSLogs/111122223333/' }]);
    expect(proxy.requests).toMatchObject([
      { method: 'GET', bucket, key, status: 200, bodyBytesSent: body.length, isWhole: true, fault: null },
      { method: 'HEAD', bucket, key, status: 200, bodyBytesSent: 0 },
      { method: 'GET', bucket, key: '', status: 200 },
    ]);
    expect(proxy.requests[2]!.query.get('delimiter')).toBe('/');
    expect([...proxy.downloads()]).toEqual([[key, 1]]);
  });

  test('a wrong secret is still found out by the server behind it', async () => {
    const wrong = plainClient(proxy.endpoint, { ...s3!.keys, secretAccessKey: 'wrong' });
    const call = wrong.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await expect(call).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  test.each<Fault>(['drop-after-head', 'drop-mid-body', 'cut-body'])('%s breaks the body', async (fault) => {
    proxy.plan = { chances: { [fault]: 1 } };
    await expect(get()).rejects.toThrow(/aborted|reset|hang up/i);
    expect(proxy.requests.map((each) => each.fault)).toEqual([fault]);
    expect(proxy.requests[0]!.bodyBytesSent).toBe(fault === 'drop-after-head' ? 0 : body.length / 2);
    expect(proxy.downloads().size).toBe(0);
    proxy.plan = { chances: {} };
    expect(await get()).toEqual(body);
  });

  test('a chunked body that is cut ends in due form', async () => {
    proxy.plan = { chances: { 'cut-body-chunked': 1 } };
    expect(await get()).toEqual(body.subarray(0, body.length / 2));
    expect(proxy.downloads().size).toBe(0);
  });

  test('a stalled body neither goes on nor ends', async () => {
    proxy.plan = { chances: { 'stall-body': 1 } };
    const waiting = new AbortController();
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: waiting.signal,
    });
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of Body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        if (Buffer.concat(chunks).length === body.length / 2) setTimeout(() => waiting.abort(), 100);
      }
    })();
    await expect(reading).rejects.toThrow(/abort/i);
    expect(Buffer.concat(chunks)).toHaveLength(body.length / 2);
  });

  test('faults come by chance, the same for the same seed, and a repetition draws anew', async () => {
    const outcomes: string[][] = [];
    for (const seed of [3, 3, 4]) {
      proxy.reset();
      proxy.plan = { chances: { 'drop-mid-body': 0.5 }, seed };
      const got: string[] = [];
      for (let turn = 0; turn < 16; turn++) got.push(await get().then(() => 'whole', () => 'broken')); // prettier-ignore
      outcomes.push(got);
      expect(proxy.faults().get('drop-mid-body')).toBe(got.filter((outcome) => outcome === 'broken').length);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]).not.toEqual(outcomes[2]);
    expect(new Set(outcomes[0])).toEqual(new Set(['whole', 'broken']));
  });

  test('a burst of SlowDown refuses everything for its time, and the SDK gets over it', async () => {
    proxy.plan = { chances: { 'slow-down': 1 }, burstMs: 60_000 };
    const getting = get();
    // Handled here, too: it may fail before it is waited for.
    getting.catch(() => undefined);
    await expect.poll(() => proxy.requests.length).toBeGreaterThan(0);
    proxy.plan = { chances: {} };
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
    expect(proxy.requests.every(({ status, fault }) => status === 503 && fault === 'slow-down')).toBe(true);
    expect(proxy.requests.length).toBeGreaterThan(1);
    proxy.reset();
    expect(await getting.catch(get)).toEqual(body);
  });

  test('a connection that is dropped before the answer leaves nothing to read', async () => {
    proxy.before = () => {
      proxy.plan = { chances: proxy.requests.length === 1 ? { 'drop-before-answer': 1 } : {} };
    };
    expect(await get()).toEqual(body);
    expect(proxy.requests.map(({ status, fault }) => [status, fault])).toEqual([
      [null, 'drop-before-answer'],
      [200, null],
    ]);
  });

  test('answers by script, as often as asked, and only what matches', async () => {
    proxy.answer(({ method, key: asked }) => method === 'GET' && asked === key, expiredToken(), 1);
    await expect(get()).rejects.toMatchObject({ name: 'ExpiredToken', $metadata: { httpStatusCode: 400 } });
    expect(await get()).toEqual(body);
    proxy.answer(() => true, internalError(), 1);
    expect(await get()).toEqual(body);
    expect(proxy.requests.map(({ status }) => status)).toEqual([400, 200, 500, 200]);
    proxy.answer(() => true, permanentRedirect('eu-west-1', bucket));
    const redirected: unknown = await get().catch((error: unknown) => error);
    expect(redirected).toMatchObject({ name: 'PermanentRedirect', $metadata: { httpStatusCode: 301 } });
    expect(redirected).toMatchObject({ $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } } });
    proxy.answer(({ query }) => query.has('list-type'), signInPage());
    // The SDK takes any answer with 200 for a listing, and finds nothing in it.
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Object.keys(page)).toEqual(['$metadata']);
  });

  test('the bucket can be changed before a request is handed on', async () => {
    const later = Buffer.from('another');
    proxy.before = (request) => (request.key === key ? s3!.putObjects(bucket, [{ key, body: later }]) : undefined);
    expect(await get()).toEqual(later);
    proxy.before = (request) => s3!.deleteObject(bucket, request.key);
    await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' });
    await s3!.putObjects(bucket, [{ key, body }]);
  });

  test('a server with a wrong clock refuses what is signed by the right one, and takes its own', async () => {
    proxy.clock = { aheadMs: 7_200_000, keys: s3!.keys };
    // The SDK takes over the server's time from the refusal and signs again.
    expect(await get()).toEqual(body);
    expect(proxy.requests.map(({ status }) => status)).toEqual([403, 200]);
    client.config.systemClockOffset = 0;
  });

  test('a wrong Date alone is told, and nothing refused', async () => {
    proxy.clock = { aheadMs: -90_000 };
    const answer = await fetch(`${proxy.endpoint}/${bucket}`);
    const behindMs = Date.now() - Date.parse(answer.headers.get('date')!);
    expect(Math.abs(behindMs - 90_000)).toBeLessThan(30_000);
  });
});
