import { type } from '@orpc/contract';
import * as v from 'valibot';
import { recordInput, type LedgerFile, type RecordPlace } from './evidence.ts';
import { procedure } from './procedure.ts';

/** Half-open span of eventTime, `[from, to)`, in microseconds since 1970 UTC (safe integers until 2255). */
const rangeSchema = v.object({ fromMicros: v.number(), toMicros: v.number() });
export type TimeRange = v.InferOutput<typeof rangeSchema>;

const kindSchema = v.picklist(['read', 'write', 'denied', 'unknown']);
/** denied = outcome denied; else by readOnly; unknown = the record does not say. */
export type EventKind = v.InferOutput<typeof kindSchema>;

const viewSchema = v.object({
  /** Null: the whole case, events without a time among them. */
  range: v.optional(v.nullable(rangeSchema), null),
  /** Empty: all kinds. */
  kinds: v.optional(v.array(kindSchema), []),
});
export type TimelineView = v.InferOutput<typeof viewSchema>;

export interface Histogram {
  readonly fromMicros: number;
  readonly bucketMicros: number;
  /** One number a bucket, from `fromMicros` on. */
  readonly read: readonly number[];
  readonly write: readonly number[];
  readonly denied: readonly number[];
  readonly unknown: readonly number[];
  /** Events in the case that have no readable time and so are in no bucket. */
  readonly withoutTime: number;
  readonly elapsedMs: number;
}

/** One row of the event table. Times are text as DuckDB writes TIMESTAMP (UTC, microseconds kept). */
export interface EventRow {
  readonly fileId: number;
  readonly recordIndex: number;
  readonly eventTime: string | null;
  readonly actor: string | null;
  readonly service: string | null;
  readonly eventName: string | null;
  readonly sourceIPAddress: string | null;
  readonly awsRegion: string | null;
  readonly accountId: string | null;
  readonly errorCode: string | null;
  readonly outcome: string | null;
  readonly kind: EventKind;
}

const sortColumnSchema = v.picklist([
  'eventTime',
  'actor',
  'service',
  'eventName',
  'sourceIPAddress',
  'awsRegion',
  'accountId',
  'errorCode',
]);
export type EventSortColumn = v.InferOutput<typeof sortColumnSchema>;

const sortSchema = v.optional(v.object({ column: sortColumnSchema, descending: v.boolean() }), {
  column: 'eventTime',
  descending: false,
});

export interface EventPage {
  readonly offset: number;
  /** Events in the view. */
  readonly total: number;
  readonly rows: readonly EventRow[];
  readonly elapsedMs: number;
}

export interface EventField {
  readonly name: string;
  readonly value: string | null;
  readonly origin: 'record' | 'derived' | 'provenance';
}

export interface EventDetail {
  /** Every column of `events`, nested ones as JSON text. */
  readonly fields: readonly EventField[];
  /** The record rebuilt from the case, as JSON text. */
  readonly record: string;
  readonly file: LedgerFile;
  /** Further copies of this event. */
  readonly duplicates: readonly {
    readonly fileId: number;
    readonly recordIndex: number;
    readonly sourcePath: string;
    readonly isConflict: boolean;
  }[];
}

export const timelineContract = {
  /** Counts by time and kind. Without a range: the whole case. Aborting interrupts DuckDB. */
  histogram: procedure
    .input(v.object({ view: viewSchema, buckets: v.pipe(v.number(), v.minValue(1), v.maxValue(2000)) }))
    .output(type<Histogram>()),
  /** Events in a stable order: the sort column, then eventTime, fileId, recordIndex. */
  events: procedure
    .input(
      v.object({
        view: viewSchema,
        sort: sortSchema,
        offset: v.pipe(v.number(), v.minValue(0)),
        limit: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)),
      }),
    )
    .output(type<EventPage>()),
  /** Where an event stands in the order of `events`, from 0; null if the view does not hold it. */
  position: procedure
    .input(v.object({ view: viewSchema, sort: sortSchema, event: recordInput }))
    .output(type<{ readonly index: number | null }>()),
  /** The event of an eventID; null if the case has none, or if the text is no UUID. */
  find: procedure.input(v.object({ eventID: v.string() })).output(type<{ readonly event: RecordPlace | null }>()),
  /** Everything about one event. Errors: NOT_FOUND. */
  event: procedure.input(recordInput).output(type<EventDetail>()),
};
