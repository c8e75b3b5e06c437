import { createHash } from 'node:crypto';
import { addAutomation } from './background-automation.ts';
import { addPeople } from './background-people.ts';
import { addServices } from './background-services.ts';
import { accounts, at, dayCount, firstDayMs, homeRegion } from './company.ts';
import { addIntrusion } from './intrusion.ts';
import type { IntrusionStep } from './intrusion-steps.ts';
import { addLookAlikes, addResponse } from './look-alikes.ts';
import { Random } from './random.ts';
import { Trail, type SampleEvent } from './records.ts';
import { packFiles, writeFiles, type LogFile } from './write-files.ts';

/** What is known about a generated sample: tests and detections are measured against it. */
export interface SampleTruth {
  readonly seed: number;
  readonly counts: {
    readonly files: number;
    /** Records in the files = distinct events + duplicate copies. */
    readonly records: number;
    readonly distinctEvents: number;
    readonly duplicateCopies: number;
    /** Distinct events by the account they were delivered to. */
    readonly byAccount: Readonly<Record<string, number>>;
  };
  /** SHA-256 over every file's path and inflated content; compressed bytes may differ between builds of zlib. */
  readonly contentSha256: string;
  /** In the order of time. */
  readonly steps: readonly IntrusionStep[];
}

export const sampleSeed = 20260302;

/**
 * Writes the sample's log files below `folder` (some 20,000 events, ten days, three accounts) and returns what is
 * true of them. The same seed gives the same files.
 */
export async function generateSample(folder: string, options: { seed?: number } = {}): Promise<SampleTruth> {
  const seed = options.seed ?? sampleSeed;
  const random = new Random(seed, 'sample');
  const trails = Object.fromEntries(
    ['people', 'services', 'automation', 'look-alikes', 'intrusion', 'response'].map((part) => [part, new Trail(random.fork(part))]),
  ) as Record<string, Trail>; // prettier-ignore
  const part = (name: string): Trail => trails[name] as Trail;
  addPeople(part('people'));
  addServices(part('services'));
  addAutomation(part('automation'));
  addLookAlikes(part('look-alikes'));
  const { steps, minedInstances } = addIntrusion(part('intrusion'));
  addResponse(part('response'), minedInstances);

  const events = Object.values(trails).flatMap((trail) => trail.events);
  const copies = redeliver(events, random.fork('redelivery'));
  const files = packFiles([...events, ...copies], random.fork('files'));
  await writeFiles(folder, files);
  return {
    seed,
    counts: {
      files: files.length,
      records: events.length + copies.length,
      distinctEvents: events.length,
      duplicateCopies: copies.length,
      byAccount: countByAccount(events),
    },
    contentSha256: hashContent(files),
    steps,
  };
}

/**
 * Copies that CloudTrail delivers once more, in a later file: single ones, and all of one hour after an outage. Only of
 * the busy accounts' home region, where no file holds a single event: a copy on its own would be the same file again.
 */
function redeliver(events: readonly SampleEvent[], random: Random): readonly SampleEvent[] {
  const outageMs = at(dayCount - 1, 10);
  const busy = events.filter((event) => event.region === homeRegion && event.accountId !== accounts.management);
  const delayed = busy.filter((event) => event.atMs >= outageMs && event.atMs < outageMs + 3_600_000);
  const single = busy.filter((event) => event.atMs < outageMs - 86_400_000 && random.next() % 100 === 0);
  const latestMs = firstDayMs + dayCount * 86_400_000 - 1;
  return [...delayed, ...single].map((event) => {
    const laterMs = event.atMs + random.integer(2, 5) * 3_600_000;
    return { ...event, atMs: Math.min(laterMs, latestMs) };
  });
}

function countByAccount(events: readonly SampleEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { accountId } of events) counts[accountId] = (counts[accountId] ?? 0) + 1;
  return counts;
}

function hashContent(files: readonly LogFile[]): string {
  const hash = createHash('sha256');
  const ordered = files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  for (const file of ordered) hash.update(`${file.path}\0${file.text}\0`);
  return hash.digest('hex');
}
