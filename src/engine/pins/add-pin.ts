import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Pin } from '#shared/api/pins.ts';
import type { EngineContext } from '#engine/engine-context.ts';
import { evidenceStamp } from '#engine/query/evidence-stamp.ts';
import { resultError, resultStoreOf, textSql, type StoredResult } from '#engine/query/result-store.ts';
import type { ResultOrigin } from '#engine/query/statement.ts';
import { contentHash, rowBytes } from './content-hash.ts';
import { evidenceState } from './evidence-state.ts';
import { maxPinnedBytes, maxPinnedRows, pinnedRows, readPin } from './pin-record.ts';
import { changePins } from './pin-store.ts';
import { evidenceStampsOf, upstreamOf } from './upstream.ts';

export interface NewPin {
  readonly resultId: string;
  readonly notebook: string | null;
  readonly cell: string | null;
  readonly title: string;
  readonly note: string;
}

/**
 * Keeps a result in the case, all of it in one transaction. Throws RESULT_GONE, CANCELLED, and BAD_INPUT for a result that
 * is too large, came from no statement, or came to be on other evidence than there is now.
 */
export async function addPin(context: EngineContext, pin: NewPin, signal?: AbortSignal): Promise<Pin> {
  const openCase = context.requireCase();
  const result = resultStoreOf(openCase).get(pin.resultId);
  const { origin } = result;
  if (origin === null)
    throw refusal('This result came from no statement that could be run again, so it can’t be pinned.');
  if (result.rowCount > maxPinnedRows) {
    const rows = result.rowCount.toLocaleString('en-US');
    throw refusal(
      `The result has ${rows} rows; at most ${maxPinnedRows.toLocaleString('en-US')} can be pinned. Aggregate or narrow it.`,
    );
  }
  const record = {
    ...{ notebook: pin.notebook, cell: pin.cell, title: pin.title.trim() || 'Pinned result', note: pin.note },
    ...{ sql: origin.sql, dialect: origin.dialect, translatedSql: origin.translatedSql },
    parameters: JSON.stringify(origin.parameters),
    upstream: JSON.stringify(upstreamOf(origin)),
    columns: JSON.stringify(result.columns.map(({ name, type, encoding }) => ({ name, type, encoding }))),
    rowCount: result.rowCount,
    ranAt: origin.ranAt.toISOString().slice(0, -1),
    elapsedMs: Math.round(origin.elapsedMs),
    pinnedAt: (context.options.now?.() ?? new Date()).toISOString().slice(0, -1),
    operator: openCase.operator,
    application: `Trailbench ${context.options.version}`,
  };
  const added = await changePins(
    openCase,
    async (connection) => {
      await refuseOtherEvidence(connection, origin);
      const pinId = await nextPinId(connection);
      await copyRows(connection, result, pinId);
      const hash = await contentHash(connection, result.columns, pinnedRows(pinId), result.rowCount);
      const evidence = JSON.stringify(await evidenceState(connection));
      await insertRecord(connection, { pinId, ...record, contentHash: hash, evidence });
      return readPin(connection, pinId);
    },
    signal,
  ).catch((error: unknown) => {
    throw resultError(error);
  });
  const { pinId, title, notebook, cell, rowCount, contentHash: hash } = added;
  await openCase.recordCustody('pinned', { pinId, title, notebook, cell, rowCount, contentHash: hash });
  return added;
}

async function refuseOtherEvidence(connection: DuckDBConnection, origin: ResultOrigin): Promise<void> {
  const now = await evidenceStamp(connection);
  if ([...evidenceStampsOf(origin)].every((stamp) => stamp === now)) return;
  throw refusal('Evidence was imported since this ran; run it again, then pin.');
}

/** The number of a pin that was removed is not given again: the custody log tells of it. */
async function nextPinId(connection: DuckDBConnection): Promise<number> {
  const reader = await connection.runAndReadAll(
    `SELECT 1 + greatest(0, (SELECT max(pinId) FROM trailbench.main.pinned_results),
       (SELECT max(TRY_CAST(detail->>'pinId' AS INTEGER)) FROM trailbench.main.custody WHERE action = 'pinned'))`,
  );
  return Number(reader.getRows()[0]?.[0]);
}

async function copyRows(connection: DuckDBConnection, result: StoredResult, pinId: number): Promise<void> {
  const cells = `[${result.columns.map(textSql).join(', ')}]`;
  const sizes = await connection.runAndReadAll(
    `SELECT coalesce(sum(${rowBytes}), 0) FROM (SELECT ${cells} AS cells FROM ${result.relation})`,
  );
  if (Number(sizes.getRows()[0]?.[0]) > maxPinnedBytes) {
    throw refusal('The result has more than 64 MiB of text, too much to be pinned. Select fewer columns or rows.');
  }
  await connection.run(
    `INSERT INTO trailbench.main.pinned_rows BY NAME
     SELECT CAST($pinId AS INTEGER) AS pinId, rowNumber, ${cells} AS cells FROM ${result.relation}`,
    { pinId },
  );
}

async function insertRecord(
  connection: DuckDBConnection,
  record: Record<string, string | number | null>,
): Promise<void> {
  const values = Object.keys(record).map((name) => `$${name} AS ${name}`);
  await connection.run(
    `INSERT INTO trailbench.main.pinned_results BY NAME
     SELECT * REPLACE (ranAt::TIMESTAMP AS ranAt, pinnedAt::TIMESTAMP AS pinnedAt) FROM (SELECT ${values.join(', ')})`,
    record,
  );
}

function refusal(sentence: string): TrailbenchError {
  return new TrailbenchError('BAD_INPUT', sentence);
}
