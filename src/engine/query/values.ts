import type { completableColumns, ValueCount } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { SharedCache } from '#engine/timeline/shared-cache.ts';
import { evidenceStamp } from './evidence-stamp.ts';

type CompletableColumn = (typeof completableColumns)[number];

export interface ValuesRequest {
  readonly column: CompletableColumn;
  readonly text: string;
}

interface ColumnValue extends ValueCount {
  readonly lowered: string;
}

const mostShown = 100;
/** A column's most frequent values, as far as these bounds reach: no more of a hostile log is held in memory. */
const mostValues = 20_000;
const mostCharacters = 2_000_000;
/** Longer than any that a person completes. */
const longestValue = 2000;

/** What is known of one state of the evidence. */
interface KnownValues {
  readonly stamp: string;
  readonly columns: SharedCache<readonly ColumnValue[]>;
}

const known = new WeakMap<OpenCase, KnownValues>();

/**
 * Values of a column of `events` that contain the text, whatever its letter case: those that begin with it first, then the
 * more frequent, at most 100. The first call for a column counts it; later ones look through what that gave until evidence
 * is added. Throws CANCELLED.
 */
export async function columnValues(
  openCase: OpenCase,
  { column, text }: ValuesRequest,
  signal?: AbortSignal,
): Promise<readonly ValueCount[]> {
  const stamp = await openCase.withConnection(evidenceStamp, signal);
  let state = known.get(openCase);
  if (state?.stamp !== stamp) {
    state = { stamp, columns: new SharedCache(Number.POSITIVE_INFINITY) };
    known.set(openCase, state);
  }
  const values = await state.columns.get(column, (shared) => countValues(openCase, column, shared), signal);
  return matching(values, text.toLowerCase());
}

async function countValues(
  openCase: OpenCase,
  column: CompletableColumn,
  signal: AbortSignal,
): Promise<readonly ColumnValue[]> {
  const rows = await openCase.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT value, events FROM (SELECT ${column} AS value, count(*) AS events FROM trailbench.main.events
         WHERE length(${column}) BETWEEN 1 AND ${longestValue} GROUP BY ALL ORDER BY events DESC, value LIMIT ${mostValues})
       QUALIFY sum(length(value)) OVER (ORDER BY events DESC, value) <= ${mostCharacters}
       ORDER BY events DESC, value`,
    );
    return reader.getRows();
  }, signal);
  return rows.map(([cell, count]) => {
    const value = String(cell);
    return { value, count: Number(count), lowered: value.toLowerCase() };
  });
}

function matching(values: readonly ColumnValue[], lowered: string): readonly ValueCount[] {
  const beginning: ValueCount[] = [];
  const containing: ValueCount[] = [];
  for (const { value, count, lowered: candidate } of values) {
    if (candidate.startsWith(lowered)) beginning.push({ value, count });
    else if (containing.length < mostShown && candidate.includes(lowered)) containing.push({ value, count });
    if (beginning.length === mostShown) break;
  }
  return [...beginning, ...containing].slice(0, mostShown);
}
