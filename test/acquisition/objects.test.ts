import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { downloadObjects, type DownloadOptions } from '#engine/acquisition/objects/download-run.ts';
import { ObjectArchive } from '#engine/acquisition/objects/object-archive.ts';
import type { ArchivedRecord, ListedObject, ObjectProblem } from '#engine/acquisition/objects/object-record.ts';
import { realPace } from '#engine/acquisition/objects/persistence.ts';
import type { S3Session } from '#engine/acquisition/access/s3-session.ts';
import { PauseGate } from '#engine/jobs/pause-gate.ts';
import type { DownloadProgress } from '#shared/api/jobs.ts';
import { neverAborted, openTestSession, type SessionOptions } from './objects-session.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { readingActions, testS3, type BucketFile } from './support/rgw.ts';

const s3 = await testS3();
/** Waits are what is not tested here. */
const hasty = { ...realPace, sleep: (delayMs: number, signal: AbortSignal) => realPace.sleep(delayMs / 50, signal) };

describe.skipIf(!s3)('downloads', () => {
  const buckets: string[] = [];
  let bucket: string;
  let files: BucketFile[];
  let proxy: FaultProxy;
  let casePath: string;
  const sessions: S3Session[] = [];

  beforeAll(async () => {
    proxy = await FaultProxy.start(s3!.endpoint);
    files = Array.from({ length: 200 }, (_unused, index) => ({
      key: `AWSLogs/123456789012/CloudTrail/us-east-1/2024/03/0${1 + (index % 9)}/file ${index}.json.gz`,
      body: gzipSync(randomBytes(index === 7 ? 3_000_000 : index * 100)),
      metadata: { number: String(index), signature: 'a1b2' },
    }));
    files.push({ key: 'empty', body: Buffer.alloc(0) });
    bucket = await makeBucket(files);
  });
  afterAll(async () => {
    await proxy?.stop();
    for (const each of buckets) await s3!.releaseBucket(each);
  });
  beforeEach(async () => {
    proxy.reset();
    casePath = await mkdtemp(join(tmpdir(), 'trailbench-download-'));
    await mkdir(join(casePath, 'archive'));
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.close();
    await rm(casePath, { recursive: true, force: true });
  });

  async function makeBucket(content: Iterable<BucketFile> = [], isVersioned = false): Promise<string> {
    const made = await s3!.makeBucket({ isVersioned });
    buckets.push(made);
    await s3!.putObjects(made, content);
    return made;
  }

  async function open(options: SessionOptions = {}, of = bucket): Promise<S3Session> {
    const session = await openTestSession(s3!, of, options);
    sessions.push(session);
    return session;
  }

  const md5 = (body: Uint8Array): string => createHash('md5').update(body).digest('hex');
  const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

  function listedOf({ key, body }: BucketFile, more: Partial<ListedObject> = {}): ListedObject {
    return {
      ...{ key, versionId: null, etag: md5(body), sizeBytes: body.length, lastModifiedAt: null },
      ...{ isLatest: true, storageClass: null, ...more },
    };
  }

  interface Outcome {
    readonly archived: { record: ArchivedRecord; isNew: boolean }[];
    readonly problems: ObjectProblem[];
    readonly progress: DownloadProgress[];
    error: unknown;
  }

  async function* pagesOf(listed: readonly ListedObject[]): AsyncGenerator<readonly ListedObject[]> {
    for (let from = 0; from < listed.length; from += 50) {
      await sleep(0);
      yield listed.slice(from, from + 50);
    }
  }

  async function download(
    session: S3Session,
    pages: AsyncIterable<readonly ListedObject[]>,
    more: Partial<DownloadOptions> = {},
  ): Promise<Outcome> {
    const outcome: Outcome = { archived: [], problems: [], progress: [], error: null };
    await downloadObjects(session, new ObjectArchive(casePath, session.bucket), pages, {
      ...{ signal: neverAborted, gate: new PauseGate(), concurrency: 16, pace: hasty },
      onArchived: (record, isNew) => void outcome.archived.push({ record, isNew }),
      onProblem: (problem) => outcome.problems.push(problem),
      onProgress: (progress) => outcome.progress.push(progress),
      ...more,
    }).catch((error: unknown) => (outcome.error = error));
    return outcome;
  }

  async function expectArchive(of: string, expected: readonly BucketFile[]): Promise<void> {
    const bodies = new Map(expected.map(({ key, body }) => [key, sha256(body)]));
    const found = new Map<string, string>();
    for await (const { record, storedPath } of new ObjectArchive(casePath, of).held()) {
      const stored = sha256(await readFile(join(casePath, storedPath)));
      expect(record.sha256).toBe(stored);
      found.set(record.key, stored);
    }
    expect(found).toEqual(bodies);
    expect(await readdir(join(casePath, 'archive/s3', of))).not.toContain('%part');
  }

  test('bodies come as they are stored, with all that S3 says of them; a second run downloads nothing', async () => {
    const session = await open({ endpoint: proxy.endpoint });
    const listed = files.map((file) => listedOf(file));
    const first = await download(session, pagesOf(listed));
    expect(first.error).toBeNull();
    await expectArchive(bucket, files);
    const bytes = files.reduce((sum, { body }) => sum + body.length, 0);
    expect(first.progress.at(-1)).toEqual({ phase: 'complete', objectsDone: 201, objectsTotal: 201, bytesDone: bytes, bytesTotal: bytes, unchanged: 0, failed: 0, retries: 0 }); // prettier-ignore
    const seventh = first.archived.find(({ record }) => record.record.key === files[7]!.key)!.record;
    expect(seventh.record).toMatchObject({
      ...{ etag: md5(files[7]!.body), contentEncoding: 'gzip', contentType: 'application/json' },
      ...{ metadata: { number: '7', signature: 'a1b2' }, verifiedBy: ['length', 'MD5 (ETag)'] },
      ...{ hasChangedSinceListed: false, endpoint: proxy.endpoint, missingMetadataCount: 0 },
    });
    expect(seventh.record.requestId).toMatch(/\w/);
    expect(new Date(seventh.record.lastModifiedAt!).getTime()).toBeGreaterThan(Date.now() - 3_600_000);

    const before = proxy.requests.length;
    const second = await download(session, pagesOf(listed));
    expect(proxy.requests.length).toBe(before);
    expect(second.archived.map(({ isNew }) => isNew)).toEqual(files.map(() => false));
    expect(second.progress.at(-1)).toMatchObject({ objectsDone: 201, unchanged: 201, bytesDone: bytes });
  });

  test('whatever the network does, the archive is byte-equal and nothing whole comes twice', async () => {
    const session = await open({ endpoint: proxy.endpoint });
    proxy.plan = {
      chances: { 'drop-before-answer': 0.04, 'drop-after-head': 0.04, 'drop-mid-body': 0.04, 'cut-body': 0.05, 'cut-body-chunked': 0.05 },
      ...{ seed: 5 },
    }; // prettier-ignore
    const outcome = await download(session, pagesOf(files.map((file) => listedOf(file))));
    expect(outcome).toMatchObject({ error: null, problems: [] });
    await expectArchive(bucket, files);
    for (const fault of ['drop-before-answer', 'drop-after-head', 'drop-mid-body', 'cut-body', 'cut-body-chunked']) {
      expect(proxy.faults().get(fault), fault).toBeGreaterThan(0);
    }
    expect(new Set(proxy.downloads().values())).toEqual(new Set([1]));
    expect(outcome.progress.at(-1)!.retries).toBeGreaterThan(20);
    expect(outcome.progress.at(-1)!.bytesDone).toBe(files.reduce((sum, { body }) => sum + body.length, 0));
  });

  test('changed, replaced by a larger one, deleted between list and get, and never whole: each ends in its state', async () => {
    const file = (key: string, text: string): BucketFile => ({ key, body: Buffer.from(text) });
    const [same, changed, larger, gone, cut] = ['same', 'changed', 'larger', 'gone', 'cut'].map((key) => file(key, `first ${key}`)) as [BucketFile, BucketFile, BucketFile, BucketFile, BucketFile]; // prettier-ignore
    const unstable = await makeBucket([same, file('changed', 'other changed'), file('larger', 'much larger'.repeat(200_000)), cut]); // prettier-ignore
    const session = await open({ endpoint: proxy.endpoint }, unstable);
    // A body that comes in due form and is shorter than listed, each time.
    proxy.answer(({ key }) => key === 'cut', { status: 200, headers: { etag: `"${md5(cut.body)}"` }, body: 'first' });
    const listed = [same, changed, larger, gone, cut].map((each) => listedOf(each));
    const outcome = await download(session, pagesOf(listed));
    expect(outcome.error).toBeNull();
    const records = new Map(outcome.archived.map(({ record: { record } }) => [record.key, record]));
    expect([...records.keys()].sort()).toEqual(['changed', 'larger', 'same']);
    expect(records.get('same')).toMatchObject({ hasChangedSinceListed: false });
    expect(records.get('changed')).toMatchObject({ hasChangedSinceListed: true, etag: md5(Buffer.from('other changed')), listed: { etag: md5(changed.body), sizeBytes: 13 } }); // prettier-ignore
    expect(records.get('larger')).toMatchObject({ hasChangedSinceListed: true, sizeBytes: 2_200_000 });
    expect(outcome.problems.map(({ key, action, code }) => [key, action, code]).sort()).toEqual([['cut', 's3:GetObject', 'Damaged'], ['gone', 's3:GetObject', 'NoSuchKey']]); // prettier-ignore
    expect(outcome.progress.at(-1)).toMatchObject({ objectsDone: 3, failed: 2, objectsTotal: 5 });

    // What a first run kept stays beside what the key holds now.
    await s3!.putObjects(unstable, [file('same', 'rewritten')]);
    await download(session, pagesOf([listedOf(file('same', 'rewritten'))]));
    const stored: string[] = [];
    for await (const { record, storedPath } of new ObjectArchive(casePath, unstable).held()) if (record.key === 'same') stored.push(storedPath); // prettier-ignore
    expect(stored).toEqual([`archive/s3/${unstable}/same`, `archive/s3/${unstable}/same%=2`]);
  });

  test('bytes that differ from the ETag or from a checksum are never kept', async () => {
    const body = 'the evidence';
    const right = { status: 200, body, headers: { etag: `"${md5(Buffer.from(body))}"`, 'content-length': '12' } };
    const session = await open({ endpoint: proxy.endpoint });
    const crc32 = 'j4vTQA==';
    const sha = createHash('sha256').update(body).digest('base64');
    proxy.answer(({ key }) => key === 'etag', { ...right, body: 'the Evidence' });
    proxy.answer(({ key }) => key === 'etag-once', { ...right, body: 'the Evidence' }, 2);
    proxy.answer(({ key }) => key === 'checksum', { ...right, headers: { ...right.headers, 'x-amz-checksum-sha256': sha.replace(/^./, 'x') } }); // prettier-ignore
    proxy.answer(({ key }) => key === 'right', { ...right, headers: { ...right.headers, 'x-amz-checksum-sha256': sha, 'x-amz-missing-meta': '2' } }); // prettier-ignore
    proxy.answer(({ key }) => key === 'kms', { ...right, headers: { ...right.headers, etag: `"${md5(Buffer.from('x'))}"`, 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'arn:key' } }); // prettier-ignore
    proxy.answer(({ key }) => key === 'parts', { ...right, headers: { ...right.headers, etag: '"0123456789abcdef0123456789abcdef-2"', 'x-amz-checksum-crc32': `${crc32}-2` } }); // prettier-ignore
    const keys = ['etag', 'checksum', 'right', 'kms', 'parts'];
    const outcome = await download(
      session,
      pagesOf(keys.map((key) => listedOf({ key, body: Buffer.from(body) }, { etag: null }))),
    );
    expect(outcome.problems.map(({ key, code }) => [key, code]).sort()).toEqual([
      ['checksum', 'Damaged'],
      ['etag', 'Damaged'],
    ]);
    const records = new Map(outcome.archived.map(({ record: { record } }) => [record.key, record]));
    expect(records.get('right')).toMatchObject({ verifiedBy: ['length', 'MD5 (ETag)', 'SHA256'], checksums: { SHA256: sha }, missingMetadataCount: 2 }); // prettier-ignore
    expect(records.get('kms')).toMatchObject({ verifiedBy: ['length'], encryption: 'aws:kms', kmsKeyId: 'arn:key' });
    expect(records.get('parts')).toMatchObject({ verifiedBy: ['length'], checksums: { CRC32: `${crc32}-2` } });
    expect(proxy.requests.filter(({ key }) => key === 'etag')).toHaveLength(6);
  });

  test('versions come by their ids; who may not name versions still gets what is current', async () => {
    const versioned = await makeBucket([], true);
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      const { VersionId } = await s3!.client.send(
        new PutObjectCommand({ Bucket: versioned, Key: 'a/log', Body: text }),
      );
      ids.push(VersionId!);
    }
    const listed = ['one', 'two', 'three'].map((text, index) =>
      listedOf({ key: 'a/log', body: Buffer.from(text) }, { versionId: ids[index]!, isLatest: index === 2 }),
    );
    const session = await open({}, versioned);
    const outcome = await download(session, pagesOf(listed));
    expect(outcome.archived.map(({ record: { record } }) => [record.versionId, record.sha256]).sort()).toEqual(
      listed.map(({ versionId }, index) => [versionId, sha256(Buffer.from(['one', 'two', 'three'][index]!))]).sort(),
    );

    await rm(join(casePath, 'archive/s3'), { recursive: true });
    const actions = readingActions.filter((action) => action !== 's3:GetObjectVersion');
    const keys = await s3!.makeUser({ mayRead: [versioned], actions });
    const restricted = await download(await open({ keys }, versioned), pagesOf(listed));
    expect(restricted.archived.map(({ record: { record } }) => record.versionId)).toEqual([ids[2]]);
    expect(restricted.problems.map(({ versionId, action }) => [versionId, action]).sort()).toEqual(
      [ids[0], ids[1]].map((id) => [id, 's3:GetObjectVersion']).sort(),
    );
    expect(restricted.error).toBeNull();
  });

  test('what concerns every object ends the run with one sentence, what concerns one does not', async () => {
    const session = await open({ endpoint: proxy.endpoint });
    const listed = files.map((file) => listedOf(file));
    proxy.answer(({ key }) => key !== '', {
      status: 400,
      headers: {},
      body: '<Error><Code>ExpiredToken</Code></Error>',
    });
    const expired = await download(session, pagesOf(listed));
    expect(expired.error).toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('fetch again') as string,
    });
    expect(expired.archived).toEqual([]);

    proxy.reset();
    proxy.answer(({ key }) => key !== '', {
      status: 403,
      headers: {},
      body: '<Error><Code>AccessDenied</Code></Error>',
    });
    const denied = await download(session, pagesOf(listed), { concurrency: 4 });
    expect(denied.error).toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('s3:GetObject') as string,
    });
    expect(denied.problems.length).toBeGreaterThanOrEqual(20);
    expect(denied.problems.length).toBeLessThan(30);

    proxy.reset();
    proxy.answer(({ key }) => key.includes('/03/01/'), { status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code></Error>' }); // prettier-ignore
    const partly = await download(session, pagesOf(listed));
    expect(partly.error).toBeNull();
    expect(partly.problems).toHaveLength(files.filter(({ key }) => key.includes('/03/01/')).length);
    await expectArchive(
      bucket,
      files.filter(({ key }) => !key.includes('/03/01/')),
    );
  });

  test('a server that is away is waited for, and given up after two minutes without any answer', async () => {
    const mortal = await FaultProxy.start(s3!.endpoint);
    const session = await open({ endpoint: mortal.endpoint });
    let nowMs = 0;
    // Time passes only in waits.
    const pace = {
      ...{ nowMs: () => nowMs, random: () => 1 },
      sleep: async (delayMs: number) => {
        nowMs += delayMs;
        await sleep(1);
      },
    };
    let archived = 0;
    const onArchived = async (): Promise<void> => {
      if (++archived === 40) await mortal.stop();
    };
    const outcome = await download(session, pagesOf(files.map((file) => listedOf(file))), {
      pace,
      onArchived,
      concurrency: 4,
    });
    expect(outcome.error).toMatchObject({ code: 'AWS_FAILED' });
    expect(outcome.progress.map(({ phase }) => phase)).toContain('waiting');
    expect(nowMs).toBeGreaterThanOrEqual(120_000);
    expect(archived).toBeLessThan(50);
    expect(outcome.problems).toEqual([]);
  });

  test('paused, nothing is started and what is under way ends; cancelled, nothing half is left; resumed, the rest comes', async () => {
    const session = await open({ endpoint: proxy.endpoint });
    const gate = new PauseGate();
    const controller = new AbortController();
    const listed = files.map((file) => listedOf(file));
    let archived = 0;
    const settled = async (): Promise<number> => {
      for (let before = -1; before !== archived; await sleep(700)) before = archived;
      return archived;
    };
    const pauseAndGoOn = async (): Promise<void> => {
      while (archived < 30) await sleep(2);
      gate.close();
      const then = await settled();
      const asked = proxy.requests.length;
      await sleep(500);
      expect([proxy.requests.length, archived]).toEqual([asked, then]);
      gate.open();
      while (archived < then + 20) await sleep(2);
    };
    const paused = pauseAndGoOn().finally(() => controller.abort());
    const cancelled = await download(session, pagesOf(listed), {
      ...{ gate, signal: controller.signal, concurrency: 4 },
      onArchived: () => void archived++,
    });
    await paused;
    expect(cancelled.error).toMatchObject({ code: 'CANCELLED' });
    expect(archived).toBeLessThan(100);
    let whole = 0;
    for await (const { record, storedPath } of new ObjectArchive(casePath, bucket).held()) {
      whole++;
      expect(sha256(await readFile(join(casePath, storedPath)))).toBe(record.sha256);
    }
    expect(whole).toBe(archived);

    const rest = await download(session, pagesOf(listed));
    expect(rest.error).toBeNull();
    expect(rest.archived.filter(({ isNew }) => !isNew)).toHaveLength(whole);
    await expectArchive(bucket, files);
  });

  test('throttled, fewer run at once; all comes in the end', async () => {
    const session = await open({ endpoint: proxy.endpoint });
    // More than the SDK itself sits out.
    proxy.answer(({ key }) => key.includes('/03/02/'), { status: 503, headers: {}, body: '<Error><Code>SlowDown</Code></Error>' }, 10); // prettier-ignore
    const outcome = await download(session, pagesOf(files.map((file) => listedOf(file))));
    expect(outcome).toMatchObject({ error: null, problems: [] });
    await expectArchive(bucket, files);
  });

  test('a list that fails ends the run; a list faster than the downloads is kept waiting', async () => {
    const session = await open();
    async function* failing(): AsyncGenerator<readonly ListedObject[]> {
      yield [listedOf(files[0]!)];
      throw new Error('the list broke');
    }
    expect((await download(session, failing())).error).toMatchObject({ message: 'the list broke' });

    let yielded = 0;
    const controller = new AbortController();
    async function* endless(): AsyncGenerator<readonly ListedObject[]> {
      while (true) {
        await sleep(0);
        yielded += 1000;
        yield Array.from({ length: 1000 }, (_unused, index) => listedOf({ key: `none/${yielded}/${index}`, body: Buffer.from('x') })); // prettier-ignore
      }
    }
    const gate = new PauseGate();
    const running = download(session, endless(), { signal: controller.signal, gate, concurrency: 1 });
    await sleep(4000);
    controller.abort();
    expect((await running).error).toMatchObject({ code: 'CANCELLED' });
    expect(yielded).toBeLessThan(60_000);
  });

  test('the independent client reads the same bytes', async () => {
    const session = await open();
    await download(session, pagesOf(files.slice(0, 20).map((file) => listedOf(file))));
    for await (const { record, storedPath } of new ObjectArchive(casePath, bucket).held()) {
      const { Body } = await s3!.client.send(new GetObjectCommand({ Bucket: bucket, Key: record.key }));
      expect(Buffer.from(await Body!.transformToByteArray()).equals(await readFile(join(casePath, storedPath)))).toBe(
        true,
      );
    }
  });
});
