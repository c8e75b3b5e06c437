import { provenanceColumn as column, type Table } from './table.ts';

const required = { isRequired: true } as const;

export const importsTable: Table = {
  name: 'imports',
  kind: 'work',
  description: 'Every import that was started, with its accounting.',
  columns: [
    column('importId', 'INTEGER', 'Number of the import.', required),
    column('startedAt', 'TIMESTAMP', 'When it began (UTC).', required),
    column('finishedAt', 'TIMESTAMP', 'When it ended (UTC); empty while running or if the process was killed.'),
    column('state', 'VARCHAR', 'running, done, cancelled, failed or interrupted.', required),
    column(
      'mode',
      'VARCHAR',
      'copy (sources copied into the archive), reference (left in place) or fetch (from S3).',
      required,
    ),
    column('sources', 'VARCHAR[]', 'The paths that were given.', required),
    column('operator', 'VARCHAR', 'The user and host that ran it.', required),
    column('filesSeen', 'INTEGER', 'Files met, members of zip and tar archives among them.'),
    column('filesImported', 'INTEGER', 'Files whose records were read.'),
    column('filesUnchanged', 'INTEGER', 'Files whose bytes the case already holds.'),
    column('filesRejected', 'INTEGER', 'Files that could not be read.'),
    column('filesOther', 'INTEGER', 'Files that are not CloudTrail records, each listed with its reason.'),
    column('recordsRead', 'BIGINT', 'Records found.'),
    column('recordsStored', 'BIGINT', 'Records stored as a new event.'),
    column('recordsDuplicate', 'BIGINT', 'Further copies of an event.'),
    column('recordsRejected', 'BIGINT', 'Records that could not be read.'),
    column('bytes', 'BIGINT', 'Bytes read from disk.'),
    column('elapsedMs', 'BIGINT', 'Duration.'),
  ],
};

export const filesTable: Table = {
  name: 'files',
  kind: 'evidence',
  description: 'The ledger: one row per distinct evidence file (by SHA-256), with what became of it.',
  columns: [
    column('fileId', 'INTEGER', 'Number of the file in this case.', required),
    column('importId', 'INTEGER', 'The import that brought it.', required),
    column(
      'sourcePath',
      'VARCHAR',
      'Where it was found: a path, “archive.zip!member” inside an archive, or s3://bucket/key.',
      required,
    ),
    column(
      'storedPath',
      'VARCHAR',
      'Where its bytes are kept: below the case folder, or an absolute path if referenced.',
      required,
    ),
    column('isReferenced', 'BOOLEAN', 'True if the case refers to the file in place and holds no copy.', required),
    column('kind', 'VARCHAR', 'CloudTrail, Digest, Insight, Aggregated or other.', required),
    column(
      'shape',
      'VARCHAR',
      'How the records were wrapped: Records, array, single, ndjson, lookup-events, EventBridge …',
    ),
    column('verdict', 'VARCHAR', 'imported, rejected or other.', required),
    column('reason', 'VARCHAR', 'Why it was rejected or is no CloudTrail log.'),
    column('flags', 'VARCHAR[]', 'Peculiarities: multi-member gzip, salvaged, lossy …', required),
    column('sizeBytes', 'BIGINT', 'Size as found.', required),
    column('sha256', 'VARCHAR', 'SHA-256 of the file as found.', required),
    column('inflatedBytes', 'BIGINT', 'Size after decompression.'),
    column('inflatedSha256', 'VARCHAR', 'SHA-256 after decompression: what CloudTrail’s digest files hold.'),
    column('deliveredAt', 'TIMESTAMP', 'Delivery minute from the file’s name (UTC).'),
    column('nameAccountId', 'VARCHAR', 'Account in the file’s name; may differ from its records.'),
    column('nameRegion', 'VARCHAR', 'Region in the file’s name.'),
    column('recordsRead', 'BIGINT', 'Records found = stored + duplicate + rejected.', required),
    column('recordsStored', 'BIGINT', 'Records stored as a new event.', required),
    column('recordsDuplicate', 'BIGINT', 'Further copies of an event.', required),
    column('recordsRejected', 'BIGINT', 'Records that could not be read.', required),
    column('firstEventAt', 'TIMESTAMP', 'Earliest eventTime stored from it.'),
    column('lastEventAt', 'TIMESTAMP', 'Latest eventTime stored from it.'),
  ],
};

export const sightingsTable: Table = {
  name: 'sightings',
  kind: 'evidence',
  description: 'Other places where the same bytes were met again (“unchanged” files): no event was added for them.',
  columns: [
    column('importId', 'INTEGER', 'The import that met it.', required),
    column('fileId', 'INTEGER', 'The file already held: files.fileId.', required),
    column('sourcePath', 'VARCHAR', 'Where it was met.', required),
  ],
};

export const duplicatesTable: Table = {
  name: 'duplicates',
  kind: 'evidence',
  description:
    'Every further copy of an event that the case already holds. A copy whose content differs is kept whole.',
  columns: [
    column('eventID', 'UUID', 'The event’s eventID, if it has one.'),
    column('eventKey', 'UUID', 'Its identity, if it has no UUID as eventID.'),
    column('fileId', 'INTEGER', 'File of this copy.', required),
    column('recordIndex', 'INTEGER', 'Position of this copy in its file, from 0.', required),
    column('keptFileId', 'INTEGER', 'File of the copy in events.', required),
    column('keptRecordIndex', 'INTEGER', 'Position of the copy in events.', required),
    column('isConflict', 'BOOLEAN', 'True if this copy’s content differs from the one kept.', required),
    column('record', 'JSON', 'This copy, whole, if it differs.', { compression: 'zstd' }),
  ],
};

export const rejectedTable: Table = {
  name: 'rejected',
  kind: 'evidence',
  description: 'Every record that could not be read, with its place and the reason.',
  columns: [
    column('fileId', 'INTEGER', 'The file: files.fileId.', required),
    column('recordIndex', 'INTEGER', 'Position among the file’s records, from 0.', required),
    column('byteOffset', 'BIGINT', 'Where the record begins in the inflated file.', required),
    column('reason', 'VARCHAR', 'What is wrong with it.', required),
    column('excerpt', 'VARCHAR', 'Its first bytes.', required),
  ],
};

export const insightsTable: Table = {
  name: 'insights',
  kind: 'evidence',
  description: 'CloudTrail Insights events: unusual call or error rates.',
  columns: [
    column('eventTime', 'TIMESTAMP', 'When the unusual activity began or ended (UTC).', { origin: 'record' }),
    column('eventID', 'UUID', 'Identifier of this insight event.', { origin: 'record' }),
    column('sharedEventID', 'VARCHAR', 'Links the Start and the End of one insight.', { origin: 'record' }),
    column('awsRegion', 'VARCHAR', 'Region of the activity.', { origin: 'record' }),
    column('recipientAccountId', 'VARCHAR', 'The account.', { origin: 'record' }),
    column('insightState', 'VARCHAR', 'Start or End.', { origin: 'record' }),
    column('insightType', 'VARCHAR', 'ApiCallRateInsight or ApiErrorRateInsight.', { origin: 'record' }),
    column('insightSource', 'VARCHAR', 'The service called.', { origin: 'record' }),
    column('insightName', 'VARCHAR', 'The API called.', { origin: 'record' }),
    column('eventKey', 'UUID', 'Identity of an insight without a UUID as eventID.', { origin: 'derived' }),
    column('record', 'JSON', 'The whole record.', { origin: 'record', compression: 'zstd', isRequired: true }),
    column('fileId', 'INTEGER', 'The file: files.fileId.', required),
    column('recordIndex', 'INTEGER', 'Position in the file, from 0.', required),
  ],
};

export const aggregatedEventsTable: Table = {
  name: 'aggregated_events',
  kind: 'evidence',
  description: 'Aggregated events: CloudTrail’s five-minute summaries of data events.',
  columns: [
    column('windowStart', 'TIMESTAMP', 'Start of the window (UTC).', { origin: 'record' }),
    column('windowEnd', 'TIMESTAMP', 'End of the window (UTC).', { origin: 'record' }),
    column('eventID', 'UUID', 'Identifier of the summary (CloudTrail writes eventId here).', { origin: 'record' }),
    column('accountId', 'VARCHAR', 'The account.', { origin: 'record' }),
    column('awsRegion', 'VARCHAR', 'Region.', { origin: 'record' }),
    column('eventSource', 'VARCHAR', 'The service called.', { origin: 'record' }),
    column('eventKey', 'UUID', 'Identity of a summary without a UUID as identifier.', { origin: 'derived' }),
    column('record', 'JSON', 'The whole record.', { origin: 'record', compression: 'zstd', isRequired: true }),
    column('fileId', 'INTEGER', 'The file: files.fileId.', required),
    column('recordIndex', 'INTEGER', 'Position in the file, from 0.', required),
  ],
};

export const custodyTable: Table = {
  name: 'custody',
  kind: 'work',
  description:
    'Chain of custody: who opened, imported, fetched or exported what, and when. Each entry carries the hash of the one before.',
  columns: [
    column('sequence', 'INTEGER', 'Number of the entry, from 1.', required),
    column('recordedAt', 'TIMESTAMP', 'When (UTC).', required),
    column('operator', 'VARCHAR', 'User and host.', required),
    column('application', 'VARCHAR', 'Trailbench’s version.', required),
    column('action', 'VARCHAR', 'created, opened, closed, import started, import finished, exported …', required),
    column('detail', 'JSON', 'What the action concerned.', required),
    column('previousHash', 'VARCHAR', 'The hash of the entry before.', required),
    column('hash', 'VARCHAR', 'SHA-256 over this entry and previousHash.', required),
  ],
};
