import { type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';

export interface ResultColumn {
  readonly name: string;
  /** DuckDB's type, e.g. `BIGINT`, `TIMESTAMP`, `STRUCT(a VARCHAR)`. */
  readonly type: string;
  /**
   * How cells travel: `text` (VARCHAR, and every type that a JS number could damage: BIGINT, DECIMAL, DOUBLE,
   * TIMESTAMP …, written as DuckDB casts them to VARCHAR), `number` (integers up to 32 bits), `boolean`, or `json`
   * (nested values and JSON, as JSON text).
   */
  readonly encoding: 'text' | 'number' | 'boolean' | 'json';
}

export type Cell = string | number | boolean | null;

/** A rectangle of a result, column by column: `cells[column][row]`. */
export interface ResultWindow {
  readonly offset: number;
  readonly rowCount: number;
  readonly cells: readonly (readonly Cell[])[];
}

export interface QueryResult {
  readonly resultId: string;
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  readonly elapsedMs: number;
  /** What the statement read beside the case's tables: names as they are given in the call. */
  readonly uses: { readonly parameters: readonly string[]; readonly relations: readonly string[] };
  /** The DuckDB statement that ran, if the one given was in Athena's dialect. */
  readonly translatedSql: string | null;
  /** The first rows (at most 200). */
  readonly window: ResultWindow;
}

/** Half-open, in microseconds since 1970 UTC. */
const rangeSchema = v.object({ fromMicros: v.number(), toMicros: v.number() });
const sortSchema = v.object({ column: v.number(), descending: v.boolean() });
/**
 * Keeps rows whose cell, as text, contains `contains` (case-insensitive), equals `equals` or is null; whose time, as `lanes`
 * reads it, lies in `range`.
 */
const filterSchema = v.object({
  column: v.number(),
  contains: v.optional(v.string()),
  equals: v.optional(v.nullable(v.string())),
  range: v.optional(rangeSchema),
});
export type ResultSort = v.InferOutput<typeof sortSchema>;
export type ResultFilter = v.InferOutput<typeof filterSchema>;

/** A value whose type SQL must know: `2023-07-10 12:04:47` (UTC), any number in decimal digits, a list of texts. */
const typedValueSchema = v.variant('type', [
  v.object({ type: v.literal('timestamp'), value: v.string() }),
  v.object({ type: v.literal('number'), value: v.string() }),
  v.object({ type: v.literal('list'), value: v.array(v.string()) }),
]);

/** Named parameters (`$name` in SQL), bound as prepared-statement values; text is cast by DuckDB where it is used. */
export const parametersSchema = v.record(
  v.string(),
  v.nullable(v.union([v.string(), v.number(), v.boolean(), typedValueSchema])),
);
export type QueryParameters = v.InferOutput<typeof parametersSchema>;

/** The SQL a statement is written in: DuckDB's, or Athena's (Trino), which is translated before it runs. */
export const dialectSchema = v.picklist(['duckdb', 'athena']);
export type SqlDialect = v.InferOutput<typeof dialectSchema>;

/** A kept result that a statement may read as a table of the given name. */
const relationSchema = v.object({ name: v.string(), resultId: v.string() });
export type ResultRelation = v.InferOutput<typeof relationSchema>;

export interface Translation {
  readonly sql: string;
  /** What a reader should know about the translation, in sentences. */
  readonly notes: readonly string[];
}

/** Columns whose values completion offers inside string literals. */
export const completableColumns = [
  'eventName',
  'eventSource',
  'service',
  'awsRegion',
  'accountId',
  'actor',
  'accessKeyId',
  'sourceIPAddress',
  'errorCode',
  'userAgent',
  'eventType',
  'outcome',
] as const;

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** What rows of a result say an event did: denied if `outcome` says so, else by `readOnly`. The first weighs most. */
export const laneKinds = ['denied', 'write', 'read'] as const;
export type LaneKind = (typeof laneKinds)[number];

/** The rows of a lane that begin in the same bucket: one mark on the screen. */
export interface LaneMark {
  /** Buckets from 0; equal for events. Of ranges, `to` is where the longest of them ends. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The first of its rows in the result, from 0. */
  readonly row: number;
  /** The weightiest of its rows; null if none says. */
  readonly kind: LaneKind | null;
}

export interface Lane {
  /** The lane's value as text; null for rows without one. */
  readonly label: string | null;
  /** All with a time, in the range or not. */
  readonly rowCount: number;
  /** In the range, by time. */
  readonly marks: readonly LaneMark[];
}

/** A result by time: what a timeline view draws, however many rows there are. */
export interface Lanes {
  readonly fromMicros: number;
  readonly bucketMicros: number;
  readonly bucketCount: number;
  /** By first activity in the whole result, whatever the range; at most as many as asked for. */
  readonly lanes: readonly Lane[];
  readonly laneCount: number;
  /** Rows of the lanes left out. */
  readonly rowsInOtherLanes: number;
  /** Rows whose time is empty, can't be read or is not in the years 1 to 9999. */
  readonly rowsWithoutTime: number;
}

export const exportFormats = ['csv', 'json', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A file that was written for a person; recorded in the custody log with its hash. */
export interface ExportedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export const queryContract = {
  /**
   * Checks and runs one reading statement; aborting the call interrupts DuckDB.
   * Errors: NO_CASE, SQL_REFUSED, SQL_FAILED (with a position where DuckDB gives one, in the text as given),
   * RESULT_GONE (a relation's result is no longer kept), CANCELLED.
   */
  run: procedure
    .input(
      v.object({
        sql: v.string(),
        parameters: v.optional(parametersSchema, {}),
        dialect: v.optional(dialectSchema, 'duckdb'),
        relations: v.optional(v.array(relationSchema), []),
      }),
    )
    .output(type<QueryResult>()),
  /** A statement of Athena's dialect as DuckDB would run it. Errors: SQL_FAILED, SQL_REFUSED (with the reason). */
  translate: procedure.input(v.object({ sql: v.string() })).output(type<Translation>()),
  /** Rows of a result, sorted and filtered on the engine. Errors: RESULT_GONE, CANCELLED. */
  window: procedure
    .input(
      v.object({
        resultId: v.string(),
        offset: v.pipe(v.number(), v.minValue(0)),
        limit: v.pipe(v.number(), v.minValue(1), v.maxValue(2000)),
        sort: v.optional(v.array(sortSchema), []),
        filters: v.optional(v.array(filterSchema), []),
      }),
    )
    .output(type<ResultWindow & { readonly filteredCount: number }>()),
  release: procedure.input(v.object({ resultId: v.string() })).output(type<void>()),
  /**
   * The result by time, for a timeline view. Columns are numbers from 0; times are TIMESTAMP, TIMESTAMPTZ, DATE, or text in
   * ISO 8601. Without a `range`, from the first to the last time. Many lanes get fewer buckets than asked for.
   * Errors: RESULT_GONE, BAD_INPUT, CANCELLED.
   */
  lanes: procedure
    .input(
      v.object({
        resultId: v.string(),
        time: v.number(),
        /** Of ranges. */
        end: v.optional(v.nullable(v.number()), null),
        lane: v.optional(v.nullable(v.number()), null),
        /** Columns that say what an event did, as in `events`. */
        outcome: v.optional(v.nullable(v.number()), null),
        readOnly: v.optional(v.nullable(v.number()), null),
        range: v.optional(v.nullable(rangeSchema), null),
        buckets: v.pipe(v.number(), v.minValue(1), v.maxValue(4000)),
        maxLanes: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(500)), 50),
      }),
    )
    .output(type<Lanes>()),
  /**
   * Writes a result, as sorted and filtered, to the case's `exports` folder. `isGuarded` (CSV): cells that a spreadsheet
   * would take for formulas get a leading apostrophe. Errors: RESULT_GONE, IO_FAILED, CANCELLED.
   */
  export: procedure
    .input(
      v.object({
        resultId: v.string(),
        format: v.picklist(exportFormats),
        /** For the file's name. */
        title: v.string(),
        sort: v.optional(v.array(sortSchema), []),
        filters: v.optional(v.array(filterSchema), []),
        isGuarded: v.optional(v.boolean(), true),
      }),
    )
    .output(type<ExportedFile>()),
  /** The case's own values of a column that begin with or contain `text`, most frequent first (at most 100). */
  values: procedure
    .input(v.object({ column: v.picklist(completableColumns), text: v.string() }))
    .output(type<readonly ValueCount[]>()),
  /** Functions that the allow-list lets a user's SQL call, for completion. */
  functions: procedure.output(type<readonly string[]>()),
};
