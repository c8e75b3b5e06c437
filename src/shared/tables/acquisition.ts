import { provenanceColumn as column, type Table } from './table.ts';

const required = { isRequired: true } as const;

export const sourcesTable: Table = {
  name: 'sources',
  kind: 'work',
  description: 'Where evidence is fetched from: trails in S3, or CloudTrail’s event history. No credentials are in it.',
  columns: [
    column('sourceId', 'INTEGER', 'Number of the source.', required),
    column('kind', 'VARCHAR', 's3 or event-history.', required),
    column('url', 'VARCHAR', 's3://bucket/prefix, or event-history.', required),
    column('profile', 'VARCHAR', 'The AWS profile last used; empty: the standard credential chain.'),
    column('region', 'VARCHAR', 'The bucket’s region.'),
    column('endpointUrl', 'VARCHAR', 'The endpoint, if it is not Amazon’s own.'),
    column('createdAt', 'TIMESTAMP', 'When it was first fetched from (UTC).', required),
  ],
};

export const fetchesTable: Table = {
  name: 'fetches',
  kind: 'work',
  description: 'Every fetch that was started: what was asked for, as whom, and what came of it.',
  columns: [
    column('fetchId', 'INTEGER', 'Number of the fetch.', required),
    column('sourceId', 'INTEGER', 'Its source: sources.sourceId.', required),
    column('importId', 'INTEGER', 'The import that went along with it: imports.importId.'),
    column('startedAt', 'TIMESTAMP', 'When it began (UTC).', required),
    column('finishedAt', 'TIMESTAMP', 'When it ended (UTC); empty while running or if the process was killed.'),
    column('state', 'VARCHAR', 'running, done, cancelled, failed or interrupted.', required),
    column('request', 'JSON', 'The request: accounts, regions, kinds, days and options.', required),
    column('operator', 'VARCHAR', 'The user and host that ran it.', required),
    column('principalArn', 'VARCHAR', 'As whom AWS knew the caller (sts:GetCallerIdentity).'),
    column('principalAccountId', 'VARCHAR', 'The caller’s account.'),
    column('clockSkewMs', 'BIGINT', 'How far this machine’s clock was ahead of the server’s.'),
    column('objectsSelected', 'BIGINT', 'Objects listed = downloaded + unchanged + failed, once it is done.'),
    column('bytesSelected', 'BIGINT', 'Their size by the listing.'),
    column('objectsDownloaded', 'BIGINT', 'Objects that came into the archive.'),
    column('bytesDownloaded', 'BIGINT', 'Their size.'),
    column('objectsUnchanged', 'BIGINT', 'Objects that the archive held whole before.'),
    column('objectsFailed', 'BIGINT', 'Objects that could not be had.'),
    column('problems', 'BIGINT', 'Objects, prefixes and regions that could not be had: see fetch_problems.'),
    column('requests', 'BIGINT', 'Calls made.'),
    column('retries', 'BIGINT', 'Of these, repeated after throttling or a dropped connection.'),
    column('hosts', 'VARCHAR[]', 'Every host contacted.', required),
    column('notes', 'VARCHAR[]', 'What was denied or odd.', required),
    column('error', 'VARCHAR', 'Why it failed.'),
    column('elapsedMs', 'BIGINT', 'Duration.'),
  ],
};

export const s3ObjectsTable: Table = {
  name: 's3_objects',
  kind: 'evidence',
  description:
    'Every object fetched from S3, as S3 described it. files.storedPath = s3_objects.storedPath joins it to the ledger.',
  columns: [
    column('sourceId', 'INTEGER', 'The source: sources.sourceId.', required),
    column('fetchId', 'INTEGER', 'The fetch that brought it.', required),
    column('bucket', 'VARCHAR', 'Bucket.', required),
    column('key', 'VARCHAR', 'Key.', required),
    column('versionId', 'VARCHAR', 'Version; empty where the bucket has none.'),
    column('etag', 'VARCHAR', 'ETag, without its quotes.'),
    column('sizeBytes', 'BIGINT', 'Size.', required),
    column('lastModifiedAt', 'TIMESTAMP', 'When S3 says it was written (UTC).'),
    column('isLatest', 'BOOLEAN', 'False: another version or a delete marker stood over it.', required),
    column('storedPath', 'VARCHAR', 'Where its bytes are kept, below the case folder.', required),
    column('sha256', 'VARCHAR', 'SHA-256 of its bytes as they came.', required),
    column('verifiedBy', 'VARCHAR[]', 'What they were checked against: length, MD5 (ETag), CRC64NVME …', required),
    column('encryption', 'VARCHAR', 'Encryption at rest: AES256, aws:kms …'),
    column('kmsKeyId', 'VARCHAR', 'The KMS key.'),
    column('storageClass', 'VARCHAR', 'Storage class, if told.'),
    column('metadata', 'JSON', 'Its x-amz-meta-* headers; digest files carry their signature here.', required),
    column('hasChangedSinceListed', 'BOOLEAN', 'True: it was replaced between the listing and the download.', required),
    column('downloadedAt', 'TIMESTAMP', 'When it came (UTC).', required),
  ],
};

export const objectVersionsTable: Table = {
  name: 'object_versions',
  kind: 'work',
  description:
    'Versions of log objects that are not the newest, and markers of deleted ones, as the bucket listed them: traces of overwritten and deleted logs.',
  columns: [
    column('fetchId', 'INTEGER', 'The fetch that saw it.', required),
    column('bucket', 'VARCHAR', 'Bucket.', required),
    column('key', 'VARCHAR', 'Key.', required),
    column('versionId', 'VARCHAR', 'Version.'),
    column('isLatest', 'BOOLEAN', 'True for a marker that hides the key now.', required),
    column('isDeleteMarker', 'BOOLEAN', 'True for a marker, false for an older version.', required),
    column('lastModifiedAt', 'TIMESTAMP', 'When it was written: for a marker, when the object was deleted (UTC).'),
    column('sizeBytes', 'BIGINT', 'Size of the version.'),
    column('etag', 'VARCHAR', 'ETag of the version.'),
  ],
};

export const fetchProblemsTable: Table = {
  name: 'fetch_problems',
  kind: 'work',
  description: 'What a fetch could not have, with the reason.',
  columns: [
    column('fetchId', 'INTEGER', 'The fetch.', required),
    column('key', 'VARCHAR', 'The object’s key, or the prefix that could not be listed.', required),
    column('versionId', 'VARCHAR', 'The version asked for.'),
    column('action', 'VARCHAR', 'The action that failed, as IAM names it: s3:GetObject …', required),
    column('code', 'VARCHAR', 'The service’s error code.', required),
    column('reason', 'VARCHAR', 'What it means and what to do.', required),
    column('occurredAt', 'TIMESTAMP', 'When (UTC).', required),
  ],
};

export const proofDocumentsTable: Table = {
  name: 'proof_documents',
  kind: 'work',
  description:
    'What was saved while online for later proof: public keys of digest files, trail status, bucket settings; or why it was not.',
  columns: [
    column('fetchId', 'INTEGER', 'The fetch.', required),
    column('subject', 'VARCHAR', 'public keys, trails, trail status, event selectors, bucket versioning …', required),
    column('region', 'VARCHAR', 'Region it was asked in.'),
    column('resource', 'VARCHAR', 'What it is of: a trail’s ARN, the bucket.'),
    column('state', 'VARCHAR', 'saved, none, denied, failed or skipped.', required),
    column('detail', 'VARCHAR', 'What was denied or why it failed.'),
    column('storedPath', 'VARCHAR', 'The file below the case folder.'),
    column('sha256', 'VARCHAR', 'SHA-256 of that file.'),
    column('fetchedAt', 'TIMESTAMP', 'When (UTC).', required),
  ],
};
