import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventKind, EventPage, EventRow, EventSortColumn, TimelineView } from '#shared/api/timeline.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { createSortedView, readTimeIndex, timePageParts, type SortedView, type TimeIndex } from './event-order.ts';
import { minuteCounts, viewCounts } from './minute-counts.ts';
import { SharedCache } from './shared-cache.ts';
import { evidenceStamp, kindSql, viewCondition } from './view-sql.ts';

export interface EventPageRequest {
  readonly view: TimelineView;
  readonly sort: { readonly column: EventSortColumn; readonly descending: boolean };
  readonly offset: number;
  readonly limit: number;
}

/** What is kept of an open case so that a page is found without sorting the view again. */
class EventOrders {
  readonly timeIndexes = new SharedCache<TimeIndex>(16);
  readonly sortedViews: SharedCache<SortedView>;
  #lastNumber = 0;

  constructor(openCase: OpenCase) {
    this.sortedViews = new SharedCache<SortedView>(4, ({ table }) => {
      // A table that is left behind goes with the case.
      openCase.withConnection((connection) => connection.run(`DROP TABLE IF EXISTS ${table}`)).catch(() => undefined);
    });
  }

  newTable(): string {
    return `memory.main.event_order_${++this.#lastNumber}`;
  }
}

const ordersOfCase = new WeakMap<OpenCase, EventOrders>();

function ordersOf(openCase: OpenCase): EventOrders {
  let orders = ordersOfCase.get(openCase);
  if (!orders) {
    orders = new EventOrders(openCase);
    ordersOfCase.set(openCase, orders);
  }
  return orders;
}

/** A page of the view's events: by the sort column, empty ones last, then eventTime, fileId, recordIndex. Throws CANCELLED. */
export async function readEventPage(
  openCase: OpenCase,
  request: EventPageRequest,
  signal?: AbortSignal,
): Promise<EventPage> {
  const startedAt = performance.now();
  const offset = Math.trunc(request.offset);
  const limit = Math.trunc(request.limit);
  const { total, rows } =
    request.sort.column === 'eventTime'
      ? await pageByTime(openCase, request, offset, limit, signal)
      : await pageByColumn(openCase, request, offset, limit, signal);
  return { offset, total, rows, elapsedMs: performance.now() - startedAt };
}

type Rows = { total: number; rows: EventRow[] };

async function pageByTime(
  openCase: OpenCase,
  { view, sort }: EventPageRequest,
  offset: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Rows> {
  const key = `${await openCase.withConnection(evidenceStamp, signal)} ${viewCondition(view)}`;
  const index = await ordersOf(openCase).timeIndexes.get(
    key,
    async (shared) => {
      const counts = viewCounts(await minuteCounts(openCase, shared), view);
      return openCase.withConnection((connection) => readTimeIndex(connection, counts), shared);
    },
    signal,
  );
  const rows: EventRow[] = [];
  await openCase.withConnection(async (connection) => {
    for (const part of timePageParts(index, sort.descending, offset, limit)) {
      const selection = `FROM events WHERE ${part.condition} AND ${viewCondition(view)}
        ORDER BY ${part.order} LIMIT ${part.limit} OFFSET ${part.skip}`;
      rows.push(...(await readRows(connection, selection)));
    }
  }, signal);
  return { total: index.timed + index.untimed, rows };
}

async function pageByColumn(
  openCase: OpenCase,
  { view, sort }: EventPageRequest,
  offset: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Rows> {
  const orders = ordersOf(openCase);
  const stamp = await openCase.withConnection(evidenceStamp, signal);
  const sorted = await orders.sortedViews.get(
    `${stamp} ${viewCondition(view)} ${sort.column} ${sort.descending}`,
    (shared) => {
      const table = orders.newTable();
      return openCase.withConnection(
        (connection) => createSortedView(connection, table, view, sort.column, sort.descending),
        shared,
      );
    },
    signal,
  );
  const rows = await openCase.withConnection(
    (connection) =>
      readRows(
        connection,
        `FROM (SELECT position, event FROM ${sorted.table} WHERE position >= ${offset} AND position < ${offset + limit}) AS page
         JOIN events ON events.rowid = page.event ORDER BY position`,
      ),
    signal,
  );
  return { total: sorted.total, rows };
}

async function readRows(connection: DuckDBConnection, selection: string): Promise<EventRow[]> {
  const reader = await connection.runAndReadAll(
    `SELECT fileId, recordIndex, eventTime::VARCHAR, actor, service, eventName, sourceIPAddress, awsRegion, accountId, errorCode, outcome,
       ${kindSql} AS kind ${selection}`,
  );
  return reader.getRows().map((row) => {
    const text = (index: number): string | null => (row[index] as string | null) ?? null;
    return {
      fileId: Number(row[0]),
      recordIndex: Number(row[1]),
      eventTime: text(2),
      actor: text(3),
      service: text(4),
      eventName: text(5),
      sourceIPAddress: text(6),
      awsRegion: text(7),
      accountId: text(8),
      errorCode: text(9),
      outcome: text(10),
      kind: row[11] as EventKind,
    };
  });
}
