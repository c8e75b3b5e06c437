import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Seeded } from '../../support/random-json.ts';
import type { BucketFile } from './s3-server.ts';
import { DigestChain, type SigningKey, makeSigningKey } from './trail-digests.ts';
import { otherFiles } from './trail-neighbours.ts';
import { recordOf, type TrailRecord } from './trail-records.ts';

export const trailKinds = [
  'CloudTrail',
  'CloudTrail-Aggregated',
  'CloudTrail-Digest',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
] as const;
export type TrailKind = (typeof trailKinds)[number];

/** A log object and what is known of it because it was made so. */
export interface TrailObject extends BucketFile {
  /** Down to the region, with a slash at the end. */
  readonly streamPrefix: string;
  readonly organizationId: string | null;
  readonly accountId: string;
  readonly kind: TrailKind;
  readonly region: string;
  /** Of delivery: `YYYY-MM-DD`. */
  readonly day: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of each record in it, in order; none in a digest. */
  readonly eventIds: readonly string[];
}

export interface Trail {
  readonly objects: readonly TrailObject[];
  /** What else lies in the bucket: other services' logs, folder markers. */
  readonly others: readonly BucketFile[];
  /** Days of delivery, in order. */
  readonly days: readonly string[];
  readonly signingKey: SigningKey;
}

export interface TrailOptions {
  readonly objects: number;
  readonly seed?: number;
  /** The bucket's name, which digests hold. */
  readonly bucket?: string;
  /** Where the trail lies in the bucket: empty, or with a slash at the end. */
  readonly prefix?: string;
  readonly firstDay?: string;
  readonly dayCount?: number;
  /** At most; at least one. */
  readonly recordsPerFile?: number;
  /** Share of CloudTrail records that are byte-equal copies of one in another file. */
  readonly copiedShare?: number;
}

interface Owner {
  readonly organizationId: string | null;
  readonly accountId: string;
}

/** Two organizations with two accounts each, and an account with a trail of its own. */
export const trailOwners: readonly Owner[] = [
  { organizationId: 'o-a1b2c3d4e5', accountId: '111122223333' },
  { organizationId: 'o-a1b2c3d4e5', accountId: '222233334444' },
  { organizationId: 'o-f6g7h8i9j0', accountId: '333344445555' },
  { organizationId: 'o-f6g7h8i9j0', accountId: '444455556666' },
  { organizationId: null, accountId: '555566667777' },
];
export const trailRegions = ['us-east-1', 'eu-central-1', 'ap-southeast-2', 'us-gov-west-1'] as const;

const shares: readonly (readonly [Exclude<TrailKind, 'CloudTrail-Digest'>, number])[] = [
  ['CloudTrail-Insight', 0.04],
  ['CloudTrail-Aggregated', 0.08],
  ['CloudTrail-NetworkActivity', 0.16],
  ['CloudTrail', 1],
];
const digestShare = 0.08;
const minuteMs = 60_000;
const dayMs = 86_400_000;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * A bucket's trail of this many log objects: small files with real records, keys exactly as CloudTrail makes them, signed
 * digests of the first hours. The same seed gives the same trail, but for the key that signs.
 */
export function makeTrail(options: TrailOptions): Trail {
  const { seed = 1, prefix = '', dayCount = 30, recordsPerFile = 3, copiedShare = 0.05 } = options;
  const random = new Seeded(seed);
  const startMs = Date.parse(`${options.firstDay ?? '2024-08-01'}T00:00:00Z`);
  const digests = Math.round(options.objects * digestShare);
  const objects: TrailObject[] = [];
  const written = new Map<string, TrailRecord[]>();
  for (let index = 0; index < options.objects - digests; index++) {
    const owner = random.pick(trailOwners);
    const region = random.pick(trailRegions);
    const drawn = random.next();
    const kind = shares.find(([, upTo]) => drawn < upTo)![0];
    const deliveredMs = startMs + Math.floor(random.next() * dayCount * dayMs);
    const earlier = entry(written, `${owner.accountId} ${region}`);
    const records = Array.from({ length: 1 + random.below(recordsPerFile) }, () => {
      if (kind === 'CloudTrail' && earlier.length > 0 && random.chance(copiedShare)) return random.pick(earlier);
      return recordOf(kind, { ...owner, region, deliveredMs, random });
    });
    if (kind === 'CloudTrail') earlier.push(...records);
    const text = `{"Records":[${records.map(({ text }) => text).join(',')}]}`;
    const suffix = Array.from({ length: 16 }, () => letters[random.below(letters.length)]).join('');
    const time = stamp(deliveredMs).slice(0, 13);
    const name = `${owner.accountId}_${kind}_${region}_${time}Z_${suffix}.json.gz`;
    const eventIds = records.map(({ eventId }) => eventId);
    objects.push(trailObject(prefix, { ...owner, kind, region, atMs: deliveredMs, name, text, eventIds }));
  }
  const signingKey = makeSigningKey();
  const chains = trailOwners.flatMap((owner) => trailRegions.map((region) => ({ owner, region })));
  for (const [index, { owner, region }] of chains.entries()) {
    const hours = Math.floor(digests / chains.length) + (index < digests % chains.length ? 1 : 0);
    const logs = objects.filter((each) => each.kind === 'CloudTrail' && each.accountId === owner.accountId && each.region === region); // prettier-ignore
    const chain = new DigestChain(options.bucket ?? 'trail-bucket', owner.accountId, signingKey, logs);
    for (let hour = 1; hour <= hours; hour++) {
      const atMs = startMs + hour * 60 * minuteMs;
      const name = `${owner.accountId}_CloudTrail-Digest_${region}_all-events_us-east-1_${stamp(atMs)}Z.json.gz`;
      const made = { ...owner, kind: 'CloudTrail-Digest', region, atMs, name, eventIds: [] } as const;
      const { text, metadata } = chain.next(keyOf(prefix, made), atMs);
      objects.push(trailObject(prefix, { ...made, text, metadata }));
    }
  }
  const days = Array.from({ length: dayCount }, (_, index) => dayOf(startMs + index * dayMs));
  return { objects, others: otherFiles(prefix, days[0]!), days, signingKey };
}

interface Made extends Owner {
  readonly kind: TrailKind;
  readonly region: string;
  readonly atMs: number;
  readonly name: string;
  readonly text: string;
  readonly eventIds: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

function trailObject(prefix: string, made: Made): TrailObject {
  const { text, atMs, name: _name, ...known } = made;
  const body = gzipSync(text, { level: 1 });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const place = { key: keyOf(prefix, made), streamPrefix: streamPrefixOf(prefix, made), day: dayOf(atMs) };
  return { ...known, ...place, body, sizeBytes: body.length, sha256 };
}

function streamPrefixOf(prefix: string, { organizationId, accountId, kind, region }: Omit<Made, 'text'>): string {
  const organization = organizationId === null ? '' : `${organizationId}/`;
  return `${prefix}AWSLogs/${organization}${accountId}/${kind}/${region}/`;
}

function keyOf(prefix: string, made: Omit<Made, 'text'>): string {
  return `${streamPrefixOf(prefix, made)}${dayOf(made.atMs).replaceAll('-', '/')}/${made.name}`;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** `20240801T133328`. */
function stamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
}

function entry<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

/** Objects and bytes, and records of events (Insight and Aggregated records are none): in all, and distinct ones. */
export function totals(objects: Iterable<TrailObject>): {
  objects: number;
  bytes: number;
  records: number;
  distinctEvents: number;
} {
  let [count, bytes, records] = [0, 0, 0];
  const events = new Set<string>();
  for (const { kind, sizeBytes, eventIds } of objects) {
    count += 1;
    bytes += sizeBytes;
    if (kind !== 'CloudTrail' && kind !== 'CloudTrail-NetworkActivity') continue;
    records += eventIds.length;
    for (const eventId of eventIds) events.add(eventId);
  }
  return { objects: count, bytes, records, distinctEvents: events.size };
}

/** Every stream that has an object, by its prefix in order of text, with its first and last day. */
export function streamsOf(
  objects: Iterable<TrailObject>,
): Map<string, { objects: TrailObject[]; firstDay: string; lastDay: string }> {
  const byPrefix = new Map<string, TrailObject[]>();
  for (const each of objects) entry(byPrefix, each.streamPrefix).push(each);
  const sorted = [...byPrefix].sort(([left], [right]) => (left < right ? -1 : 1));
  return new Map(sorted.map(([streamPrefix, list]) => {
    const days = list.map(({ day }) => day).sort();
    return [streamPrefix, { objects: list, firstDay: days[0]!, lastDay: days.at(-1)! }];
  })); // prettier-ignore
}
