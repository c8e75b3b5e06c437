import type { Cell, ResultColumn } from '#shared/api/index.ts';
import { isTimeType, microsOfCell } from '#shared/notebook/charts/cell-values.ts';
import { minute, textFromMicros } from '#shared/utc.ts';
import type { PageParameters } from '../../app/router.svelte.ts';
import { rangeParameters } from '../timeline/timeline-location.ts';
import type { ResultRow } from './result-view.svelte.ts';

/** A place in the timeline page that a row leads to. */
export interface TimelineLink {
  readonly label: string;
  readonly parameters: PageParameters;
}

/** Where a row, looked at in one of its columns, leads: the event it is about, and what happened around its time. */
export function timelineLinks(
  columns: readonly ResultColumn[],
  row: ResultRow | undefined,
  column: number,
): readonly TimelineLink[] {
  if (row === undefined) return [];
  const event = eventParametersOf(columns, row);
  const at = timeOf(columns, row, column);
  const around = at === null ? null : { fromMicros: at - 5 * minute, toMicros: at + 5 * minute };
  return [
    ...(event === null ? [] : [{ label: 'Show event in timeline', parameters: event }]),
    ...(at === null || around === null
      ? []
      : [
          {
            label: `Show 5 minutes around ${textFromMicros(at)} in timeline`,
            parameters: { ...rangeParameters(around), ...event },
          },
        ]),
  ];
}

function eventParametersOf(columns: readonly ResultColumn[], row: ResultRow): PageParameters | null {
  const textOf = (name: string, pattern: RegExp): string | null => {
    const cell = row[columns.findIndex((column) => column.name.toLowerCase() === name)] ?? null;
    return cell !== null && pattern.test(String(cell)) ? String(cell) : null;
  };
  const fileId = textOf('fileid', /^\d{1,9}$/);
  const recordIndex = textOf('recordindex', /^\d{1,9}$/);
  if (fileId !== null && recordIndex !== null) return { event: `${fileId}:${recordIndex}` };
  const eventID = textOf('eventid', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i);
  return eventID === null ? null : { eventID };
}

/** The time in the cell; else the row's eventTime, or its only time. */
function timeOf(columns: readonly ResultColumn[], row: ResultRow, column: number): number | null {
  const isTime = (index: number): boolean =>
    isTimeType(columns[index]?.type ?? '') || columns[index]?.type === 'VARCHAR';
  if (isTime(column)) {
    const own = microsOfInstant(row[column] ?? null);
    if (own !== null) return own;
  }
  const named = columns.findIndex(({ name }) => name.toLowerCase() === 'eventtime');
  const times = columns.flatMap(({ type }, index) => (isTimeType(type) ? [index] : []));
  const index = named >= 0 ? named : times.length === 1 ? times[0] : undefined;
  return index === undefined ? null : microsOfInstant(row[index] ?? null);
}

/** A date alone is no instant to look around. */
function microsOfInstant(cell: Cell): number | null {
  return typeof cell === 'string' && cell.includes(':') ? microsOfCell(cell) : null;
}
