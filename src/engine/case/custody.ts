import type { DuckDBConnection } from '@duckdb/node-api';
import type { CustodyEntry } from '#shared/api/case.ts';

/**
 * What an entry's hash covers, as SQL over its columns: SHA-256 of the JSON array of the previous hash and the entry.
 * Anyone can recompute it from the table with DuckDB alone.
 */
const entryHash = `sha256(json_array(previousHash, sequence, strftime(recordedAt, '%Y-%m-%dT%H:%M:%S.%fZ'), operator, application, action, detail::VARCHAR)::VARCHAR)`;

const firstPreviousHash = '0'.repeat(64);

export interface CustodyRecord {
  readonly at: Date;
  readonly operator: string;
  readonly application: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Appends one entry to the chain. Callers take turns: two at once would continue the same entry. */
export async function appendCustody(connection: DuckDBConnection, record: CustodyRecord): Promise<void> {
  await connection.run(
    `INSERT INTO custody BY NAME
     SELECT *, ${entryHash} AS hash FROM (
       SELECT coalesce(max(sequence), 0) + 1 AS sequence, $recordedAt::TIMESTAMP AS recordedAt, $operator AS operator,
         $application AS application, $action AS action, $detail::JSON AS detail,
         coalesce(max_by(hash, sequence), '${firstPreviousHash}') AS previousHash
       FROM custody)`,
    {
      recordedAt: record.at.toISOString().slice(0, -1),
      operator: record.operator,
      application: record.application,
      action: record.action,
      detail: JSON.stringify(record.detail),
    },
  );
}

/**
 * The whole log, and whether each entry's hash fits its content and the entry before. It shows alterations by anyone
 * who does not recompute the chain; it does not show that the newest entries were cut off.
 */
export async function readCustody(
  connection: DuckDBConnection,
): Promise<{ entries: readonly CustodyEntry[]; isChainIntact: boolean }> {
  const reader = await connection.runAndReadAll(
    `SELECT sequence, strftime(recordedAt, '%Y-%m-%dT%H:%M:%S.%gZ') AS recordedAt, operator, application, action, detail::VARCHAR AS detail, hash,
       hash = ${entryHash}
         AND sequence = row_number() OVER chain
         AND previousHash = coalesce(lag(hash) OVER chain, '${firstPreviousHash}') AS isIntact
     FROM custody WINDOW chain AS (ORDER BY sequence) ORDER BY sequence`,
  );
  const rows = reader.getRowObjects();
  return {
    entries: rows.map((row) => ({
      sequence: Number(row.sequence),
      at: String(row.recordedAt),
      operator: String(row.operator),
      application: String(row.application),
      action: String(row.action),
      detail: JSON.parse(String(row.detail)) as unknown,
      hash: String(row.hash),
    })),
    isChainIntact: rows.every((row) => row.isIntact === true),
  };
}
