import type { DuckDBConnection } from '@duckdb/node-api';
import type { FetchRequest, FetchState, FetchSummary } from '#shared/api/acquisition.ts';
import { fetchesTable, sourcesTable } from '#shared/tables/acquisition.ts';
import { insertRows } from '../evidence/store/insert-rows.ts';

/** A fetch that has begun. */
export interface StartedFetch {
  readonly sourceId: number;
  readonly fetchId: number;
}

export interface FetchStart {
  readonly url: string;
  readonly request: FetchRequest;
  readonly operator: string;
  /** As DuckDB casts it to TIMESTAMP. */
  readonly startedAt: string;
}

/** Writes the row of a new fetch, and that of its source if it is a new one. */
export async function beginFetch(connection: DuckDBConnection, start: FetchStart): Promise<StartedFetch> {
  const { url, request, operator, startedAt } = start;
  const { profile = null, endpointUrl = null } = request.access;
  const found = await connection.runAndReadAll(
    `SELECT sourceId FROM sources WHERE kind = $1 AND url = $2 AND endpointUrl IS NOT DISTINCT FROM $3
       AND (kind = 's3' OR profile IS NOT DISTINCT FROM $4)`,
    [request.kind, url, endpointUrl, profile],
  );
  const known = found.getRows()[0]?.[0];
  const sourceId = known === undefined ? await nextNumber(connection, 'sources', 'sourceId') : Number(known);
  if (known === undefined) {
    const row = { sourceId, kind: request.kind, url, profile, endpointUrl, createdAt: startedAt };
    await insertRows(connection, sourcesTable, [row]);
  } else {
    await connection.run('UPDATE sources SET profile = $1 WHERE sourceId = $2', [profile, sourceId]);
  }
  const fetchId = await nextNumber(connection, 'fetches', 'fetchId');
  const row = { fetchId, sourceId, startedAt, state: 'running', request: JSON.stringify(request), operator };
  await insertRows(connection, fetchesTable, [{ ...row, hosts: [], notes: [] }]);
  return { sourceId, fetchId };
}

export interface FetchEnd {
  readonly state: FetchState;
  readonly finishedAt: string;
  readonly importId: number | null;
  readonly principalArn: string | null;
  readonly principalAccountId: string | null;
  readonly clockSkewMs: number | null;
  readonly summary: FetchSummary;
  readonly hosts: readonly string[];
  readonly notes: readonly string[];
  readonly error: string | null;
  readonly region: string | null;
}

/** Completes the row of a fetch, however it ended. */
export async function endFetch(connection: DuckDBConnection, started: StartedFetch, end: FetchEnd): Promise<void> {
  const { summary } = end;
  await connection.run(
    `UPDATE fetches SET state = $state, finishedAt = $finishedAt::TIMESTAMP, importId = $importId::INTEGER,
       principalArn = $principalArn, principalAccountId = $principalAccountId, clockSkewMs = $clockSkewMs::BIGINT,
       objectsSelected = $objectsSelected::BIGINT, bytesSelected = $bytesSelected::BIGINT,
       objectsDownloaded = $objectsDownloaded::BIGINT, bytesDownloaded = $bytesDownloaded::BIGINT,
       objectsUnchanged = $objectsUnchanged::BIGINT, objectsFailed = $objectsFailed::BIGINT,
       problems = $problems::BIGINT,
       requests = $requests::BIGINT, retries = $retries::BIGINT, elapsedMs = $elapsedMs::BIGINT,
       hosts = from_json($hosts::JSON, '["VARCHAR"]'), notes = from_json($notes::JSON, '["VARCHAR"]'), error = $error
     WHERE fetchId = $fetchId`,
    {
      fetchId: started.fetchId,
      state: end.state,
      finishedAt: end.finishedAt,
      importId: end.importId,
      principalArn: end.principalArn,
      principalAccountId: end.principalAccountId,
      clockSkewMs: end.clockSkewMs,
      error: end.error,
      hosts: JSON.stringify(end.hosts),
      notes: JSON.stringify(end.notes),
      ...summary,
    },
  );
  if (end.region !== null) {
    await connection.run('UPDATE sources SET region = $1 WHERE sourceId = $2', [end.region, started.sourceId]);
  }
}

async function nextNumber(connection: DuckDBConnection, table: string, column: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT coalesce(max(${column}), 0) + 1 FROM ${table}`);
  return Number(reader.getRows()[0]![0]);
}
