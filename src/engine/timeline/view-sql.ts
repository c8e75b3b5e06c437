import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { TimelineView } from '#shared/api/timeline.ts';

/** An event's EventKind. */
export const kindSql = `CASE WHEN outcome = 'denied' THEN 'denied' WHEN readOnly THEN 'read' WHEN NOT readOnly THEN 'write' ELSE 'unknown' END`;

/** Years 1 to 9999, the times that evidence can hold. */
const minMicros = -62_135_596_800_000_000n;
const maxMicros = 253_402_300_800_000_000n;

/** Whole microseconds of a number that came over the wire, within what a TIMESTAMP of a record can be. */
export function microsOf(value: number): bigint {
  if (!Number.isFinite(value)) throw new TrailbenchError('BAD_INPUT', 'A time must be a finite number.');
  const micros = BigInt(Math.floor(value));
  return micros < minMicros ? minMicros : micros > maxMicros ? maxMicros : micros;
}

/** Condition that holds for the events of a view; safe to put into SQL. */
export function viewCondition(view: TimelineView): string {
  const kinds = view.kinds.length > 0 ? `${kindSql} IN (${kindList(view)})` : 'true';
  if (!view.range) return kinds;
  return `${spanCondition(microsOf(view.range.fromMicros), microsOf(view.range.toMicros))} AND ${kinds}`;
}

/** The same for a relation that has the event's kind as a column `kind`. */
export function kindsCondition(view: TimelineView): string {
  return view.kinds.length > 0 ? `kind IN (${kindList(view)})` : 'true';
}

function kindList(view: TimelineView): string {
  return [...new Set(view.kinds)]
    .sort()
    .map((kind) => `'${kind}'`)
    .join(', ');
}

export function spanCondition(fromMicros: bigint, toMicros: bigint): string {
  return `eventTime >= make_timestamp(${fromMicros}) AND eventTime < make_timestamp(${toMicros})`;
}

/** Changes whenever evidence was added: files are committed together with their ledger rows. */
export async function evidenceStamp(connection: DuckDBConnection): Promise<string> {
  const reader = await connection.runAndReadAll('SELECT count(*), max(fileId), sum(recordsStored) FROM files');
  return String(reader.getRows()[0]);
}
