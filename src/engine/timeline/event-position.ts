import type { RecordPlace } from '#shared/api/evidence.ts';
import type { EventSortColumn, TimelineView } from '#shared/api/timeline.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { viewCondition } from './view-sql.ts';

export interface PositionRequest {
  readonly view: TimelineView;
  readonly sort: { readonly column: EventSortColumn; readonly descending: boolean };
  readonly event: RecordPlace;
}

interface SortKey {
  readonly name: string;
  readonly type: 'VARCHAR' | 'TIMESTAMP' | 'INTEGER';
  readonly descending: boolean;
}

/**
 * Where an event stands in the order that `readEventPage` pages through, from 0: the count of events that come before
 * it. Null if the view does not hold it. Throws CANCELLED.
 */
export async function readEventPosition(
  openCase: OpenCase,
  { view, sort, event }: PositionRequest,
  signal?: AbortSignal,
): Promise<number | null> {
  const keys = sortKeys(sort);
  const condition = viewCondition(view);
  return openCase.withConnection(async (connection) => {
    const names = keys.map((key) => `${quoteIdentifier(key.name)}::VARCHAR`).join(', ');
    const target = await connection.runAndReadAll(
      `SELECT ${names} FROM events WHERE fileId = $1 AND recordIndex = $2 AND ${condition}`,
      [event.fileId, event.recordIndex],
    );
    const values = target.getRows()[0] as (string | null)[] | undefined;
    if (!values) return null;
    const bound = values.filter((value) => value !== null);
    const before = await connection.runAndReadAll(
      `SELECT count(*) FROM events WHERE ${condition} AND ${comesBefore(keys, values)}`,
      bound,
    );
    return Number(before.getRows()[0]?.[0] ?? 0);
  }, signal);
}

function sortKeys({ column, descending }: PositionRequest['sort']): readonly SortKey[] {
  const time = { name: 'eventTime', type: 'TIMESTAMP' } as const;
  return [
    ...(column === 'eventTime' ? [] : [{ name: column, type: 'VARCHAR', descending } as const]),
    { ...time, descending: column === 'eventTime' && descending },
    { name: 'fileId', type: 'INTEGER', descending: false },
    { name: 'recordIndex', type: 'INTEGER', descending: false },
  ];
}

/** Row order with empty values last, as SQL: smaller in the first key, or equal there and smaller in the next … */
function comesBefore(keys: readonly SortKey[], values: readonly (string | null)[]): string {
  let parameter = values.filter((value) => value !== null).length;
  return keys.reduceRight((rest, key, index) => {
    const name = quoteIdentifier(key.name);
    if (values[index] === null) return `(${name} IS NOT NULL OR (${name} IS NULL AND ${rest}))`;
    const value = `$${parameter--}::${key.type}`;
    return `(${name} ${key.descending ? '>' : '<'} ${value} OR (${name} = ${value} AND ${rest}))`;
  }, 'false');
}
