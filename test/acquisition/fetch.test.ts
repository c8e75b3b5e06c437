import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ArchivedObject, Discovery, FetchPlan } from '#shared/api/index.ts';
import { AwsHome } from './support/aws-home.ts';
import { fetchingEngine, fromBucket, type FetchingEngine, type FetchInput } from './support/fetching-engine.ts';
import { testS3 } from './support/rgw.ts';
import { makeTrail, streamsOf, totals, type Trail, type TrailObject } from './support/trail-objects.ts';

const s3 = await testS3();

/** A long run: TRAILBENCH_TEST_OBJECTS=20000. */
const objectCount = Number(process.env['TRAILBENCH_TEST_OBJECTS'] ?? 1_200);

describe.skipIf(!s3)('a fetch from a real S3 server', () => {
  const server = s3!;
  let home: AwsHome;
  let bucket: string;
  let trail: Trail;
  let engine: FetchingEngine;

  beforeAll(async () => {
    home = await AwsHome.create();
    home.set(server.environment());
    bucket = await server.makeBucket();
    trail = makeTrail({ objects: objectCount, bucket, dayCount: 12 });
    await server.putObjects(bucket, [...trail.objects, ...trail.others]);
  });
  afterAll(async () => {
    await server.releaseBucket(bucket);
    await home.remove();
  });
  beforeEach(async () => {
    engine = await fetchingEngine();
  });
  afterEach(() => engine.remove());

  const request = (more: Parameters<typeof fromBucket>[2] = {}): FetchInput =>
    fromBucket(server.endpoint, bucket, more);

  async function discover(): Promise<Discovery> {
    const { access } = request() as Extract<FetchInput, { kind: 's3' }>;
    for await (const event of await engine.api.acquisition.discover({ access })) {
      if (event.type === 'found') return event.discovery;
    }
    throw new Error('Nothing was found');
  }

  async function plan(input: FetchInput): Promise<FetchPlan> {
    for await (const event of await engine.api.acquisition.plan(input as Extract<FetchInput, { kind: 's3' }>)) {
      if (event.type === 'planned') return event.plan;
    }
    throw new Error('Nothing was planned');
  }

  /** SHA-256 by key of what the archive holds, for these objects and nothing else. */
  const expected = (objects: Iterable<TrailObject>): Map<string, string> =>
    new Map([...objects].map(({ key, sha256 }) => [`${bucket}/${key}`, sha256]));

  async function expectAdds(): Promise<void> {
    const [row] = await engine.rows(`SELECT count(*) FILTER (objectsSelected <> objectsDownloaded + objectsUnchanged
      + objectsFailed)::INTEGER AS wrong FROM fetches WHERE state = 'done'`);
    expect(row).toEqual({ wrong: 0 });
  }

  test('what is discovered is what was put there, without listing every object', async () => {
    const { streams, otherPrefixes, requests } = await discover();
    const truth = [...streamsOf(trail.objects)].map(([prefix, { firstDay, lastDay }]) => ({
      prefix,
      firstDay,
      lastDay,
    }));
    expect(streams.map(({ prefix, firstDay, lastDay }) => ({ prefix, firstDay, lastDay })).sort(byPrefix)).toEqual(
      truth,
    );
    expect(new Set(streams.map(({ accountId }) => accountId)).size).toBe(5);
    expect(new Set(streams.map(({ organizationId }) => organizationId))).toEqual(
      new Set(['o-a1b2c3d4e5', 'o-f6g7h8i9j0', null]),
    );
    expect(otherPrefixes.length).toBeGreaterThan(0);
    expect(requests).toBeGreaterThan(0);
  });

  test('everything: the archive is byte-equal to the bucket, every event is in the case, and again adds nothing', async () => {
    const first = await engine.fetch(request());
    const truth = totals(trail.objects);
    expect(first).toMatchObject({ state: 'done', kind: 'fetch', error: null });
    expect(first.fetchSummary).toMatchObject({
      objectsSelected: truth.objects,
      objectsDownloaded: truth.objects,
      bytesDownloaded: truth.bytes,
      objectsUnchanged: 0,
      objectsFailed: 0,
      problems: 0,
    });
    expect(await engine.archived()).toEqual(expected(trail.objects));
    expect(await engine.rows('SELECT count(*)::INTEGER AS events FROM events')).toEqual([
      { events: truth.distinctEvents },
    ]);
    // Equal bytes under two keys are one file, met twice.
    const met = 'SELECT sourcePath FROM files UNION SELECT sourcePath FROM sightings';
    expect(
      await engine.rows(`SELECT count(*)::INTEGER AS met FROM (${met})
      JOIN s3_objects ON sourcePath = 's3://' || bucket || '/' || key`),
    ).toEqual([{ met: truth.objects }]);
    const distinctBodies = new Set(trail.objects.map(({ sha256 }) => sha256)).size;
    expect(
      await engine.rows(`SELECT count(*)::INTEGER AS files, bool_or(isReferenced) AS referenced FROM files
      JOIN s3_objects USING (storedPath, sha256)`),
    ).toEqual([{ files: distinctBodies, referenced: false }]);

    const again = await engine.fetch(request());
    expect(again.fetchSummary).toMatchObject({ objectsDownloaded: 0, objectsUnchanged: truth.objects });
    expect(again.summary?.records.read).toBe(0);
    expect(await engine.rows('SELECT count(*)::INTEGER AS objects FROM s3_objects')).toEqual([
      { objects: truth.objects },
    ]);
    await expectAdds();
  });

  test('accounts × regions × kinds × days bring exactly their objects; the count before says so', async () => {
    const days = trail.days.slice(3, 6);
    const selection = {
      accounts: ['111122223333', '555566667777'],
      regions: ['us-east-1', 'us-gov-west-1'],
      kinds: ['CloudTrail', 'CloudTrail-Digest'],
      from: days[0]!,
      to: days[1]!,
      lagDays: 1,
    };
    const chosen = trail.objects.filter(
      ({ accountId, region, kind, day }) =>
        selection.accounts.includes(accountId) &&
        selection.regions.includes(region) &&
        selection.kinds.includes(kind) &&
        days.includes(day),
    );
    expect(chosen.length).toBeGreaterThan(5);
    const input = request({ selection } as Parameters<typeof fromBucket>[2]);
    expect(await plan(input)).toMatchObject({
      objects: chosen.length,
      bytes: chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      heldObjects: 0,
    });
    await engine.fetch(input);
    expect(await engine.archived()).toEqual(expected(chosen));
    expect(await plan(input)).toMatchObject({ objects: chosen.length, heldObjects: chosen.length });
  });

  test('a stream chosen by its prefix, and an address that leads into the trail, bring what lies there', async () => {
    const [prefix, { objects }] = [...streamsOf(trail.objects)][2]!;
    await engine.fetch(request({ selection: { prefixes: [prefix] } } as Parameters<typeof fromBucket>[2]));
    expect(await engine.archived()).toEqual(expected(objects));
    const account = 'AWSLogs/555566667777/';
    await engine.fetch({
      kind: 's3',
      access: { url: `s3://${bucket}/${account}`, endpointUrl: server.endpoint, forcePathStyle: true },
    });
    const both = trail.objects.filter(({ key }) => key.startsWith(account) || key.startsWith(prefix));
    expect(await engine.archived()).toEqual(expected(both));
  });

  test('the sidecar keeps what S3 said, signatures of digests among it', async () => {
    const digest = trail.objects.find(({ kind }) => kind === 'CloudTrail-Digest')!;
    await engine.fetch(request({ selection: { prefixes: [digest.streamPrefix] } } as Parameters<typeof fromBucket>[2]));
    const path = join(engine.casePath, 'archive/s3', bucket, `${digest.key}%meta.json`);
    const sidecar = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const md5 = createHash('md5').update(digest.body).digest('hex');
    expect(sidecar).toMatchObject({ bucket, key: digest.key, etag: md5, sha256: digest.sha256, isLatest: true });
    expect(sidecar['metadata']).toEqual(digest.metadata);
    expect(sidecar['verifiedBy']).toEqual(expect.arrayContaining(['length', 'MD5 (ETag)']));
    const [row] = await engine.rows(`SELECT metadata FROM s3_objects WHERE key = '${digest.key}'`);
    expect(JSON.parse(String(row!['metadata']))).toEqual(digest.metadata);
  });

  test('the page of a source: fetches, objects, proof, and the custody of both', async () => {
    const [prefix, { objects }] = [...streamsOf(trail.objects)][0]!;
    await engine.fetch(request({ selection: { prefixes: [prefix] } } as Parameters<typeof fromBucket>[2]));
    const [source, ...others] = await engine.api.acquisition.sources();
    expect(others).toEqual([]);
    expect(source).toMatchObject({ kind: 's3', url: `s3://${bucket}/`, endpointUrl: server.endpoint, fetchCount: 1 });
    expect(source!.objects).toBe(objects.length);
    const { sourceId, lastFetch } = source!;
    expect(lastFetch).toMatchObject({ state: 'done', hosts: [new URL(server.endpoint).host], error: null });
    expect(lastFetch!.request).toMatchObject({ kind: 's3', selection: { prefixes: [prefix] } });
    expect(Math.abs(lastFetch!.clockSkewMs!)).toBeLessThan(2_000);
    const page = await engine.api.acquisition.objects({ sourceId, offset: 0, limit: 1000 });
    expect(page.total).toBe(objects.length);
    const keys = page.objects.map(({ key }: ArchivedObject) => key);
    expect(keys).toEqual(objects.map(({ key }) => key).sort());
    const proof = await engine.api.acquisition.proof({ sourceId });
    expect(proof.find(({ subject }) => subject === 'bucket versioning')?.state).toMatch(/saved|none/);
    expect(proof.find(({ subject }) => subject === 'caller identity')).toMatchObject({ state: 'skipped' });
    const { entries, isChainIntact } = await engine.api.case.custody();
    expect(isChainIntact).toBe(true);
    expect(entries.map(({ action }) => action)).toEqual([
      ...['created', 'opened', 'fetch started', 'import started', 'import finished', 'fetch finished'],
    ]);
  });

  test('what a killed process left in the archive is imported and recorded by the next fetch, not fetched again', async () => {
    const [prefix, { objects }] = [...streamsOf(trail.objects)][1]!;
    const input = request({ selection: { prefixes: [prefix] } } as Parameters<typeof fromBucket>[2]);
    await engine.fetch(input);
    const other = await fetchingEngine();
    try {
      // Its archive, without what its database says of it.
      await rm(join(other.casePath, 'archive'), { recursive: true });
      const { cp } = await import('node:fs/promises');
      await cp(join(engine.casePath, 'archive'), join(other.casePath, 'archive'), { recursive: true });
      const last = await other.fetch(input);
      expect(last.fetchSummary).toMatchObject({ objectsDownloaded: 0, objectsUnchanged: objects.length });
      expect(await other.rows('SELECT count(*)::INTEGER AS events FROM events')).toEqual([
        { events: totals(objects).distinctEvents },
      ]);
      expect(await other.rows('SELECT count(*)::INTEGER AS objects FROM s3_objects')).toEqual([
        { objects: objects.length },
      ]);
    } finally {
      await other.remove();
    }
  });

  test('a user who may list and not read: the job ends with the permission that is missing', async () => {
    const keys = await server.makeUser({ mayRead: [bucket], actions: ['s3:ListBucket', 's3:ListBucketVersions'] });
    home.set(server.environment(keys));
    try {
      const last = await engine.fetch(request());
      expect(last.state).toBe('failed');
      expect(last.error).toContain('s3:GetObject');
      const [source] = await engine.api.acquisition.sources();
      expect(source!.lastFetch).toMatchObject({ state: 'failed', error: last.error });
      expect(await engine.archived()).toEqual(new Map());
    } finally {
      home.set(server.environment());
    }
  });

  test('pause holds the download, resume goes on, cancel keeps what came', async () => {
    const { jobId } = await engine.api.acquisition.fetch(request({ options: { concurrency: 2 } } as Parameters<typeof fromBucket>[2])); // prettier-ignore
    let pausedAt = -1;
    let isCancelled = false;
    for await (const { download, isPaused, state } of await engine.api.jobs.watch({ jobId })) {
      const done = download?.objectsDone ?? 0;
      if (pausedAt < 0 && done > 50) {
        await engine.api.jobs.pause({ jobId });
        pausedAt = done;
      } else if (isPaused && !isCancelled) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        const [before] = await engine.api.jobs.list();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const [after] = await engine.api.jobs.list();
        expect(after!.download!.objectsDone).toBe(before!.download!.objectsDone);
        expect(after!.download!.objectsDone).toBeLessThan(trail.objects.length);
        await engine.api.jobs.resume({ jobId });
        await engine.api.jobs.cancel({ jobId });
        isCancelled = true;
      }
      if (state !== 'running') expect(state).toBe('cancelled');
    }
    expect(isCancelled).toBe(true);
    const kept = await engine.archived();
    for (const [path, sha256] of kept) expect(expected(trail.objects).get(path)).toBe(sha256);
    const last = await engine.fetch(request());
    expect(last.fetchSummary).toMatchObject({ objectsUnchanged: kept.size });
    expect(await engine.archived()).toEqual(expected(trail.objects));
    expect(await engine.rows('SELECT count(*)::INTEGER AS events FROM events')).toEqual([
      { events: totals(trail.objects).distinctEvents },
    ]);
  });
});

describe.skipIf(!s3)('a versioned bucket', () => {
  const server = s3!;
  let home: AwsHome;
  let bucket: string;
  let trail: Trail;
  let engine: FetchingEngine;

  beforeAll(async () => {
    home = await AwsHome.create();
    home.set(server.environment());
    bucket = await server.makeBucket({ isVersioned: true });
    trail = makeTrail({ objects: 60, bucket, dayCount: 2, seed: 7, copiedShare: 0 });
    await server.putObjects(bucket, trail.objects);
    engine = await fetchingEngine();
  });
  afterAll(async () => {
    await engine.remove();
    await server.releaseBucket(bucket);
    await home.remove();
  });

  test('overwritten and deleted logs are fetched, imported and told of', async () => {
    const logs = trail.objects.filter(({ kind }) => kind === 'CloudTrail');
    const [deleted, replaced] = [logs[0]!, logs[1]!];
    await server.deleteObject(bucket, deleted.key);
    const forged = Buffer.from('{"Records":[]}');
    await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: replaced.key, Body: forged }));

    const last = await engine.fetch(fromBucket(server.endpoint, bucket));
    expect(last).toMatchObject({ state: 'done', fetchSummary: { objectsDownloaded: 61, problems: 0 } });
    const hashes = [...(await engine.archived()).values()].sort();
    const forgedHash = createHash('sha256').update(forged).digest('hex');
    expect(hashes).toEqual([...trail.objects.map(({ sha256 }) => sha256), forgedHash].sort());
    expect(await engine.rows('SELECT count(*)::INTEGER AS events FROM events')).toEqual([
      { events: totals(trail.objects).distinctEvents },
    ]);
    const versions = await engine.rows('SELECT key, isDeleteMarker, isLatest FROM object_versions ORDER BY ALL');
    expect(versions).toEqual(
      [
        { key: deleted.key, isDeleteMarker: false, isLatest: false },
        { key: deleted.key, isDeleteMarker: true, isLatest: true },
        { key: replaced.key, isDeleteMarker: false, isLatest: false },
      ].sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)),
    );
    const names = await readdir(join(engine.casePath, 'archive/s3', bucket, replaced.key, '..'));
    expect(names.filter((name) => name.includes('%='))).not.toEqual([]);

    const again = await engine.fetch(fromBucket(server.endpoint, bucket));
    expect(again.fetchSummary).toMatchObject({ objectsDownloaded: 0, objectsUnchanged: 61 });
  });
});

function byPrefix(left: { prefix: string }, right: { prefix: string }): number {
  return left.prefix < right.prefix ? -1 : 1;
}
