import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import {
  aggregatedEventsTable,
  filesTable,
  insightsTable,
  rejectedTable,
  sightingsTable,
} from '#shared/tables/ledger.ts';
import type { ImportBatch } from '../import-batch.ts';
import type { SpecialRecordRow } from '../scan/file-scanner.ts';
import { deduplicateSpecial, findRepeated, moveRepeated } from './deduplicate.ts';
import { insertRows } from './insert-rows.ts';
import { runInBackground } from './run-statement.ts';
import { specialRow } from './special-row.ts';

export interface BatchCounts {
  readonly read: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** Rejected and special records are few as a rule; a flood of them is moved to the database as it comes. */
export async function insertSmallRows(connection: DuckDBConnection, batch: ImportBatch): Promise<void> {
  const { rejected, special } = batch;
  batch.rejected = [];
  batch.special = [];
  if (special.length > 0) batch.hasSpecial = true;
  await insertRows(connection, rejectedTable, rejected as unknown as Record<string, unknown>[]);
  const rowsOf = (kind: SpecialRecordRow['kind']) => special.filter((row) => row.kind === kind).map(specialRow);
  await insertRows(connection, insightsTable, rowsOf('Insight'));
  await insertRows(connection, aggregatedEventsTable, rowsOf('Aggregated'));
}

const rowTables = ['events', 'rejected', 'insights', 'aggregated_events', 'duplicates'];

/**
 * Removes rows of files that have no ledger row: of a batch that was stopped between its two commits. Nobody else may
 * be importing.
 */
export async function removePending(connection: DuckDBConnection): Promise<void> {
  for (const table of rowTables) {
    await connection.run(`DELETE FROM ${table} WHERE fileId > (SELECT coalesce(max(fileId), 0) FROM files)`);
  }
}

/** Compressing what was inserted is most of the work of an import's commit. */
function commit(connection: DuckDBConnection): Promise<void> {
  return runInBackground(connection, 'COMMIT', 10_000);
}

/**
 * Ends the transaction of a batch whose events are inserted: takes back withdrawn files, de-duplicates, writes the
 * ledger with counts taken from the tables themselves, checks read = stored + duplicate + rejected, commits.
 *
 * If rows have to go, they are committed first and deleted in a second transaction, with the ledger: DuckDB 1.5.5
 * crashes in COMMIT (reading evicted blocks in StructColumnData::Append) if rows were deleted in the transaction that
 * inserted them and memory is short. Until then they have no ledger row, and `removePending` finds them.
 */
export async function commitBatch(
  connection: DuckDBConnection,
  batch: ImportBatch,
  importId: number,
): Promise<BatchCounts> {
  await insertSmallRows(connection, batch);
  let isCommitted = false;
  const commitRows = async (): Promise<void> => {
    if (isCommitted) return;
    await commit(connection);
    await connection.run('BEGIN TRANSACTION');
    isCommitted = true;
  };
  for (const table of rowTables) {
    if (batch.withdrawn.size === 0) break;
    const withdrawn = `FROM ${table} WHERE fileId >= ${batch.firstFileId} AND fileId IN (${[...batch.withdrawn].join(', ')})`;
    const counted = await connection.runAndReadAll(`SELECT count(*) ${withdrawn}`);
    if (Number(counted.getRows()[0]![0]) === 0) continue;
    await commitRows();
    await connection.run(`DELETE ${withdrawn}`);
  }
  if (await findRepeated(connection, batch.firstFileId)) {
    await commitRows();
    await moveRepeated(connection, batch.firstFileId);
  }
  if (batch.hasSpecial) {
    await commitRows();
    await deduplicateSpecial(connection, 'insights', batch.firstFileId);
    await deduplicateSpecial(connection, 'aggregated_events', batch.firstFileId);
  }
  const counted = await countByFile(connection, batch.firstFileId);
  const total = { read: 0, stored: 0, duplicate: 0, rejected: 0 };
  for (const row of batch.files) {
    const counts = counted.get(row.fileId) ?? {
      stored: 0,
      duplicate: 0,
      rejected: 0,
      firstEventAt: null,
      lastEventAt: null,
    };
    const read = Number(row['recordsRead']);
    if (read !== counts.stored + counts.duplicate + counts.rejected) {
      throw new TrailbenchError(
        'INTERNAL',
        `The accounting of “${String(row['sourcePath'])}” does not add up: read ${read}, stored ${counts.stored}, duplicate ${counts.duplicate}, rejected ${counts.rejected}. Nothing of this batch was kept; please report this.`,
      );
    }
    Object.assign(row, {
      recordsStored: counts.stored,
      recordsDuplicate: counts.duplicate,
      recordsRejected: counts.rejected,
      firstEventAt: counts.firstEventAt,
      lastEventAt: counts.lastEventAt,
    });
    total.read += read;
    total.stored += counts.stored;
    total.duplicate += counts.duplicate;
    total.rejected += counts.rejected;
  }
  batch.files.sort((left, right) => left.fileId - right.fileId);
  await insertRows(connection, filesTable, batch.files);
  await insertRows(
    connection,
    sightingsTable,
    batch.sightings.map((sighting) => ({ importId, ...sighting })),
  );
  await commit(connection);
  return total;
}

interface FileCounts {
  stored: number;
  duplicate: number;
  rejected: number;
  firstEventAt: string | null;
  lastEventAt: string | null;
}

async function countByFile(connection: DuckDBConnection, firstFileId: number): Promise<Map<number, FileCounts>> {
  const reader = await connection.runAndReadAll(`
    SELECT fileId, sum(stored), sum(duplicate), sum(rejected), min(firstEventAt)::VARCHAR, max(lastEventAt)::VARCHAR FROM (
      SELECT fileId, count(*) AS stored, 0 AS duplicate, 0 AS rejected, min(eventTime) AS firstEventAt, max(eventTime) AS lastEventAt
        FROM events WHERE fileId >= ${firstFileId} GROUP BY fileId
      UNION ALL SELECT fileId, count(*), 0, 0, min(eventTime), max(eventTime) FROM insights WHERE fileId >= ${firstFileId} GROUP BY fileId
      UNION ALL SELECT fileId, count(*), 0, 0, min(windowStart), max(windowEnd) FROM aggregated_events WHERE fileId >= ${firstFileId} GROUP BY fileId
      UNION ALL SELECT fileId, 0, count(*), 0, NULL, NULL FROM duplicates WHERE fileId >= ${firstFileId} GROUP BY fileId
      UNION ALL SELECT fileId, 0, 0, count(*), NULL, NULL FROM rejected WHERE fileId >= ${firstFileId} GROUP BY fileId
    ) GROUP BY fileId`);
  const counts = new Map<number, FileCounts>();
  for (const [fileId, stored, duplicate, rejected, firstEventAt, lastEventAt] of reader.getRows()) {
    counts.set(Number(fileId), {
      stored: Number(stored),
      duplicate: Number(duplicate),
      rejected: Number(rejected),
      firstEventAt: firstEventAt as string | null,
      lastEventAt: lastEventAt as string | null,
    });
  }
  return counts;
}
