import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { ImportRun, ImportSummary, LedgerFile, RejectedRecord } from '#shared/api/evidence.ts';

const fileColumns = `fileId, importId, sourcePath, storedPath, isReferenced, kind, shape, verdict, reason, flags::JSON AS flags,
  sizeBytes::DOUBLE AS sizeBytes, sha256, inflatedBytes::DOUBLE AS inflatedBytes, inflatedSha256,
  recordsRead::DOUBLE AS recordsRead, recordsStored::DOUBLE AS recordsStored, recordsDuplicate::DOUBLE AS recordsDuplicate,
  recordsRejected::DOUBLE AS recordsRejected, firstEventAt::VARCHAR AS firstEventAt, lastEventAt::VARCHAR AS lastEventAt`;

function ledgerFile(row: Record<string, unknown>): LedgerFile {
  return { ...row, flags: JSON.parse(String(row['flags'])) as string[] } as unknown as LedgerFile;
}

async function rows(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql, values)).getRowObjects();
}

/** One file of the ledger. Null if there is none of that number. */
export async function readLedgerFile(connection: DuckDBConnection, fileId: number): Promise<LedgerFile | null> {
  const [row] = await rows(connection, `SELECT ${fileColumns} FROM files WHERE fileId = $1`, [fileId]);
  return row ? ledgerFile(row) : null;
}

export interface LedgerFilter {
  readonly offset: number;
  readonly limit: number;
  readonly verdict?: string | undefined;
  readonly onlyProblems?: boolean | undefined;
  readonly search?: string | undefined;
}

export async function listLedgerFiles(
  connection: DuckDBConnection,
  filter: LedgerFilter,
): Promise<{ total: number; files: LedgerFile[] }> {
  const conditions = [
    '($1::VARCHAR IS NULL OR verdict = $1)',
    '($2::VARCHAR IS NULL OR contains(lower(sourcePath), lower($2)))',
  ];
  if (filter.onlyProblems) conditions.push("(verdict <> 'imported' OR recordsRejected > 0 OR len(flags) > 0)");
  const where = conditions.join(' AND ');
  const values = [filter.verdict ?? null, filter.search || null];
  const [count] = await rows(connection, `SELECT count(*)::DOUBLE AS total FROM files WHERE ${where}`, values);
  const page = await rows(
    connection,
    `SELECT ${fileColumns} FROM files WHERE ${where} ORDER BY fileId LIMIT $3 OFFSET $4`,
    [...values, filter.limit, filter.offset],
  );
  return { total: Number(count!['total']), files: page.map(ledgerFile) };
}

export async function listRejectedRecords(
  connection: DuckDBConnection,
  filter: { readonly fileId?: number | undefined; readonly offset: number; readonly limit: number },
): Promise<{ total: number; records: RejectedRecord[] }> {
  const where = '($1::INTEGER IS NULL OR rejected.fileId = $1)';
  const fileId = filter.fileId ?? null;
  const [count] = await rows(connection, `SELECT count(*)::DOUBLE AS total FROM rejected WHERE ${where}`, [fileId]);
  const page = await rows(
    connection,
    `SELECT rejected.fileId, sourcePath, recordIndex, byteOffset::DOUBLE AS byteOffset, rejected.reason, excerpt
     FROM rejected JOIN files USING (fileId) WHERE ${where} ORDER BY rejected.fileId, recordIndex LIMIT $2 OFFSET $3`,
    [fileId, filter.limit, filter.offset],
  );
  return { total: Number(count!['total']), records: page as unknown as RejectedRecord[] };
}

export async function listImports(connection: DuckDBConnection): Promise<ImportRun[]> {
  const found = await rows(
    connection,
    `SELECT * REPLACE (startedAt::VARCHAR AS startedAt, finishedAt::VARCHAR AS finishedAt, sources::JSON AS sources)
     FROM imports ORDER BY importId DESC`,
  );
  return found.map((row) => {
    const number = (name: string) => Number(row[name] ?? 0);
    return {
      importId: number('importId'),
      startedAt: String(row['startedAt']),
      finishedAt: row['finishedAt'] as string | null,
      state: String(row['state']),
      mode: row['mode'] as ImportRun['mode'],
      sources: JSON.parse(String(row['sources'])) as string[],
      operator: String(row['operator']),
      summary: {
        files: {
          seen: number('filesSeen'),
          imported: number('filesImported'),
          unchanged: number('filesUnchanged'),
          rejected: number('filesRejected'),
          other: number('filesOther'),
        },
        records: {
          read: number('recordsRead'),
          stored: number('recordsStored'),
          duplicate: number('recordsDuplicate'),
          rejected: number('recordsRejected'),
        },
        bytes: number('bytes'),
        elapsedMs: number('elapsedMs'),
      },
    };
  });
}

/**
 * The accounting of the whole case. Read comes from the ledger; stored, duplicate and rejected are counted anew in the
 * tables that hold them, so that the identity is checked and not repeated.
 */
export async function readAccounting(connection: DuckDBConnection): Promise<ImportSummary> {
  const [row] = await rows(
    connection,
    `SELECT
      (SELECT count(*) FROM files)::DOUBLE AS files,
      (SELECT count(*) FROM sightings)::DOUBLE AS unchanged,
      (SELECT count(*) FROM files WHERE verdict = 'imported')::DOUBLE AS imported,
      (SELECT count(*) FROM files WHERE verdict = 'rejected')::DOUBLE AS rejectedFiles,
      (SELECT count(*) FROM files WHERE verdict = 'other')::DOUBLE AS other,
      (SELECT coalesce(sum(sizeBytes), 0) FROM files)::DOUBLE AS bytes,
      (SELECT coalesce(sum(recordsRead), 0) FROM files)::DOUBLE AS read,
      ((SELECT count(*) FROM events) + (SELECT count(*) FROM insights) + (SELECT count(*) FROM aggregated_events))::DOUBLE AS stored,
      (SELECT count(*) FROM duplicates)::DOUBLE AS duplicate,
      (SELECT count(*) FROM rejected)::DOUBLE AS rejected,
      (SELECT coalesce(sum(elapsedMs), 0) FROM imports)::DOUBLE AS elapsedMs`,
  );
  const number = (name: string) => Number(row![name]);
  return {
    files: {
      seen: number('files') + number('unchanged'),
      imported: number('imported'),
      unchanged: number('unchanged'),
      rejected: number('rejectedFiles'),
      other: number('other'),
    },
    records: {
      read: number('read'),
      stored: number('stored'),
      duplicate: number('duplicate'),
      rejected: number('rejected'),
    },
    bytes: number('bytes'),
    elapsedMs: number('elapsedMs'),
  };
}
