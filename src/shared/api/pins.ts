import { type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';
import type { QueryParameters, QueryResult, ResultColumn, SqlDialect } from './query.ts';

/** What the evidence was when a result came to be: equal states give equal results. */
export interface EvidenceState {
  /** Numbers of the imports that had ended, interrupted and cancelled ones too. */
  readonly importIds: readonly number[];
  readonly fileCount: number;
  readonly eventCount: number;
  /** SHA-256 over the sorted SHA-256s of the files, a line each, in hex. */
  readonly filesHash: string;
}

/** A statement as it ran. */
export interface RanStatement {
  readonly sql: string;
  readonly dialect: SqlDialect;
  readonly translatedSql: string | null;
}

/** A kept result with all that says how it came to be. */
export interface Pin extends RanStatement {
  readonly pinId: number;
  /** The notebook's file name in the case; null for the SQL page's. */
  readonly notebook: string | null;
  readonly cell: string | null;
  readonly title: string;
  readonly note: string;
  readonly parameters: QueryParameters;
  /** The named cells that it read, each before those that read it. */
  readonly upstream: readonly (RanStatement & { readonly name: string; readonly parameters: QueryParameters })[];
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  /** SHA-256 over the columns and rows as text; docs/notebooks.md says how to compute it with other tools. */
  readonly contentHash: string;
  readonly evidence: EvidenceState;
  /** ISO 8601, UTC. */
  readonly ranAt: string;
  readonly elapsedMs: number;
  readonly pinnedAt: string;
  readonly operator: string;
}

/** A pinned result against the same statement run now. */
export interface PinComparison {
  readonly pin: Pin;
  readonly rowCount: number;
  readonly contentHash: string;
  /** Same columns and rows, whatever their order. */
  readonly isSame: boolean;
  /** Same rows in another order: the statement does not order them fully. */
  readonly isOrderOnly: boolean;
  readonly evidence: EvidenceState;
  readonly evidenceChanged: boolean;
  /** Names and types of the columns differ: rows are then not compared. */
  readonly columnsChanged: boolean;
  readonly unchanged: number;
  readonly added: number;
  readonly removed: number;
  /** Rows whose key columns are equal and others are not. */
  readonly changed: number;
  /** The columns that rows were matched by; empty: no leading columns were unique, so whole rows were compared. */
  readonly keyColumns: readonly string[];
  /**
   * The rows that differ: a column `change` (added, removed, before, after), then the result's own; matched rows lie
   * together. Null if nothing differs.
   */
  readonly differences: QueryResult | null;
}

const pinInput = v.object({ pinId: v.number() });

export const pinsContract = {
  /** Newest first; of one notebook, or all. */
  list: procedure.input(v.object({ notebook: v.optional(v.string()) })).output(type<readonly Pin[]>()),
  /**
   * Keeps a result in the case. Statement, parameters and times are taken from what the engine ran, not from the page.
   * Errors: RESULT_GONE, BAD_INPUT (too large, or the evidence changed since it ran), CANCELLED.
   */
  add: procedure
    .input(
      v.object({
        resultId: v.string(),
        notebook: v.nullable(v.string()),
        cell: v.nullable(v.string()),
        title: v.string(),
        note: v.optional(v.string(), ''),
      }),
    )
    .output(type<Pin>()),
  /** Opens the pinned rows as a result, for `query.window`. */
  open: procedure.input(pinInput).output(type<QueryResult>()),
  setNote: procedure.input(v.object({ pinId: v.number(), note: v.string() })).output(type<Pin>()),
  remove: procedure.input(pinInput).output(type<void>()),
  /**
   * Runs the pinned statement again, its upstream cells first. Errors: NOT_FOUND, CASE_DAMAGED (the pinned rows were
   * altered), BUSY (evidence came in meanwhile), those of `query.run`.
   */
  compare: procedure.input(pinInput).output(type<PinComparison>()),
};
