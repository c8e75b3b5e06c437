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
  /** The first rows (at most 200). */
  readonly window: ResultWindow;
}

const sortSchema = v.object({ column: v.number(), descending: v.boolean() });
/** Keeps rows whose cell, as text, contains `contains` (case-insensitive), equals `equals` or is null. */
const filterSchema = v.object({
  column: v.number(),
  contains: v.optional(v.string()),
  equals: v.optional(v.nullable(v.string())),
});
export type ResultSort = v.InferOutput<typeof sortSchema>;
export type ResultFilter = v.InferOutput<typeof filterSchema>;

/** Named parameters (`$name` in SQL), bound as prepared-statement values; text is cast by DuckDB where it is used. */
const parametersSchema = v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()])));
export type QueryParameters = v.InferOutput<typeof parametersSchema>;

export const queryContract = {
  /**
   * Checks and runs one reading statement; aborting the call interrupts DuckDB.
   * Errors: NO_CASE, SQL_REFUSED, SQL_FAILED (with a position where DuckDB gives one), CANCELLED.
   */
  run: procedure
    .input(v.object({ sql: v.string(), parameters: v.optional(parametersSchema, {}) }))
    .output(type<QueryResult>()),
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
  /** Functions that the allow-list lets a user's SQL call, for completion. */
  functions: procedure.output(type<readonly string[]>()),
};
