import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discoverTrails, selectStreams } from '#engine/acquisition/objects/discover.ts';
import { listObjects } from '#engine/acquisition/objects/list-objects.ts';
import type { DeleteMarker, ListedObject, ObjectProblem } from '#engine/acquisition/objects/object-record.ts';
import { planFetch } from '#engine/acquisition/objects/plan.ts';
import type { S3Session } from '#engine/acquisition/access/s3-session.ts';
import type { S3Selection } from '#shared/api/acquisition.ts';
import { neverAborted, openTestSession, selectionOf, type SessionOptions } from './objects-session.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { readingActions, testS3, type BucketFile } from './support/rgw.ts';
import { makeTrail, streamsOf, type Trail, type TrailObject } from './support/trail-objects.ts';

const s3 = await testS3();

describe.skipIf(!s3)('discovery and lists', () => {
  const sessions: S3Session[] = [];
  const buckets: string[] = [];
  let bucket: string;
  let trail: Trail;

  beforeAll(async () => {
    bucket = await makeBucket();
    trail = makeTrail({ objects: 1200, seed: 11, dayCount: 40, firstDay: '2024-12-05' });
    await s3!.putObjects(bucket, [...trail.objects, ...trail.others]);
  });
  afterAll(async () => {
    for (const session of sessions) session.close();
    for (const each of buckets) await s3!.releaseBucket(each);
  });

  async function makeBucket(files: Iterable<BucketFile> = [], isVersioned = false): Promise<string> {
    const made = await s3!.makeBucket({ isVersioned });
    buckets.push(made);
    await s3!.putObjects(made, files);
    return made;
  }

  async function open(of: string, options: SessionOptions = {}): Promise<S3Session> {
    const session = await openTestSession(s3!, of, options);
    sessions.push(session);
    return session;
  }

  async function discover(session: S3Session) {
    return discoverTrails(session, { signal: neverAborted, onProgress: () => undefined });
  }

  async function list(session: S3Session, selection: S3Selection, withNoncurrent = true) {
    const seen = { objects: [] as ListedObject[], markers: [] as DeleteMarker[], problems: [] as ObjectProblem[], notes: [] as string[], notListed: [] as string[] }; // prettier-ignore
    const streams = await selectStreams(session, selection, { signal: neverAborted, onNote: (note) => seen.notes.push(note) }); // prettier-ignore
    const pages = listObjects(session, streams, selection, {
      ...{ signal: neverAborted, withNoncurrent, concurrency: 8 },
      onProblem: (problem) => seen.problems.push(problem),
      onDeleteMarkers: (markers) => void seen.markers.push(...markers),
      onNote: (note) => seen.notes.push(note),
      onVersionsNotListed: (reason) => seen.notListed.push(reason),
    });
    for await (const page of pages) seen.objects.push(...page);
    return seen;
  }

  /** By the truth of the generator. */
  function chosen(pick: (object: TrailObject) => boolean): string[] {
    return trail.objects.filter(pick).map(({ key }) => key).sort(); // prettier-ignore
  }

  async function drain(pages: AsyncIterable<unknown>): Promise<void> {
    for await (const _page of pages);
  }

  const keysOf = (objects: readonly ListedObject[]): string[] => objects.map(({ key }) => key).sort();

  test('every stream with its first and last day, in few requests, and what is no trail', async () => {
    const session = await open(bucket);
    const found = await discover(session);
    const truth = [...streamsOf(trail.objects)].map(([prefix, { objects, firstDay, lastDay }]) => {
      const { organizationId, accountId, kind, region } = objects[0]!;
      return { prefix, organizationId, accountId, kind, region, firstDay, lastDay };
    });
    expect(found.streams).toEqual(truth);
    expect(found.notes).toEqual([]);
    expect(found.otherPrefixes).toEqual([
      'AWSLogs/111122223333/Config/',
      'AWSLogs/111122223333/vpcflowlogs/',
      'AWSLogs/222233334444/elasticloadbalancing/',
      'AWSLogs/555566667777/CloudTrail-Lake/',
      'AWSLogs/o-a1b2c3d4e5/222233334444/Config/',
      'athena-results/',
    ]);
    // For each stream years, and at most two times months and days.
    expect(found.requests).toBeLessThan(5 * truth.length + 30);
  });

  test('a prefix at any height restricts what is found', async () => {
    const account = 'AWSLogs/o-f6g7h8i9j0/333344445555/';
    const stream = `${account}CloudTrail/eu-central-1/`;
    const truth = [...streamsOf(trail.objects).keys()];
    for (const prefix of ['AWSLogs/', 'AWSLogs/o-f6g7h8i9j0/', account, `${account}CloudTrail/`, stream]) {
      const { streams } = await discover(await open(bucket, { prefix }));
      expect(streams.map((found) => found.prefix), prefix).toEqual(truth.filter((each) => each.startsWith(prefix))); // prettier-ignore
    }
    const january = await discover(await open(bucket, { prefix: `${stream}2025/01/` }));
    const days = chosen(({ key }) => key.startsWith(`${stream}2025/01/`)).map((key) => key.slice(stream.length, stream.length + 10).replaceAll('/', '-')); // prettier-ignore
    expect(january.streams).toEqual([
      expect.objectContaining({ prefix: `${stream}2025/01/`, firstDay: days[0], lastDay: days.at(-1) }),
    ]);
  });

  test('several AWSLogs folders, deep ones, a copy without any, and nothing at all', async () => {
    const day = 'CloudTrail/us-east-1/2024/03/09/x.json.gz';
    const body = Buffer.from('{}');
    const streams = ['a/AWSLogs/111111111111/', 'b/c/d/AWSLogs/222222222222/', 'copy/333333333333/', 'b/AWSLogs/o-abcdefghij/444444444444/']; // prettier-ignore
    const mixed = await makeBucket([...streams, 'e/f/g/h/AWSLogs/555555555555/'].map((prefix) => ({ key: prefix + day, body }))); // prettier-ignore
    const found = await discover(await open(mixed));
    expect(found.streams.map(({ prefix }) => prefix)).toEqual(streams.map((prefix) => `${prefix}CloudTrail/us-east-1/`).sort()); // prettier-ignore
    expect(found.otherPrefixes).toEqual(['e/']);
    const deeper = await discover(await open(mixed, { prefix: 'e/f/' }));
    expect(deeper.streams.map(({ accountId }) => accountId)).toEqual(['555555555555']);
    const nothing = await discover(await open(mixed, { prefix: 'nowhere/' }));
    expect(nothing).toMatchObject({ streams: [], notes: [expect.stringContaining('No trail was found')] });
  });

  test('more folders than fit in a page, with characters that XML and URLs do not take', async () => {
    const accounts = Array.from({ length: 1100 }, (_unused, index) => String(100_000_000_000 + index));
    const odd = ['plus+ and % of\u0001control/', 'é中😀/'];
    const files = [
      ...accounts.map((account) => `AWSLogs/${account}/CloudTrail/us-east-1/2024/03/09/x`),
      ...odd.map((prefix) => `${prefix}AWSLogs/100000000000/CloudTrail/eu-west-1/2024/03/10/a b+c%2F&"\u0002`),
    ].map((key) => ({ key, body: Buffer.from('{}') }));
    const last = accounts.slice(-2);
    const truth = files.map(({ key }) => key).filter((key) => [...last, '100000000000'].some((account) => key.includes(account))); // prettier-ignore
    for (const isVersioned of [false, true]) {
      const session = await open(await makeBucket(files, isVersioned));
      const { objects } = await list(session, selectionOf({ accounts: ['100000000000', ...last] }));
      expect(keysOf(objects)).toEqual(truth.sort());
    }
  });

  test('a month of more than a page is listed day by day, a page or more a day; all versions of it come', async () => {
    const region = 'AWSLogs/111111111111/CloudTrail/us-east-1';
    const days = [
      ...Array<string>(700).fill('03'),
      ...Array<string>(1200).fill('05'),
      ...Array<string>(300).fill('21'),
    ];
    const files = days.map((day, index) => ({ key: `${region}/2024/03/${day}/${index}`, body: Buffer.from('{}') }));
    const stray = { key: `${region}/2024/03/copy of 05/x`, body: Buffer.from('{}') };
    for (const isVersioned of [false, true]) {
      const session = await open(await makeBucket([...files, stray], isVersioned));
      const all = await list(session, selectionOf());
      expect(keysOf(all.objects)).toEqual([...files, stray].map(({ key }) => key).sort());
      const some = await list(session, selectionOf({ from: '2024-03-04', to: '2024-03-30' }));
      expect(keysOf(some.objects)).toEqual(
        files
          .slice(700)
          .map(({ key }) => key)
          .sort(),
      );
    }
  });

  test('a selection lists exactly the keys it means, lag days included, about in the order of days', async () => {
    const session = await open(bucket);
    const everything = await list(session, selectionOf());
    expect(keysOf(everything.objects)).toEqual(chosen(() => true));
    expect(everything.notListed).toEqual(['The bucket never had versioning.']);
    const delivered = everything.objects.map(({ key }) => trail.objects.find((each) => each.key === key)!.day);
    const steps = delivered.filter((day, index) => index > 0 && day < delivered[index - 1]!).length;
    expect(steps).toBeLessThan(delivered.length / 4);
    expect(delivered.slice(0, 100).sort().at(-1)! < delivered.slice(-100).sort()[0]!).toBe(true);

    const filtered = await list(session, selectionOf({ accounts: ['222233334444', '555566667777'], kinds: ['CloudTrail', 'CloudTrail-Digest'], regions: ['us-east-1'], from: '2024-12-20', to: '2025-01-05', lagDays: 2 })); // prettier-ignore
    const isMeant = ({ accountId, kind, region, day }: TrailObject) =>
      ['222233334444', '555566667777'].includes(accountId) &&
      ['CloudTrail', 'CloudTrail-Digest'].includes(kind) &&
      region === 'us-east-1' &&
      day >= '2024-12-20' &&
      day <= '2025-01-07';
    expect(keysOf(filtered.objects)).toEqual(chosen(isMeant));
    expect(filtered.objects.length).toBeGreaterThan(10);

    for (const [from, to, lagDays] of [
      ['2024-12-31', '2024-12-31', 0],
      ['2024-12-31', '2024-12-31', 1],
      [null, '2024-12-10', 0],
      ['2025-01-10', null, 0],
      ['2024-12-06', '2025-01-02', 0],
    ] as const) {
      // prettier-ignore
      const { objects } = await list(session, selectionOf({ organizations: ['o-a1b2c3d4e5'], from, to, lagDays }));
      const last = to === null ? '9' : to === '2024-12-31' && lagDays === 1 ? '2025-01-01' : to;
      const truth = chosen(({ organizationId, day }) => organizationId === 'o-a1b2c3d4e5' && day >= (from ?? '') && day <= last); // prettier-ignore
      expect(keysOf(objects), `${from} ${to}`).toEqual(truth);
    }
  });

  test('streams by their prefixes need no discovery; a nested one brings nothing twice; a wrong one is refused', async () => {
    const session = await open(bucket);
    const prefix = 'AWSLogs/555566667777/CloudTrail/us-east-1/';
    const before = session.traffic.requests;
    const selection = selectionOf({ prefixes: [`${prefix}2024/12/`, prefix] });
    expect(await selectStreams(session, selection, { signal: neverAborted })).toHaveLength(1);
    expect(session.traffic.requests).toBe(before);
    expect(keysOf((await list(session, selection)).objects)).toEqual(chosen(({ key }) => key.startsWith(prefix)));
    const wrong = selectionOf({ prefixes: ['AWSLogs/555566667777/'] });
    await expect(selectStreams(session, wrong, { signal: neverAborted })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  test('versions: noncurrent ones, delete markers, and a stream in which everything was deleted', async () => {
    const folder = 'AWSLogs/111111111111/CloudTrail';
    const kept = `${folder}/us-east-1/2024/03/09/kept`;
    const gone = `${folder}/eu-west-1/2024/03/10/gone`;
    const versioned = await makeBucket([], true);
    for (const text of ['one', 'two', 'three'])
      await s3!.putObjects(versioned, [{ key: kept, body: Buffer.from(text) }]);
    await s3!.putObjects(versioned, [{ key: gone, body: Buffer.from('evidence') }]);
    await s3!.deleteObject(versioned, gone);

    const session = await open(versioned);
    const { streams } = await discover(session);
    expect(streams.map(({ region, firstDay }) => [region, firstDay])).toEqual([['eu-west-1', '2024-03-10'], ['us-east-1', '2024-03-09']]); // prettier-ignore
    const all = await list(session, selectionOf());
    expect(all.objects.filter(({ key }) => key === kept).map(({ isLatest, sizeBytes }) => [isLatest, sizeBytes]).sort()).toEqual([[false, 3], [false, 3], [true, 5]]); // prettier-ignore
    expect(all.objects.filter(({ key }) => key === gone)).toMatchObject([{ isLatest: false, sizeBytes: 8 }]);
    expect(all.markers).toMatchObject([{ key: gone, isLatest: true }]);
    expect(new Set(all.objects.map(({ versionId }) => versionId)).size).toBe(4);
    const current = await list(session, selectionOf(), false);
    expect(current.objects.map(({ key, versionId }) => [key, versionId])).toEqual([[kept, null]]);

    const actions = readingActions.filter((action) => action !== 's3:ListBucketVersions');
    const reader = await s3!.makeUser({ mayRead: [versioned], actions });
    const restricted = await list(await open(versioned, { keys: reader }), selectionOf());
    expect(keysOf(restricted.objects)).toEqual([kept]);
    expect(restricted.notListed).toEqual([expect.stringContaining('s3:ListBucketVersions')]);
    expect(restricted.problems).toEqual([]);
  });

  test('a folder that is denied is noted, the others are found and listed', async () => {
    const proxy = await FaultProxy.start(s3!.endpoint);
    try {
      const session = await open(bucket, { endpoint: proxy.endpoint });
      const denied = 'AWSLogs/o-a1b2c3d4e5/111122223333/';
      proxy.answer(({ query }) => (query.get('prefix') ?? '').startsWith(denied), {
        status: 403,
        headers: { 'content-type': 'application/xml' },
        body: '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
      });
      const found = await discover(session);
      const prefixes = [...streamsOf(trail.objects).keys()];
      expect(found.streams.map(({ prefix }) => prefix)).toEqual(
        prefixes.filter((prefix) => !prefix.startsWith(denied)),
      );
      expect(found.notes).toEqual([expect.stringContaining(denied)]);
      expect(found.notes[0]).toContain('s3:ListBucket');

      const listed = await list(session, selectionOf({ prefixes, from: '2024-12-20', to: '2024-12-20', lagDays: 0 }));
      expect(keysOf(listed.objects)).toEqual(chosen(({ key, day }) => day === '2024-12-20' && !key.startsWith(denied)));
      expect(listed.problems.length).toBe(prefixes.filter((prefix) => prefix.startsWith(denied)).length);
      expect(listed.problems[0]).toMatchObject({ action: 's3:ListBucket', code: 'AccessDenied', versionId: null });

      proxy.answer(() => true, { status: 403, headers: {}, body: '' });
      await expect(discover(session)).rejects.toMatchObject({ code: 'AWS_FAILED' });
      await expect(list(session, selectionOf({ accounts: ['1'] }))).rejects.toMatchObject({ code: 'AWS_FAILED' });
    } finally {
      await proxy.stop();
    }
  });

  test('connections that drop while listing change nothing; a caller that leaves ends it', async () => {
    const proxy = await FaultProxy.start(s3!.endpoint);
    try {
      const session = await open(bucket, { endpoint: proxy.endpoint });
      proxy.plan = { chances: { 'drop-before-answer': 0.1 }, seed: 3 };
      expect(keysOf((await list(session, selectionOf({ accounts: ['444455556666'] }))).objects)).toEqual(chosen(({ accountId }) => accountId === '444455556666')); // prettier-ignore
      expect(proxy.faults().get('drop-before-answer')).toBeGreaterThan(3);

      proxy.reset();
      const controller = new AbortController();
      const streams = await selectStreams(session, selectionOf(), { signal: controller.signal });
      const pages = listObjects(session, streams, selectionOf(), {
        ...{ signal: controller.signal, withNoncurrent: true, concurrency: 8, onProblem: () => undefined },
      });
      await pages.next();
      controller.abort();
      await expect(drain(pages)).rejects.toMatchObject({ code: 'CANCELLED' });
      const asked = proxy.requests.length;
      const left = listObjects(session, streams, selectionOf(), {
        ...{ signal: neverAborted, withNoncurrent: true, concurrency: 8, onProblem: () => undefined },
      });
      await left.next();
      await left.return(undefined);
      expect(proxy.requests.length - asked).toBeLessThan(500);
    } finally {
      await proxy.stop();
    }
  });

  test('everything below a prefix, whatever its key', async () => {
    const all = [...trail.objects, ...trail.others].map(({ key }) => key).sort();
    const selection = selectionOf({ everything: true, accounts: ['none'] });
    expect(keysOf((await list(await open(bucket), selection)).objects)).toEqual(all);
    const session = await open(bucket, { prefix: 'AWSLogs/555566667777/' });
    const below = all.filter((key) => key.startsWith('AWSLogs/555566667777/'));
    expect(keysOf((await list(session, selection)).objects)).toEqual(below);
    const options = { concurrency: null, withProof: false, withNoncurrent: true };
    const plan = await planFetch(session, null, { selection, options }, { signal: neverAborted, onProgress: () => undefined }); // prettier-ignore
    expect(plan.streams).toEqual([{ prefix: 'AWSLogs/555566667777/', objects: below.length, bytes: plan.bytes }]);
  });

  test('a plan counts what a fetch would bring, stream by stream', async () => {
    const session = await open(bucket);
    const events: number[] = [];
    const selection = selectionOf({ kinds: ['CloudTrail'], from: '2024-12-10', to: '2024-12-12', lagDays: 1 });
    const options = { concurrency: null, withProof: false, withNoncurrent: true };
    const plan = await planFetch(session, null, { selection, options }, { signal: neverAborted, onProgress: ({ objects }) => events.push(objects) }); // prettier-ignore
    const meant = trail.objects.filter(({ kind, day }) => kind === 'CloudTrail' && day >= '2024-12-10' && day <= '2024-12-13'); // prettier-ignore
    expect(plan).toMatchObject({ objects: meant.length, bytes: meant.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), heldObjects: 0, noncurrentObjects: 0, deleteMarkers: 0, notes: [] }); // prettier-ignore
    const byStream = streamsOf(meant);
    expect(plan.streams.filter(({ objects }) => objects > 0)).toEqual(
      [...byStream].map(([prefix, { objects }]) => ({ prefix, objects: objects.length, bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) })), // prettier-ignore
    );
    expect(events.at(-1)).toBe(meant.length);
  });
});
