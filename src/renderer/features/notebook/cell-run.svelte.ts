import type { SqlDialect } from '#shared/api/index.ts';
import type { ResultView } from '../query/result-view.svelte.ts';

/** `skipped`: a cell that it reads failed. */
export type CellState = 'idle' | 'queued' | 'running' | 'done' | 'failed' | 'skipped';

/** All that a result came from: one that differs now is out of date. */
export interface RanWith {
  readonly sql: string;
  readonly dialect: SqlDialect;
  /** Values as JSON, of the parameters that the statement used. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Results of the named cells that it read, by name in lower case. */
  readonly relations: Readonly<Record<string, string>>;
  readonly evidence: number;
}

/** What one cell gave so far. */
export class CellRun {
  state = $state<CellState>('idle');
  /** On the clock of `performance.now()`. */
  startedAtMs = $state(0);
  /** The last result; stays while the cell runs again, and when that fails. */
  view = $state.raw<ResultView | null>(null);
  ranWith = $state.raw<RanWith | null>(null);
  /** True once the engine that held the result was restarted. */
  isGone = $state(false);
  error = $state.raw<unknown>(null);
  /** The text that failed: the place of the error holds for it alone. */
  failedSql = $state<string | null>(null);
  skipReason = $state<string | null>(null);

  /** Puts a new result in place of the old one, which is let go. */
  succeed(view: ResultView, ranWith: RanWith): void {
    this.view?.close();
    this.view = view;
    this.ranWith = ranWith;
    this.isGone = false;
    this.#settle('done', null, null, null);
  }

  fail(error: unknown, sql: string): void {
    this.#settle('failed', error, sql, null);
  }

  skip(reason: string): void {
    this.#settle('skipped', null, null, reason);
  }

  /** Cancelled: as it was before, without an error. */
  rest(): void {
    this.#settle(this.view === null ? 'idle' : 'done', null, null, null);
  }

  close(): void {
    this.view?.close();
    this.view = null;
    this.ranWith = null;
    this.rest();
  }

  #settle(state: CellState, error: unknown, failedSql: string | null, skipReason: string | null): void {
    this.state = state;
    this.error = error;
    this.failedSql = failedSql;
    this.skipReason = skipReason;
  }
}
