import type { S3Selection, TrailStream } from '#shared/api/index.ts';
import type { Tick } from './stream-tree.ts';

/** Prefixes of the streams that are ticked. */
export type Ticked = ReadonlySet<string>;

/** How many of the first n streams are ticked, for each n: so a range's tick is one subtraction. */
export function tickSums(streams: readonly TrailStream[], ticked: Ticked): Uint32Array {
  const sums = new Uint32Array(streams.length + 1);
  for (const [index, { prefix }] of streams.entries())
    sums[index + 1] = (sums[index] ?? 0) + Number(ticked.has(prefix));
  return sums;
}

export function tickOfRange(sums: Uint32Array, start: number, end: number): Tick {
  const count = (sums[end] ?? 0) - (sums[start] ?? 0);
  if (count === 0) return 'none';
  return count === end - start ? 'all' : 'some';
}

/** The same ticks, but those of `streams` all on or all off. */
export function withTicks(ticked: Ticked, streams: readonly TrailStream[], isOn: boolean): Ticked {
  const next = new Set(ticked);
  for (const { prefix } of streams) {
    if (isOn) next.add(prefix);
    else next.delete(prefix);
  }
  return next;
}

export interface Facet {
  readonly value: string;
  readonly tick: Tick;
  readonly streams: readonly TrailStream[];
}

/** A cut across the tree: the streams of each kind, or of each region, whatever their account. */
export function facetsOf(streams: readonly TrailStream[], ticked: Ticked, name: 'kind' | 'region'): readonly Facet[] {
  const byValue = new Map<string, TrailStream[]>();
  for (const stream of streams) {
    const same = byValue.get(stream[name]);
    if (same) same.push(stream);
    else byValue.set(stream[name], [stream]);
  }
  const facets = [...byValue].map(([value, same]) => {
    const sums = tickSums(same, ticked);
    return { value, streams: same, tick: tickOfRange(sums, 0, same.length) };
  });
  return facets.sort((a, b) => (a.value < b.value ? -1 : 1));
}

type ChosenStreams = Pick<S3Selection, 'prefixes' | 'organizations' | 'accounts' | 'kinds' | 'regions'>;

/** No stream is left out. */
export const everyStream: ChosenStreams = {
  prefixes: null,
  organizations: null,
  accounts: null,
  kinds: null,
  regions: null,
};
/** The request is kept whole in the case, and shown: more prefixes than this are said in lists if they can be. */
const mostPrefixes = 200;

/**
 * The ticks as a fetch takes them: nothing where everything is ticked, so that streams to come count too; else by
 * prefix, which spares the fetch from looking for them again; very many as lists, where these say exactly the same.
 */
export function selectionOf(streams: readonly TrailStream[], ticked: Ticked): ChosenStreams {
  const chosen = streams.filter(({ prefix }) => ticked.has(prefix));
  if (chosen.length === streams.length) return everyStream;
  const byPrefix = { ...everyStream, prefixes: chosen.map(({ prefix }) => prefix) };
  if (chosen.length <= mostPrefixes) return byPrefix;
  const valuesOf = <Value>(read: (stream: TrailStream) => Value): Value[] | null => {
    const values = new Set(chosen.map(read));
    return values.size === new Set(streams.map(read)).size ? null : [...values];
  };
  const lists = {
    ...everyStream,
    organizations: valuesOf(({ organizationId }) => organizationId)?.filter((value) => value !== null) ?? null,
    accounts: valuesOf(({ accountId }) => accountId),
    kinds: valuesOf(({ kind }) => kind),
    regions: valuesOf(({ region }) => region),
  };
  const meant = streamsChosen(streams, lists);
  const isSame = meant.length === chosen.length && meant.every(({ prefix }) => ticked.has(prefix));
  return isSame ? lists : byPrefix;
}

/** Ticks for what an earlier fetch had chosen; everything for one that had left all open. */
export function ticksOf(streams: readonly TrailStream[], earlier: ChosenStreams | null): Ticked {
  const chosen = earlier === null ? streams : streamsChosen(streams, earlier);
  if (!earlier?.prefixes) return new Set(chosen.map(({ prefix }) => prefix));
  const prefixes = new Set(earlier.prefixes);
  return new Set(chosen.map(({ prefix }) => prefix).filter((prefix) => prefixes.has(prefix)));
}

/** The streams that the lists of a selection mean. */
function streamsChosen(streams: readonly TrailStream[], lists: ChosenStreams): readonly TrailStream[] {
  const [organizations, accounts, kinds, regions] = [
    lists.organizations,
    lists.accounts,
    lists.kinds,
    lists.regions,
  ].map((list) => list && new Set(list));
  return streams.filter(
    (stream) =>
      (organizations?.has(stream.organizationId ?? '') ?? true) &&
      (accounts?.has(stream.accountId) ?? true) &&
      (kinds?.has(stream.kind) ?? true) &&
      (regions?.has(stream.region) ?? true),
  );
}

/** Streams of the log of management and data events, and of the digests that prove it. */
export function isLogOrDigest({ kind }: TrailStream): boolean {
  return kind === 'CloudTrail' || kind === 'CloudTrail-Digest';
}
