import type { TimelineView } from '#shared/api/timeline.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { SharedCache } from './shared-cache.ts';
import { evidenceStamp, kindsCondition, kindSql, microsOf, spanCondition, viewCondition } from './view-sql.ts';

/**
 * Events counted by minute and kind, once for the state of the evidence: what histograms and page look-ups are made of, so
 * that zooming over millions of events reads thousands of rows.
 */

export const minuteMicros = 60_000_000n;

/** Minutes since 1970, rounded down: `//` rounds towards zero, so the division is made on a positive number. */
const minuteSql = `(epoch_us(eventTime) + 124271193600000000) // ${minuteMicros} - 2071186560`;

const tables = new WeakMap<OpenCase, { cache: SharedCache<string>; lastNumber: number }>();

/** Name of the scratch table: `minute` (NULL: events without a time), `kind`, `events`. Throws CANCELLED. */
export async function minuteCounts(openCase: OpenCase, signal?: AbortSignal): Promise<string> {
  let state = tables.get(openCase);
  if (!state) {
    const drop = (table: string): void => {
      // A table that is left behind goes with the case.
      openCase.withConnection((connection) => connection.run(`DROP TABLE IF EXISTS ${table}`)).catch(() => undefined);
    };
    state = { cache: new SharedCache<string>(2, drop), lastNumber: 0 };
    tables.set(openCase, state);
  }
  const { cache } = state;
  const table = `memory.main.minute_counts_${++state.lastNumber}`;
  const stamp = await openCase.withConnection(evidenceStamp, signal);
  return cache.get(
    stamp,
    (shared) =>
      openCase.withConnection(async (connection) => {
        await connection.run(
          `CREATE TABLE ${table} AS SELECT ${minuteSql} AS minute, ${kindSql} AS kind, count(*) AS events FROM events GROUP BY ALL`,
        );
        return table;
      }, shared),
    signal,
  );
}

/** SQL of a relation `minute`, `kind`, `events` that counts exactly the events of the view. */
export function viewCounts(table: string, view: TimelineView): string {
  const kinds = kindsCondition(view);
  if (!view.range) return `(SELECT minute, kind, events FROM ${table} WHERE ${kinds})`;
  const from = microsOf(view.range.fromMicros);
  const to = microsOf(view.range.toMicros);
  const firstWhole = ceilingDivide(from, minuteMicros);
  const endWhole = -ceilingDivide(-to, minuteMicros);
  if (endWhole <= firstWhole) return counted(viewCondition(view));
  const edges = `(${spanCondition(from, firstWhole * minuteMicros)} OR ${spanCondition(endWhole * minuteMicros, to)})`;
  return `(SELECT minute, kind, events FROM ${table} WHERE minute >= ${firstWhole} AND minute < ${endWhole} AND ${kinds}
    UNION ALL FROM ${counted(`${edges} AND ${viewCondition({ ...view, range: null })}`)})`;
}

function counted(condition: string): string {
  return `(SELECT ${minuteSql} AS minute, ${kindSql} AS kind, count(*) AS events FROM events WHERE ${condition} GROUP BY ALL)`;
}

function ceilingDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor > 0n ? quotient + 1n : quotient;
}
