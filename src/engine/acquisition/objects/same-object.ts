import type { ListedObject, ObjectRecord } from './object-record.ts';

type Identity = Pick<ListedObject, 'versionId' | 'etag' | 'sizeBytes' | 'lastModifiedAt'>;

/** Whether two objects of one key are the same version of it, as far as can be told. */
export function isSameObject(held: Pick<ObjectRecord, keyof Identity>, other: Identity): boolean {
  if (held.versionId !== null && other.versionId !== null) {
    if (held.versionId !== other.versionId) return false;
    // The version `null` is written over, others never are.
    if (held.versionId !== 'null') return true;
  }
  if (held.sizeBytes !== other.sizeBytes) return false;
  if (held.etag !== null && other.etag !== null) return held.etag === other.etag;
  return seconds(held.lastModifiedAt) === seconds(other.lastModifiedAt);
}

/** A header has no fractions, a listing may. */
function seconds(instant: string | null): string | null {
  return instant === null ? null : instant.slice(0, 19);
}
