import type { DuckDBConnection } from '@duckdb/node-api';
import * as v from 'valibot';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Pin } from '#shared/api/pins.ts';
import { dialectSchema, parametersSchema } from '#shared/api/query.ts';
import { contentHash, rowBytes } from './content-hash.ts';

/** A pin is for a table that people read, not for a copy of the case. */
export const maxPinnedRows = 200_000;
export const maxPinnedBytes = 64 * 1024 * 1024;

/** SQL of a pin's rows: columns `rowNumber` and `cells`. */
export function pinnedRows(pinId: number): string {
  return `(SELECT rowNumber, cells FROM trailbench.main.pinned_rows WHERE pinId = ${Math.trunc(pinId)})`;
}

// The tables came with the case, so they may hold anything.
const dialect = v.fallback(dialectSchema, 'duckdb');
const parameters = v.fallback(parametersSchema, {});
const upstream = v.fallback(
  v.array(
    v.object({
      ...{ name: v.string(), sql: v.string(), dialect, parameters },
      translatedSql: v.nullable(v.string()),
    }),
  ),
  [],
);
const columns = v.fallback(
  v.array(
    v.object({
      ...{ name: v.string(), type: v.string() },
      encoding: v.picklist(['text', 'number', 'boolean', 'json']),
    }),
  ),
  [],
);
const evidence = v.fallback(
  v.object({ importIds: v.array(v.number()), fileCount: v.number(), eventCount: v.number(), filesHash: v.string() }),
  { importIds: [], fileCount: 0, eventCount: 0, filesHash: '' },
);

const instant = `'%Y-%m-%dT%H:%M:%S.%gZ'`;

/** Pins, newest first. `where` is SQL over the table; its values are bound. */
export async function readPins(
  connection: DuckDBConnection,
  where: string,
  values: Record<string, string | number> = {},
): Promise<readonly Pin[]> {
  const reader = await connection.runAndReadAll(
    `SELECT * REPLACE (strftime(ranAt, ${instant}) AS ranAt, strftime(pinnedAt, ${instant}) AS pinnedAt)
     FROM trailbench.main.pinned_results WHERE ${where} ORDER BY pinId DESC`,
    values,
  );
  return reader.getRowObjects().map((row) => ({
    pinId: Number(row.pinId),
    notebook: textOrNull(row.notebook),
    cell: textOrNull(row.cell),
    title: String(row.title),
    note: String(row.note),
    sql: String(row.sql),
    dialect: v.parse(dialect, row.dialect),
    translatedSql: textOrNull(row.translatedSql),
    parameters: v.parse(parameters, jsonOf(row.parameters)),
    upstream: v.parse(upstream, jsonOf(row.upstream)),
    columns: v.parse(columns, jsonOf(row.columns)),
    rowCount: Number(row.rowCount),
    contentHash: String(row.contentHash),
    evidence: v.parse(evidence, jsonOf(row.evidence)),
    ranAt: String(row.ranAt),
    elapsedMs: Number(row.elapsedMs),
    pinnedAt: String(row.pinnedAt),
    operator: String(row.operator),
  }));
}

/** Throws NOT_FOUND. */
export async function readPin(connection: DuckDBConnection, pinId: number): Promise<Pin> {
  const [pin] = Number.isSafeInteger(pinId) ? await readPins(connection, 'pinId = $pinId', { pinId }) : [];
  if (pin) return pin;
  throw new TrailbenchError('NOT_FOUND', `There is no pinned result ${pinId} (any more). Look at the list again.`);
}

/** The pin, its rows known to be those that were pinned. Throws NOT_FOUND, and CASE_DAMAGED if they were altered. */
export async function readWholePin(connection: DuckDBConnection, pinId: number): Promise<Pin> {
  const pin = await readPin(connection, pinId);
  const reader = await connection.runAndReadAll(
    `SELECT count(*), coalesce(min(rowNumber), 1), coalesce(max(rowNumber), 0), count(DISTINCT rowNumber),
       count(*) FILTER (WHERE len(cells) <> ${pin.columns.length}), coalesce(sum(${rowBytes}), 0)
     FROM ${pinnedRows(pinId)}`,
  );
  const [rowCount, first, last, distinct, misfits, bytes] = (reader.getRows()[0] ?? []).map(Number);
  const { columns: named, rowCount: expected } = pin;
  const isNumbered = [rowCount, last, distinct].every((count) => count === expected) && first === 1 && misfits === 0;
  const isBounded = expected <= maxPinnedRows && (bytes ?? 0) <= maxPinnedBytes;
  if (isNumbered && isBounded) {
    if ((await contentHash(connection, named, pinnedRows(pinId), expected)) === pin.contentHash) return pin;
  }
  throw new TrailbenchError(
    'CASE_DAMAGED',
    `The rows of the pinned result “${pin.title}” are not those whose hash was recorded: they were changed outside Trailbench. Use a copy of the case that was not altered, or run the statement again.`,
  );
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}

function jsonOf(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return null;
  }
}
