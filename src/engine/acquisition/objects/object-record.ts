/** An object version as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  /** Null in a bucket that never had versioning, and where versions can't be listed. */
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly lastModifiedAt: string | null;
  readonly isLatest: boolean;
  readonly storageClass: string | null;
}

/** A marker that hides a deleted key; the versions below it are still there. */
export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly lastModifiedAt: string | null;
  readonly ownerId: string | null;
}

/** All that is known of an object in the archive: its sidecar file, and its row in `s3_objects`. */
export interface ObjectRecord {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly sizeBytes: number;
  readonly lastModifiedAt: string | null;
  readonly isLatest: boolean;
  readonly storageClass: string | null;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** `AES256`, `aws:kms` …; null: none was told. */
  readonly encryption: string | null;
  readonly kmsKeyId: string | null;
  /** Every `x-amz-meta-*` header without that prefix; of digest files their signature. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How many headers of that kind S3 holds and can't send (`x-amz-missing-meta`). */
  readonly missingMetadataCount: number;
  /** Checksums that S3 holds of it, by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
  /** What the listing said, if the object was another by the time it was got. */
  readonly listed: Pick<ListedObject, 'etag' | 'sizeBytes' | 'lastModifiedAt'>;
  readonly hasChangedSinceListed: boolean;
  readonly sha256: string;
  /** What the bytes were checked against: `length`, `MD5 (ETag)`, `CRC64NVME` … */
  readonly verifiedBy: readonly string[];
  readonly endpoint: string;
  readonly requestId: string | null;
  /** ISO 8601, UTC. */
  readonly downloadedAt: string;
}

/** An object in the archive. */
export interface ArchivedRecord {
  readonly record: ObjectRecord;
  /** Below the case folder, with `/`: `archive/s3/<bucket>/…`. */
  readonly storedPath: string;
}

/** An object that could not be had, or a prefix that could not be listed. */
export interface ObjectProblem {
  readonly key: string;
  readonly versionId: string | null;
  /** The API action that failed, as IAM names it: `s3:GetObject`. */
  readonly action: string;
  /** The service's own error code, or Node's. */
  readonly code: string;
  readonly reason: string;
}
