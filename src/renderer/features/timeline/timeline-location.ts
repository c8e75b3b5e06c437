import type { EventKind, EventSortColumn, RecordPlace, TimeRange } from '#shared/api/index.ts';
import { microsFromText, textFromMicros } from '#shared/utc.ts';

export interface EventSort {
  readonly column: EventSortColumn;
  readonly descending: boolean;
}

/** All of the timeline page that can be pointed at; kept in the URL. */
export interface TimelineLocation {
  readonly range: TimeRange | null;
  /** Empty: all kinds. */
  readonly kinds: readonly EventKind[];
  readonly sort: EventSort;
  /** The event in the inspector. */
  readonly event: RecordPlace | null;
}

export const eventKinds: readonly EventKind[] = ['write', 'read', 'denied', 'unknown'];
export const defaultSort: EventSort = { column: 'eventTime', descending: false };

const sortColumns: readonly EventSortColumn[] = [
  'eventTime',
  'actor',
  'service',
  'eventName',
  'sourceIPAddress',
  'awsRegion',
  'accountId',
  'errorCode',
];

/** Reads the page's parameters; what makes no sense is left out, so an old or mistyped link still opens. */
export function readLocation(parameters: URLSearchParams): TimelineLocation {
  return {
    range: readRange(parameters.get('from'), parameters.get('to')),
    kinds: eventKinds.filter((kind) => parameters.get('kinds')?.split(',').includes(kind)),
    sort: readSort(parameters.get('sort')),
    event: readEvent(parameters.get('event')),
  };
}

export function rangeParameters(range: TimeRange | null): { from: string | null; to: string | null } {
  if (range === null) return { from: null, to: null };
  return { from: isoText(range.fromMicros), to: isoText(range.toMicros) };
}

export function kindsParameters(kinds: readonly EventKind[]): { kinds: string | null } {
  return { kinds: kinds.length === 0 ? null : kinds.join(',') };
}

export function sortParameters(sort: EventSort): { sort: string | null } {
  if (sort.column === defaultSort.column && sort.descending === defaultSort.descending) return { sort: null };
  return { sort: `${sort.descending ? '-' : ''}${sort.column}` };
}

export function eventParameters(event: RecordPlace | null): { event: string | null } {
  return { event: event === null ? null : `${event.fileId}:${event.recordIndex}` };
}

function isoText(micros: number): string {
  return `${textFromMicros(micros).replace(' ', 'T')}Z`;
}

function readRange(from: string | null, to: string | null): TimeRange | null {
  const fromMicros = microsFromText(from ?? '');
  const toMicros = microsFromText(to ?? '');
  return fromMicros === null || toMicros === null || toMicros <= fromMicros ? null : { fromMicros, toMicros };
}

function readSort(text: string | null): EventSort {
  const descending = text?.startsWith('-') === true;
  const column = sortColumns.find((name) => name === text?.replace(/^-/, ''));
  return column === undefined ? defaultSort : { column, descending };
}

function readEvent(text: string | null): RecordPlace | null {
  const match = /^(\d{1,9}):(\d{1,9})$/.exec(text ?? '');
  return match === null ? null : { fileId: Number(match[1]), recordIndex: Number(match[2]) };
}
