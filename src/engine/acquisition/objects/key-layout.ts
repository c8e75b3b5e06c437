/** The folders that hold a trail's own files. CloudTrail Lake's results lie beside them and are no trail. */
export const trailKinds = [
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
  'CloudTrail-Digest',
] as const;

const organizationShape = /^o-[a-z0-9]{4,32}$/;
/** Anonymised sets have 9 to 14 digits. */
const accountShape = /^\d{9,14}$/;
/** Loose on purpose: `us-gov-west-1`, `cn-north-1`, `us-isob-east-1`, and regions that anonymised sets invent. */
const regionShape = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/;
const yearShape = /^(?:19|20)\d\d$/;
const monthShape = /^(?:0[1-9]|1[0-2])$/;
const dayShape = /^(?:0[1-9]|[12]\d|3[01])$/;

/** How far down the layout a folder lies. `above`: nothing of it shows yet. */
export type LayoutLevel = 'above' | 'root' | 'organization' | 'account' | 'kind' | 'region' | 'year' | 'month' | 'day';

/** What a folder's prefix says. Parts that lie further down are null. */
export interface KeyPlace {
  readonly level: LayoutLevel;
  readonly organizationId: string | null;
  readonly accountId: string | null;
  readonly kind: string | null;
  readonly region: string | null;
  readonly year: string | null;
  readonly month: string | null;
  readonly day: string | null;
}

const nowhere: KeyPlace = {
  level: 'above',
  organizationId: null,
  accountId: null,
  kind: null,
  region: null,
  year: null,
  month: null,
  day: null,
};

/**
 * Places a folder prefix (empty, or ending in `/`) in the layout
 * `[prefix/]AWSLogs/[o-xxxx/]<account>/<kind>/<region>/YYYY/MM/DD/`. `AWSLogs` itself may be missing, as after a copy of
 * what lies below it. Null: the prefix leads past the layout, e.g. to a folder beside the years of a region.
 */
export function placeOf(prefix: string): KeyPlace | null {
  const segments = prefix.split('/').slice(0, -1);
  const kindIndex = segments.findLastIndex((segment, index) => isKind(segment) && isAccount(segments[index - 1] ?? ''));
  if (kindIndex !== -1) return belowKind(segments, kindIndex);
  const last = segments.at(-1) ?? '';
  if (last === 'AWSLogs') return { ...nowhere, level: 'root' };
  if (isOrganization(last)) return { ...nowhere, level: 'organization', organizationId: last };
  if (!isAccount(last)) return nowhere;
  return { ...nowhere, level: 'account', accountId: last, organizationId: organizationOf(segments.at(-2)) };
}

function belowKind(segments: readonly string[], kindIndex: number): KeyPlace | null {
  const [kind, region = null, year = null, month = null, day = null, ...further] = segments.slice(kindIndex);
  const place: KeyPlace = {
    level: day ? 'day' : month ? 'month' : year ? 'year' : region ? 'region' : 'kind',
    organizationId: organizationOf(segments[kindIndex - 2]),
    accountId: segments[kindIndex - 1]!,
    kind: kind!,
    region,
    year,
    month,
    day,
  };
  const isSound =
    further.length === 0 &&
    (region === null || isRegion(region)) &&
    (year === null || yearShape.test(year)) &&
    (month === null || monthShape.test(month)) &&
    (day === null || dayShape.test(day));
  return isSound ? place : null;
}

function organizationOf(segment: string | undefined): string | null {
  return segment !== undefined && isOrganization(segment) ? segment : null;
}

/** What the key of a log object says, whatever its file is called; null if it does not lie in the folder of a day. */
export function placeOfObject(key: string): KeyPlace | null {
  const place = placeOf(key.slice(0, key.lastIndexOf('/') + 1));
  return place?.level === 'day' ? place : null;
}

export function isOrganization(segment: string): boolean {
  return organizationShape.test(segment);
}

export function isAccount(segment: string): boolean {
  return accountShape.test(segment);
}

export function isKind(segment: string): boolean {
  return (trailKinds as readonly string[]).includes(segment);
}

export function isRegion(segment: string): boolean {
  return regionShape.test(segment);
}

/** Whether `segment` may follow the folder `level` in the date part: a year below a region, and so on. */
export function isDatePart(level: 'year' | 'month' | 'day', segment: string): boolean {
  return { year: yearShape, month: monthShape, day: dayShape }[level].test(segment);
}

/** The last segment of a folder prefix. */
export function folderName(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1, -1);
}
