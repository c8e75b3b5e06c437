import type { ListObjectsV2CommandOutput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { DeleteMarker, ListedObject } from './object-record.ts';

/** One page of a list of a bucket. */
export interface ListingPage {
  /** Folder prefixes, each ending in `/`; only if a delimiter was asked for. */
  readonly folders: readonly string[];
  readonly objects: readonly ListedObject[];
  readonly deleteMarkers: readonly DeleteMarker[];
  readonly isLast: boolean;
}

export const noObjects: ListingPage = { folders: [], objects: [], deleteMarkers: [], isLast: true };

export interface VersionMarker {
  readonly key: string;
  readonly versionId: string | undefined;
}

export function currentPage(output: ListObjectsV2CommandOutput): ListingPage {
  const decode = decoderOf(output.EncodingType);
  return {
    folders: (output.CommonPrefixes ?? []).map((folder) => decode(folder.Prefix ?? '')),
    objects: (output.Contents ?? []).map((entry) => ({
      key: decode(entry.Key ?? ''),
      versionId: null,
      etag: bareEtag(entry.ETag),
      sizeBytes: entry.Size ?? 0,
      lastModifiedAt: entry.LastModified?.toISOString() ?? null,
      isLatest: true,
      storageClass: entry.StorageClass ?? null,
    })),
    deleteMarkers: [],
    isLast: !output.IsTruncated,
  };
}

export function versionsPage(output: ListObjectVersionsCommandOutput): ListingPage {
  const decode = decoderOf(output.EncodingType);
  return {
    folders: (output.CommonPrefixes ?? []).map((folder) => decode(folder.Prefix ?? '')),
    objects: (output.Versions ?? []).map((entry) => ({
      key: decode(entry.Key ?? ''),
      versionId: entry.VersionId ?? null,
      etag: bareEtag(entry.ETag),
      sizeBytes: entry.Size ?? 0,
      lastModifiedAt: entry.LastModified?.toISOString() ?? null,
      isLatest: entry.IsLatest ?? true,
      storageClass: entry.StorageClass ?? null,
    })),
    deleteMarkers: (output.DeleteMarkers ?? []).map((entry) => ({
      key: decode(entry.Key ?? ''),
      versionId: entry.VersionId ?? 'null',
      isLatest: entry.IsLatest ?? false,
      lastModifiedAt: entry.LastModified?.toISOString() ?? null,
      ownerId: entry.Owner?.ID ?? null,
    })),
    isLast: !output.IsTruncated,
  };
}

/** Amazon S3 encodes the marker like the keys, Ceph does not: the one that is on the page is meant. */
export function nextVersion(output: ListObjectVersionsCommandOutput, page: ListingPage): VersionMarker | null {
  const raw = output.NextKeyMarker;
  if (raw === undefined) return null;
  const isOnPage = (key: string) =>
    page.folders.includes(key) || [...page.objects, ...page.deleteMarkers].some((entry) => entry.key === key);
  const key = isOnPage(raw) ? raw : decoderOf(output.EncodingType)(raw);
  return { key, versionId: output.NextVersionIdMarker };
}

/** Keys may hold characters that XML can't, so they are asked for in URL encoding; not every store obliges. */
function decoderOf(encoding: string | undefined): (text: string) => string {
  if (encoding !== 'url') return (text) => text;
  return (text) => {
    if (!/[%+]/.test(text)) return text;
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      // Bytes that are no UTF-8: no request could name that key either.
      return text;
    }
  };
}

/** Without quotes and the mark of a weak validator. */
export function bareEtag(etag: string | undefined): string | null {
  return etag === undefined ? null : etag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}
