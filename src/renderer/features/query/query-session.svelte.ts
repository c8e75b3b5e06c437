import type { Api, QueryParameters, SqlDialect } from '#shared/api/index.ts';
import { parameterNames } from '#shared/sql/sql-tokens.ts';
import { isAbort } from '../../app/describe-error.ts';
import { ResultView } from './result-view.svelte.ts';
import { statementTitle } from './statement-title.ts';

export interface PastStatement {
  readonly sql: string;
  /** Absent in what was kept before there was a choice: DuckDB's. */
  readonly dialect?: SqlDialect;
  readonly ranAt: string;
}

interface Kept {
  readonly text: string;
  readonly dialect: SqlDialect;
  readonly showsTranslation: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly history: readonly PastStatement[];
}

const longestHistory = 100;
/** Typing is kept once it pauses: the whole history is written each time. */
const keepPauseMs = 400;

/** The SQL page's work on one case: the statement being written, its parameters, its result, and what was run before. */
export class QuerySession {
  readonly #api: Api;
  readonly #storage: Storage;
  readonly #storageKey: string;
  #running: AbortController | null = null;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  text = $state('');
  dialect = $state<SqlDialect>('duckdb');
  /** Of a statement in Athena's dialect: what DuckDB runs stands beside it. */
  showsTranslation = $state(false);
  /** Values by name; those of parameters that left the text are kept. */
  parameters = $state.raw<Readonly<Record<string, string>>>({});
  history = $state.raw<readonly PastStatement[]>([]);
  isRunning = $state(false);
  startedAtMs = $state(0);
  result = $state.raw<ResultView | null>(null);
  /** What the result's statement is called. */
  resultTitle = $state('');
  /** Why the last run failed; null if it did not. */
  error = $state.raw<unknown>(null);
  /** The text that failed: the place of the error holds for it alone. */
  failedText = $state<string | null>(null);
  readonly names = $derived(parameterNames(this.text));

  constructor(api: Api, casePath: string, storage: Storage = localStorage) {
    this.#api = api;
    this.#storage = storage;
    this.#storageKey = `trailbench.sql.${casePath}`;
    const kept = readKept(storage.getItem(this.#storageKey));
    this.text = kept.text;
    this.dialect = kept.dialect;
    this.showsTranslation = kept.showsTranslation;
    this.parameters = kept.parameters;
    this.history = kept.history;
  }

  write(text: string): void {
    this.text = text;
    this.#keepSoon();
  }

  /** Puts another statement in place of the one there, which goes to the history. */
  replace(text: string, dialect: SqlDialect): void {
    if (this.text.trim() !== '' && this.text !== text) this.#remember(this.text);
    this.dialect = dialect;
    this.write(text);
  }

  setDialect(dialect: SqlDialect): void {
    this.dialect = dialect;
    this.keep();
  }

  showTranslation(isShown: boolean): void {
    this.showsTranslation = isShown;
    this.keep();
  }

  setParameter(name: string, value: string): void {
    this.parameters = { ...this.parameters, [name]: value };
    this.#keepSoon();
  }

  /** Runs the statement; one that is running is cancelled first. */
  async run(): Promise<void> {
    const { text: sql, dialect } = this;
    if (sql.trim() === '') return;
    this.cancel();
    const controller = new AbortController();
    this.#running = controller;
    this.isRunning = true;
    this.startedAtMs = performance.now();
    this.#remember(sql);
    try {
      const result = await this.#api.query.run(
        { sql, dialect, parameters: this.#boundParameters() },
        { signal: controller.signal },
      );
      if (controller.signal.aborted) {
        void this.#api.query.release({ resultId: result.resultId }).catch(() => undefined);
        return;
      }
      this.result?.close();
      this.result = new ResultView(this.#api, result);
      this.resultTitle = statementTitle(sql);
      this.error = null;
      this.failedText = null;
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      this.error = error;
      this.failedText = sql;
    } finally {
      if (this.#running === controller) {
        this.#running = null;
        this.isRunning = false;
      }
    }
  }

  cancel(): void {
    this.#running?.abort();
    this.#running = null;
    this.isRunning = false;
  }

  /** Leaving the page: what it started ends, its result is let go. */
  close(): void {
    this.cancel();
    this.keep();
    this.result?.close();
    this.result = null;
  }

  /** An empty field is NULL: no other way to say it is needed. */
  #boundParameters(): QueryParameters {
    return Object.fromEntries(
      this.names.map((name) => [name, (Object.hasOwn(this.parameters, name) && this.parameters[name]) || null]),
    );
  }

  #remember(sql: string): void {
    const others = this.history.filter((past) => past.sql !== sql);
    this.history = [{ sql, dialect: this.dialect, ranAt: new Date().toISOString() }, ...others].slice(
      0,
      longestHistory,
    );
    this.keep();
  }

  #keepSoon(): void {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.keep(), keepPauseMs);
  }

  /** Remembers now what was written; the page is about to go. */
  keep(): void {
    clearTimeout(this.#keeping);
    const { text, dialect, showsTranslation, parameters, history } = this;
    const kept: Kept = { text, dialect, showsTranslation, parameters, history };
    try {
      this.#storage.setItem(this.#storageKey, JSON.stringify(kept));
    } catch {
      // The browser's store is full: the page works on, it only forgets.
    }
  }
}

function readKept(text: string | null): Kept {
  const empty: Kept = { text: '', dialect: 'duckdb', showsTranslation: false, parameters: {}, history: [] };
  if (text === null) return empty;
  try {
    return { ...empty, ...(JSON.parse(text) as Partial<Kept>) };
  } catch {
    return empty;
  }
}
