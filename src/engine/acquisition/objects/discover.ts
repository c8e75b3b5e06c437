import type { Discovery, DiscoveryEvent, S3Selection, TrailStream } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { awsError } from '../access/explain-aws.ts';
import type { S3Session } from '../access/s3-session.ts';
import { BucketListing } from './bucket-listing.ts';
import { placeOf } from './key-layout.ts';
import { FailedCall, Reachability, realPace } from './persistence.ts';
import { TrailExplorer, type StreamFilter } from './trail-explorer.ts';

export type DiscoveryProgress = Omit<Extract<DiscoveryEvent, { type: 'progress' }>, 'type'>;

const everything: StreamFilter = { organizations: null, accounts: null, kinds: null, regions: null };

/**
 * What trails lie at or below the session's prefix, or up to three folders further down, with their first and last day;
 * no object is listed. Errors: AWS_FAILED, CANCELLED.
 */
export async function discoverTrails(
  session: S3Session,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: DiscoveryProgress) => void },
): Promise<Discovery> {
  const { explorer, requests, notes } = await explore(session, everything, { signal, withDays: true, onProgress });
  if (explorer.streams.length === 0) {
    notes.push(nothingFound(session, everything));
  }
  return {
    bucket: session.bucket,
    bucketRegion: session.region,
    streams: explorer.streams,
    otherPrefixes: explorer.otherPrefixes,
    notes,
    requests,
  };
}

/**
 * The streams that a selection names (none, if it is of everything), without their days: by their prefixes, or found in the bucket. What could not be
 * listed on the way is noted. Errors: BAD_INPUT for a prefix that is no stream’s, NOT_FOUND, AWS_FAILED, CANCELLED.
 */
export async function selectStreams(
  session: S3Session,
  selection: S3Selection,
  { signal, onNote }: { readonly signal: AbortSignal; readonly onNote?: (sentence: string) => void },
): Promise<TrailStream[]> {
  if (selection.everything) return [];
  if (selection.prefixes !== null) {
    return withoutNested(selection.prefixes.map(streamOf).filter((stream) => isSelected(stream, selection)));
  }
  const { explorer, notes } = await explore(session, selection, { signal, withDays: false });
  for (const note of notes) onNote?.(note);
  if (explorer.streams.length === 0) throw new TrailbenchError('NOT_FOUND', nothingFound(session, selection));
  return explorer.streams;
}

function nothingFound({ bucket, prefix }: S3Session, filter: StreamFilter): string {
  const place = `s3://${bucket}/${prefix}`;
  const { organizations, accounts, kinds, regions } = filter;
  return [organizations, accounts, kinds, regions].every((names) => names === null)
    ? `No trail was found at ${place}: no folder AWSLogs with CloudTrail logs lies there. Give the prefix under which it lies, or fetch everything below this one if logs were copied there.`
    : `No trail at ${place} is of the accounts, regions and kinds that were chosen. Choose others.`;
}

interface ExploreOptions {
  readonly signal: AbortSignal;
  readonly withDays: boolean;
  readonly onProgress?: (progress: DiscoveryProgress) => void;
}

async function explore(session: S3Session, filter: StreamFilter, { signal, withDays, onProgress }: ExploreOptions) {
  const requestsBefore = session.traffic.requests;
  const requests = (): number => session.traffic.requests - requestsBefore;
  const notes: string[] = [];
  try {
    const listing = await BucketListing.open(session, true, {
      signal,
      reachability: new Reachability(),
      pace: realPace,
      onWithoutVersions: (reason, isDenied) => {
        if (isDenied) notes.push(`${reason} Folders in which everything was deleted do not show.`);
      },
    });
    const explorer: TrailExplorer = new TrailExplorer(listing, {
      filter,
      withDays,
      onChange: () =>
        onProgress?.({ requests: requests(), accounts: explorer.accounts.size, streams: explorer.streams.length }),
    });
    await explorer.explore(session.prefix);
    return { explorer, requests: requests(), notes: [...notes, ...explorer.notes] };
  } catch (error) {
    throw error instanceof FailedCall ? awsError(error.failure) : error;
  }
}

function streamOf(given: string): TrailStream {
  const prefix = given.endsWith('/') ? given : `${given}/`;
  const place = placeOf(prefix);
  if (!place || place.accountId === null || place.kind === null || place.region === null) {
    throw new TrailbenchError(
      'BAD_INPUT',
      `“${given}” is no folder of a trail. It should end in <account>/<kind>/<region>/, as discovery shows it.`,
    );
  }
  const { organizationId, accountId, kind, region } = place;
  return { prefix, organizationId, accountId, kind, region, firstDay: null, lastDay: null };
}

function isSelected(stream: TrailStream, { organizations, accounts, kinds, regions }: StreamFilter): boolean {
  const { organizationId, accountId, kind, region } = stream;
  return (
    (organizations === null || (organizationId !== null && organizations.includes(organizationId))) &&
    (accounts === null || accounts.includes(accountId)) &&
    (kinds === null || kinds.includes(kind)) &&
    (regions === null || regions.includes(region))
  );
}

/** In order, and without those that lie within another, whose objects would come twice. */
function withoutNested(streams: readonly TrailStream[]): TrailStream[] {
  const kept: TrailStream[] = [];
  for (const stream of [...streams].sort((left, right) => (left.prefix < right.prefix ? -1 : 1))) {
    const last = kept.at(-1);
    if (!last || !stream.prefix.startsWith(last.prefix)) kept.push(stream);
  }
  return kept;
}
