import type { S3Selection, TrailStream } from '#shared/api/acquisition.ts';
import { awsError } from '../access/explain-aws.ts';
import type { S3Session } from '../access/s3-session.ts';
import { BucketListing } from './bucket-listing.ts';
import { DayPlan, type ListTask } from './day-plan.ts';
import { deliverySpan } from './delivery-days.ts';
import type { ListingPage } from './listing-page.ts';
import type { DeleteMarker, ListedObject, ObjectProblem } from './object-record.ts';
import { emitInParallel } from './parallel.ts';
import { FailedCall, Reachability, realPace } from './persistence.ts';
import { splitByFolders } from './split-by-folders.ts';

/** More lists at once win nothing: a page is a thousand objects. */
const mostListsAtOnce = 16;

export interface ListOptions {
  readonly signal: AbortSignal;
  /** List noncurrent versions and delete markers too, where the bucket has them and lets them be listed. */
  readonly withNoncurrent: boolean;
  readonly concurrency: number;
  /** A folder that can't be listed; the others are. */
  readonly onProblem: (problem: ObjectProblem) => void;
  readonly onDeleteMarkers?: (markers: readonly DeleteMarker[]) => void | Promise<void>;
  readonly onNote?: (sentence: string) => void;
  /** Versions were asked for and are not listed: why, in a sentence. */
  readonly onVersionsNotListed?: (reason: string) => void;
}

/**
 * Yields the log objects of the selected days (or everything below the session's prefix) in pages, about in the order of
 * their days. Nothing further is listed while pages wait to be taken. Errors: AWS_FAILED for what concerns every list,
 * CANCELLED.
 */
export async function* listObjects(
  session: S3Session,
  streams: readonly TrailStream[],
  selection: Pick<S3Selection, 'everything' | 'from' | 'to' | 'lagDays'>,
  options: ListOptions,
): AsyncGenerator<readonly ListedObject[]> {
  const { withNoncurrent, concurrency, onProblem, onDeleteMarkers, onNote, onVersionsNotListed } = options;
  const stopping = new AbortController();
  try {
    const listing = await BucketListing.open(session, withNoncurrent, {
      signal: AbortSignal.any([options.signal, stopping.signal]),
      reachability: new Reachability(),
      pace: realPace,
      onWithoutVersions: (reason, isDenied) => {
        onVersionsNotListed?.(reason);
        if (isDenied) onNote?.(reason);
      },
    });
    const passOver = (prefix: string, error: unknown): void => {
      if (!(error instanceof FailedCall) || error.concernsAll) throw error;
      const { code, sentence } = error.failure;
      const action = listing.listsVersions ? 's3:ListBucketVersions' : 's3:ListBucket';
      onProblem({ key: prefix, versionId: null, action, code, reason: sentence });
    };
    const plan = new DayPlan(listing, deliverySpan(selection), passOver);
    const tasks = selection.everything ? splitByFolders(listing, session.prefix, passOver) : plan.tasks(streams);
    const most = Math.min(concurrency, mostListsAtOnce);
    yield* emitInParallel<ListTask, readonly ListedObject[]>(
      tasks,
      async (task, emit) => {
        const take = async ({ objects, deleteMarkers }: ListingPage): Promise<void> => {
          if (deleteMarkers.length > 0) await onDeleteMarkers?.(deleteMarkers);
          const kept = objects.filter((object) => selection.everything || !isFolderMarker(object));
          if (kept.length > 0) await emit(kept);
        };
        if ('page' in task) return take(task.page);
        try {
          for await (const page of listing.pages(task.prefix, task.delimiter)) await take(page);
        } catch (error) {
          passOver(task.prefix, error);
        }
      },
      { most, capacity: 2 * most, stop: () => stopping.abort() },
    );
  } catch (error) {
    throw error instanceof FailedCall ? awsError(error.failure) : error;
  }
}

/** What consoles and copy tools leave to show a folder. */
function isFolderMarker({ key, sizeBytes }: ListedObject): boolean {
  return key.endsWith('/') && sizeBytes === 0;
}
