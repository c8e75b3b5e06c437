import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import { AwsHome } from './support/aws-home.ts';
import { testS3, type S3Keys } from './support/rgw.ts';

const s3 = await testS3();

describe.skipIf(!s3)('a real S3 server', () => {
  if (!s3) return;
  let home: AwsHome;
  let bucket: string;
  let stranger: S3Keys;

  beforeAll(async () => {
    bucket = await s3.makeBucket();
    await s3.putObjects(bucket, [{ key: 'AWSLogs/a.json', body: Buffer.from('{"Records":[]}') }]);
    stranger = await s3.makeUser({ mayRead: [] });
  });
  afterAll(() => s3.releaseBucket(bucket));
  beforeEach(async () => {
    home = await AwsHome.create();
    use(s3.keys);
  });
  afterEach(() => home.remove());

  function use({ accessKeyId, secretAccessKey }: S3Keys): void {
    home.set({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  }

  function open(url = `s3://${bucket}`) {
    const access = { url, profile: null, region: null, endpointUrl: s3?.endpoint ?? '', forcePathStyle: true, requesterPays: false }; // prettier-ignore
    const { signal } = new AbortController();
    return openS3Session(access, {
      prompts: new Prompts(() => undefined),
      signal,
      concurrency: 4,
      log: () => undefined,
    });
  }

  async function refusal(url?: string): Promise<string> {
    const error: unknown = await open(url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AWS_FAILED' });
    return (error as Error).message;
  }

  test('the right key reaches the bucket; what goes by is recorded', async () => {
    const session = await open();
    const { Contents } = await session.client.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['AWSLogs/a.json']);
    const { Body } = await session.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'AWSLogs/a.json' }));
    expect(await Body?.transformToString()).toBe('{"Records":[]}');
    expect(session.traffic).toMatchObject({ requests: 3, retries: 0, hosts: [new URL(s3.endpoint).host] });
    expect(session.traffic.clockSkewMs).not.toBeNull();
    session.close();
  });

  test('a wrong key', async () => {
    use({ ...s3.keys, accessKeyId: 'AKIANOBODYHASTHIS' });
    expect(await refusal()).toMatch(/^The access key ID is not known at http.*\(environment variables\)/);
  });

  test('a wrong secret', async () => {
    use({ ...s3.keys, secretAccessKey: 'mistyped' });
    expect(await refusal()).toMatch(/^The secret access key does not belong to the access key ID/);
  });

  test('no permission', async () => {
    use(stranger);
    expect(await refusal()).toBe(
      `What these credentials belong to (environment variables) may not s3:ListBucket on s3://${bucket}: the permission s3:ListBucket is missing. Add it (the minimal policy can be copied) or use other credentials. If the bucket charges its readers, switch on “requester pays”.`,
    );
  });

  test('no such bucket', async () => {
    expect(await refusal('s3://nobody-has-this-bucket')).toBe(
      `There is no bucket nobody-has-this-bucket at ${s3.endpoint}: check its name and the endpoint.`,
    );
  });

  test('an object that is gone, and one that may not be read', async () => {
    const session = await open();
    const call = { action: 's3:GetObject', resource: `s3://${bucket}/AWSLogs/b.json` };
    const gone: unknown = await session.client
      .send(new GetObjectCommand({ Bucket: bucket, Key: 'AWSLogs/b.json' }))
      .catch((reason: unknown) => reason);
    expect(session.explain(gone, call)).toMatchObject({ kind: 'gone', code: 'NoSuchKey', httpStatus: 404 });
    session.close();
  });

  test('after closing, nothing more goes out', async () => {
    const session = await open();
    session.close();
    const sent = session.traffic.requests;
    await expect(session.client.send(new ListObjectsV2Command({ Bucket: bucket }))).rejects.toThrow(/closed/);
    expect(session.traffic.requests).toBe(sent);
  });
});
