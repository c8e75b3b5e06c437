import type { DuckDBConnection } from '@duckdb/node-api';
import { eventsTable } from '#shared/tables/events.ts';
import { duplicatesTable } from '#shared/tables/ledger.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { readRecords } from '../rebuild-record.ts';
import { canonicalJson } from '../scan/event-identity.ts';
import { storableRecord } from '../scan/json-text.ts';
import { insertRows } from './insert-rows.ts';

const identity = 'coalesce(eventID, eventKey)';
const encoder = new TextEncoder();

/** True where the copy's content equals the kept event's, column by column (text equality of JSON columns). */
const hasSameContent = eventsTable.columns
  .filter((column) => column.origin === 'record')
  .map((column) => `copy.${quoteIdentifier(column.name)} IS NOT DISTINCT FROM kept.${quoteIdentifier(column.name)}`)
  .join(' AND ');

/**
 * Finds the events of which the files from `firstFileId` on brought a further copy. False: there are none. Identities
 * are looked for among the new events, then earlier events are probed with the new ones: only these are grouped or
 * held in memory, so a batch costs the same however full the case is, but for one pass over the earlier identities.
 */
export async function findRepeated(connection: DuckDBConnection, firstFileId: number): Promise<boolean> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE repeated_identities AS
    SELECT ${identity} AS identity FROM events WHERE fileId >= ${firstFileId} GROUP BY identity HAVING count(*) > 1
    UNION
    SELECT ${identity} FROM events WHERE fileId < ${firstFileId}
      AND ${identity} IN (SELECT ${identity} FROM events WHERE fileId >= ${firstFileId})`);
  const counted = await connection.runAndReadAll('SELECT count(*) FROM repeated_identities');
  if (Number(counted.getRows()[0]![0]) === 0) return false;
  await connection.run(`CREATE OR REPLACE TEMP TABLE repeated_identities AS
    SELECT identity, min(place) AS kept FROM (
      SELECT ${identity} AS identity, struct_pack(fileId := fileId, recordIndex := recordIndex) AS place FROM events
    ) WHERE identity IN (SELECT identity FROM repeated_identities) GROUP BY identity`);
  return true;
}

/**
 * Moves the copies that `findRepeated` found out of `events` into `duplicates`. The copy with the lowest file and
 * position is kept. No unique index: it costs three times the time and half the file (PERF.md section 4).
 */
export async function moveRepeated(connection: DuckDBConnection, firstFileId: number): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE copies AS
    SELECT copy.fileId, copy.recordIndex, copy.eventID, copy.eventKey, repeated.kept.fileId AS keptFileId,
      repeated.kept.recordIndex AS keptRecordIndex, ${hasSameContent} AS isSame
    FROM events AS copy
    JOIN repeated_identities AS repeated ON repeated.identity = coalesce(copy.eventID, copy.eventKey)
    JOIN events AS kept ON kept.fileId = repeated.kept.fileId AND kept.recordIndex = repeated.kept.recordIndex
    WHERE copy.fileId >= ${firstFileId}
      AND (copy.fileId <> repeated.kept.fileId OR copy.recordIndex <> repeated.kept.recordIndex)`);
  await connection.run(`INSERT INTO duplicates (eventID, eventKey, fileId, recordIndex, keptFileId, keptRecordIndex, isConflict)
    SELECT eventID, eventKey, fileId, recordIndex, keptFileId, keptRecordIndex, false FROM copies WHERE isSame
    ORDER BY fileId, recordIndex`);
  await keepDifferingCopies(connection);
  await connection.run(`DELETE FROM events USING copies
    WHERE events.fileId = copies.fileId AND events.recordIndex = copies.recordIndex AND events.fileId >= ${firstFileId}`);
}

/** Copies whose columns differ: equal after all if only order or layout differ, else kept whole as a conflict. */
async function keepDifferingCopies(connection: DuckDBConnection): Promise<void> {
  const differing = await connection.runAndReadAll(
    `SELECT fileId, recordIndex, keptFileId, keptRecordIndex, eventID::VARCHAR, eventKey::VARCHAR
     FROM copies WHERE NOT isSame ORDER BY fileId, recordIndex`,
  );
  const rows = differing.getRows();
  const pageRows = 1000;
  for (let from = 0; from < rows.length; from += pageRows) {
    const page = rows.slice(from, from + pageRows);
    const places = page.flatMap(([fileId, recordIndex, keptFileId, keptRecordIndex]) => [
      `(${Number(fileId)}, ${Number(recordIndex)})`,
      `(${Number(keptFileId)}, ${Number(keptRecordIndex)})`,
    ]);
    const records = new Map<string, string>();
    const condition = `(fileId, recordIndex) IN (${[...new Set(places)].join(', ')})`;
    for await (const { fileId, recordIndex, record } of readRecords(connection, condition)) {
      records.set(`${fileId}/${recordIndex}`, record);
    }
    await insertRows(
      connection,
      duplicatesTable,
      page.map(([fileId, recordIndex, keptFileId, keptRecordIndex, eventID, eventKey]) => {
        const record = records.get(`${Number(fileId)}/${Number(recordIndex)}`)!;
        const kept = records.get(`${Number(keptFileId)}/${Number(keptRecordIndex)}`)!;
        const isConflict = canonical(record) !== canonical(kept);
        const row = { eventID, eventKey, fileId, recordIndex, keptFileId, keptRecordIndex, isConflict };
        return isConflict ? { ...row, record: storableRecord(record) } : row;
      }),
    );
  }
}

function canonical(record: string): string {
  const bytes = encoder.encode(record);
  return canonicalJson(bytes, 0, bytes.length);
}

/** The same for insights and aggregates, which are few and kept whole. */
export async function deduplicateSpecial(
  connection: DuckDBConnection,
  table: 'insights' | 'aggregated_events',
  firstFileId: number,
): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE special_copies AS
    SELECT copy.* EXCLUDE (kept), kept.fileId AS keptFileId, kept.recordIndex AS keptRecordIndex, kept.record AS keptRecord
    FROM (
      SELECT eventID, eventKey, fileId, recordIndex, record,
        min(struct_pack(fileId := fileId, recordIndex := recordIndex, record := record)) OVER (PARTITION BY ${identity}) AS kept
      FROM ${table}
    ) AS copy
    WHERE fileId >= ${firstFileId} AND (fileId <> kept.fileId OR recordIndex <> kept.recordIndex)`);
  await connection.run(`INSERT INTO duplicates
    SELECT eventID, eventKey, fileId, recordIndex, keptFileId, keptRecordIndex, record <> keptRecord,
      CASE WHEN record <> keptRecord THEN record END FROM special_copies`);
  await connection.run(`DELETE FROM ${table} USING special_copies AS copy
    WHERE ${table}.fileId = copy.fileId AND ${table}.recordIndex = copy.recordIndex`);
}
