import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventSortColumn, TimelineView } from '#shared/api/timeline.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { minuteMicros } from './minute-counts.ts';
import { viewCondition } from './view-sql.ts';

/**
 * Where to look for the n-th event by time: the view's events cut into slots of a few thousand, on borders of minutes, so
 * that a page is found by sorting one slot or two instead of the view.
 */
export interface TimeIndex {
  /** By time; `before` counts the events of earlier slots. */
  readonly slots: readonly { readonly fromMicros: bigint; readonly before: number }[];
  readonly timed: number;
  /** Events without a time come last in both directions. */
  readonly untimed: number;
}

const slotRows = 2000;
const maxSlots = 5000;

/** `counts`: a relation that `viewCounts` made. */
export async function readTimeIndex(connection: DuckDBConnection, counts: string): Promise<TimeIndex> {
  const totals = await connection.runAndReadAll(
    `SELECT coalesce(sum(events) FILTER (minute IS NOT NULL), 0)::BIGINT, coalesce(sum(events), 0)::BIGINT FROM ${counts}`,
  );
  const [timed = 0, total = 0] = (totals.getRows()[0] ?? []).map(Number);
  const rows = Math.max(slotRows, Math.ceil(timed / maxSlots));
  const reader = await connection.runAndReadAll(
    `WITH minutes AS (SELECT minute, sum(events) AS events FROM ${counts} WHERE minute IS NOT NULL GROUP BY minute),
     placed AS (SELECT minute, sum(events) OVER (ORDER BY minute) - events AS before FROM minutes)
     SELECT min(minute)::BIGINT * ${minuteMicros}, min(before)::BIGINT FROM placed
     GROUP BY before // ${rows} ORDER BY 1`,
  );
  const slots = reader.getRows().map(([from, before]) => ({ fromMicros: from as bigint, before: Number(before) }));
  return { slots, timed, untimed: total - timed };
}

/** One piece of a page: rows that satisfy `condition`, in `order`, without the first `skip`. */
export interface PagePart {
  readonly condition: string;
  readonly order: string;
  readonly skip: number;
  readonly limit: number;
}

/** The pieces of SQL that together give events `[offset, offset + limit)` by time. */
export function timePageParts(index: TimeIndex, isDescending: boolean, offset: number, limit: number): PagePart[] {
  const parts: PagePart[] = [];
  const end = Math.min(offset + limit, index.timed + index.untimed);
  if (offset < Math.min(end, index.timed)) {
    const timedEnd = Math.min(end, index.timed);
    // Positions counted from the earliest event.
    const [first, last] = isDescending ? [index.timed - timedEnd, index.timed - offset] : [offset, timedEnd];
    const from = lastIndexWhere(index.slots, (slot) => slot.before <= first);
    const next = index.slots.findIndex((slot) => slot.before >= last);
    const fromSlot = index.slots[from];
    const nextSlot = next < 0 ? undefined : index.slots[next];
    const conditions = [
      fromSlot && `eventTime >= make_timestamp(${fromSlot.fromMicros})`,
      nextSlot && `eventTime < make_timestamp(${nextSlot.fromMicros})`,
      'eventTime IS NOT NULL',
    ];
    parts.push({
      condition: conditions.filter(Boolean).join(' AND '),
      order: `eventTime ${isDescending ? 'DESC' : 'ASC'}, fileId, recordIndex`,
      skip: isDescending
        ? offset - (index.timed - (nextSlot?.before ?? index.timed))
        : offset - (fromSlot?.before ?? 0),
      limit: timedEnd - offset,
    });
  }
  if (end > Math.max(index.timed, offset)) {
    const skip = Math.max(0, offset - index.timed);
    parts.push({
      condition: 'eventTime IS NULL',
      order: 'fileId, recordIndex',
      skip,
      limit: end - index.timed - skip,
    });
  }
  return parts;
}

function lastIndexWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A view's events in the order of another column: a scratch table with `position` (from 0) and the event's `row`. */
export interface SortedView {
  readonly table: string;
  readonly total: number;
}

export async function createSortedView(
  connection: DuckDBConnection,
  table: string,
  view: TimelineView,
  column: EventSortColumn,
  isDescending: boolean,
): Promise<SortedView> {
  const name = quoteIdentifier(column);
  const condition = viewCondition(view);
  // Sorting numbers of the distinct texts is up to three times as fast as sorting the texts.
  const created = await connection.run(
    `CREATE TABLE ${table} AS
     WITH ranks AS MATERIALIZED (
       SELECT value, row_number() OVER (ORDER BY value ${isDescending ? 'DESC' : 'ASC'} NULLS LAST)::INTEGER AS rank
       FROM (SELECT DISTINCT ${name} AS value FROM events WHERE ${condition}))
     SELECT (row_number() OVER () - 1)::INTEGER AS position, event FROM (
       SELECT events.rowid AS event FROM events JOIN ranks ON value IS NOT DISTINCT FROM ${name} WHERE ${condition}
       ORDER BY rank, eventTime NULLS LAST, fileId, recordIndex)`,
  );
  return { table, total: Number((await created.getRows())[0]?.[0] ?? 0) };
}
