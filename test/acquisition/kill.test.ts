import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Seeded } from '../support/random-json.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { FetchWorkplace } from './support/fetch-workplace.ts';
import { testS3 } from './support/rgw.ts';
import { makeTrail, type Trail } from './support/trail-objects.ts';

/** A long run: TRAILBENCH_KILL_ROUNDS=20. Prints where each kill landed. */
const rounds = Number(process.env['TRAILBENCH_KILL_ROUNDS'] ?? 3);
const objectCount = 600;
const s3 = await testS3();

describe.skipIf(!s3)('a fetch that is killed', () => {
  let proxy: FaultProxy;
  let bucket: string;
  let trail: Trail;
  beforeAll(async () => {
    proxy = await FaultProxy.start(s3!.endpoint);
    bucket = await s3!.makeBucket();
    trail = makeTrail({ objects: objectCount, dayCount: 3, bucket, seed: 23 });
    await s3!.putObjects(bucket, [...trail.objects, ...trail.others]);
  });
  afterAll(async () => {
    await proxy.stop();
    await s3!.releaseBucket(bucket);
  });

  /** By what the proxy has handed out: the time a fetch takes depends on the machine. */
  async function killAfter(place: FetchWorkplace, downloads: number, extraMs: number): Promise<boolean> {
    const child = place.start();
    const exited = once(child, 'exit');
    let hasEnded = false;
    void exited.then(() => (hasEnded = true));
    while (!hasEnded && proxy.downloads().size < downloads) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, extraMs));
    child.kill('SIGKILL');
    const wasRunning = !hasEnded;
    await exited;
    return wasRunning;
  }

  test(
    `${rounds} times, at any moment: the same command completes it, and what was whole is not fetched again`,
    { timeout: 3_600_000 },
    async () => {
      const random = new Seeded(Number(process.env['TRAILBENCH_KILL_SEED'] ?? 31));
      const table: Record<string, unknown>[] = [];
      for (let round = 0; round < rounds; round++) {
        const place = await FetchWorkplace.make({ s3: s3!, bucket, endpoint: proxy.endpoint });
        try {
          proxy.reset();
          // Some while it connects and lists, most while it downloads, some while the import ends.
          const at = Math.floor(random.next() * 1.1 * objectCount);
          const wasRunning = await killAfter(place, Math.min(at, objectCount), random.below(at < objectCount ? 40 : 1500)); // prettier-ignore
          const left = await place.archive();
          for (const { key, sha256 } of trail.objects) expect(left.objects.get(key) ?? sha256).toBe(sha256);

          proxy.reset();
          const { fetch } = await place.fetch();
          expect(fetch).toMatchObject({ objectsSelected: objectCount, objectsFailed: 0 });
          await place.expectAll(trail.objects);
          expect([...proxy.downloads().keys()].filter((key) => left.objects.has(key))).toEqual([]);
          const states = await place.rows('SELECT state FROM fetches ORDER BY fetchId');
          expect(states.at(-1)).toEqual({ state: 'done' });
          if (wasRunning) expect(states.slice(0, -1).map(({ state }) => state)).not.toContain('running');
          const whole = left.objects.size;
          table.push({ round, at, wasRunning, whole, unfinished: left.others.length, downloaded: fetch.objectsDownloaded }); // prettier-ignore
        } finally {
          await place.remove();
        }
      }
      if (rounds > 3) console.table(table);
      // If no kill hit a download, nothing was tested.
      expect(table.filter(({ whole }) => Number(whole) > 0 && Number(whole) < objectCount).length).toBeGreaterThan(0);
    },
  );
});
