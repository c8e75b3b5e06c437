import type { FetchPlan, PlanEvent, S3FetchRequest } from '#shared/api/acquisition.ts';
import type { S3Session } from '../access/s3-session.ts';
import { selectStreams } from './discover.ts';
import { listObjects } from './list-objects.ts';
import type { ObjectArchive } from './object-archive.ts';
import type { ListedObject } from './object-record.ts';
import { throwIfCancelled } from './persistence.ts';

export type PlanProgress = Omit<Extract<PlanEvent, { type: 'progress' }>, 'type'>;

const listsAtOnce = 16;
const lookUpsAtOnce = 16;
const mostNotes = 50;

/**
 * Counts what a fetch would bring, by listing it. Without an archive nothing counts as held. Errors: BAD_INPUT,
 * AWS_FAILED, CASE_DAMAGED, IO_FAILED, CANCELLED.
 */
export async function planFetch(
  session: S3Session,
  archive: ObjectArchive | null,
  { selection, options }: Pick<S3FetchRequest, 'selection' | 'options'>,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: PlanProgress) => void },
): Promise<Omit<FetchPlan, 'freeBytes'>> {
  const requestsBefore = session.traffic.requests;
  const requests = (): number => session.traffic.requests - requestsBefore;
  const notes = new Set<string>();
  const onNote = (sentence: string): void => {
    if (notes.size < mostNotes) notes.add(sentence);
  };
  const streams = await selectStreams(session, selection, { signal, onNote });
  const prefixes = selection.everything ? [session.prefix] : streams.map(({ prefix }) => prefix);
  const counts = new Map(prefixes.map((prefix) => [prefix, { prefix, objects: 0, bytes: 0 }]));
  const plan = { objects: 0, bytes: 0, heldObjects: 0, heldBytes: 0, noncurrentObjects: 0, deleteMarkers: 0 };
  const pages = listObjects(session, streams, selection, {
    signal,
    withNoncurrent: options.withNoncurrent,
    concurrency: listsAtOnce,
    onProblem: ({ reason }) => onNote(reason),
    onDeleteMarkers: (markers) => void (plan.deleteMarkers += markers.length),
    onNote,
  });
  for await (const page of pages) {
    for (const { key, sizeBytes, isLatest } of page) {
      plan.objects++;
      plan.bytes += sizeBytes;
      if (!isLatest) plan.noncurrentObjects++;
      const count = countOf(counts, key);
      if (!count) continue;
      count.objects++;
      count.bytes += sizeBytes;
    }
    if (archive) {
      const held = await heldOf(archive, page, signal);
      plan.heldObjects += held.objects;
      plan.heldBytes += held.bytes;
    }
    onProgress({ requests: requests(), objects: plan.objects, bytes: plan.bytes });
  }
  return { ...plan, streams: [...counts.values()], notes: [...notes], requests: requests() };
}

/** The count of the stream that a key lies in. */
function countOf<Count>(counts: ReadonlyMap<string, Count>, key: string): Count | undefined {
  for (let end = key.length; end > 0; end--) {
    const count = key[end - 1] === '/' ? counts.get(key.slice(0, end)) : undefined;
    if (count) return count;
  }
  return counts.get('');
}

async function heldOf(archive: ObjectArchive, page: readonly ListedObject[], signal: AbortSignal) {
  let objects = 0;
  let bytes = 0;
  for (let from = 0; from < page.length; from += lookUpsAtOnce) {
    throwIfCancelled(signal);
    const found = await Promise.all(page.slice(from, from + lookUpsAtOnce).map((listed) => archive.find(listed)));
    for (const held of found) {
      if (!held) continue;
      objects++;
      bytes += held.record.sizeBytes;
    }
  }
  return { objects, bytes };
}
