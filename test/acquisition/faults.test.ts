import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy, type Fault, type FaultPlan } from './support/fault-proxy.ts';
import { FetchWorkplace } from './support/fetch-workplace.ts';
import { testS3 } from './support/rgw.ts';
import { makeTrail, type Trail } from './support/trail-objects.ts';

const s3 = await testS3();

/** What the network and S3 do, and which of it must have been seen for the test to have tested anything. */
const hardships: readonly { readonly name: string; readonly plan: FaultPlan; readonly seen: readonly Fault[] }[] = [
  {
    name: 'connections dropped before the answer, after its headers and within the body',
    plan: { chances: { 'drop-before-answer': 0.03, 'drop-after-head': 0.03, 'drop-mid-body': 0.03 } },
    seen: ['drop-before-answer', 'drop-after-head', 'drop-mid-body'],
  },
  {
    name: 'bursts of 503 SlowDown',
    plan: { chances: { 'slow-down': 0.005 }, burstMs: 200 },
    seen: ['slow-down'],
  },
  {
    name: '1 in 20 bodies cut short, some of them in due form',
    plan: { chances: { 'cut-body': 0.025, 'cut-body-chunked': 0.025 } },
    seen: ['cut-body', 'cut-body-chunked'],
  },
  {
    name: 'a latency of 200 ms, and all of that at once',
    plan: {
      chances: { 'drop-before-answer': 0.01, 'drop-mid-body': 0.03, 'slow-down': 0.003, 'cut-body': 0.05 },
      burstMs: 200,
      latencyMs: 200,
    },
    seen: ['drop-before-answer', 'drop-mid-body', 'slow-down', 'cut-body'],
  },
];

describe.skipIf(!s3)('a fetch through a bad network', () => {
  let proxy: FaultProxy;
  let bucket: string;
  let trail: Trail;
  let place: FetchWorkplace;
  beforeAll(async () => {
    proxy = await FaultProxy.start(s3!.endpoint);
    bucket = await s3!.makeBucket();
    trail = makeTrail({ objects: 400, dayCount: 3, bucket, seed: 7 });
    await s3!.putObjects(bucket, [...trail.objects, ...trail.others]);
  });
  beforeEach(async () => void (place = await FetchWorkplace.make({ s3: s3!, bucket, endpoint: proxy.endpoint })));
  afterEach(async () => {
    proxy.reset();
    await place.remove();
  });
  afterAll(async () => {
    await proxy.stop();
    await s3!.releaseBucket(bucket);
  });

  test.each(hardships)(
    '$name: complete, byte-equal, nothing whole twice',
    { timeout: 600_000 },
    async ({ plan, seen }) => {
      proxy.plan = plan;
      const { fetch } = await place.fetch();
      expect(fetch).toMatchObject({ objectsSelected: 400, objectsDownloaded: 400, objectsFailed: 0 });
      await place.expectAll(trail.objects);
      for (const fault of seen) expect(proxy.faults().get(fault) ?? 0, fault).toBeGreaterThan(0);
      expect(proxy.downloads()).toEqual(new Map(trail.objects.map(({ key }) => [key, 1])));
    },
  );

  test('again, it asks for no object', { timeout: 600_000 }, async () => {
    await place.fetch();
    proxy.reset();
    const { fetch } = await place.fetch();
    expect(fetch).toMatchObject({ objectsDownloaded: 0, objectsUnchanged: 400, objectsFailed: 0 });
    expect(proxy.downloads().size).toBe(0);
    expect(proxy.requests.filter(({ method, key }) => method !== 'GET' || key !== '')).toEqual([]);
    await place.expectAll(trail.objects);
  });
});
