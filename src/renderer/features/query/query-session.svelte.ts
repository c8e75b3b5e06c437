import type { Api, QueryParameters } from '#shared/api/index.ts';
import { isAbort } from '../../app/describe-error.ts';
import { ResultView } from './result-view.svelte.ts';
import { parameterNames } from './sql-tokens.ts';

export interface PastStatement {
  readonly sql: string;
  readonly ranAt: string;
}

interface Kept {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly history: readonly PastStatement[];
}

const longestHistory = 100;

/** The SQL page's work on one case: the statement being written, its parameters, its result, and what was run before. */
export class QuerySession {
  readonly #api: Api;
  readonly #storage: Storage;
  readonly #storageKey: string;
  #running: AbortController | null = null;

  text = $state('');
  /** Values by name; those of parameters that left the text are kept. */
  parameters = $state.raw<Readonly<Record<string, string>>>({});
  history = $state.raw<readonly PastStatement[]>([]);
  isRunning = $state(false);
  startedAtMs = $state(0);
  result = $state.raw<ResultView | null>(null);
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
    this.parameters = kept.parameters;
    this.history = kept.history;
  }

  write(text: string): void {
    this.text = text;
    this.#keep();
  }

  /** Puts another statement in place of the one there, which goes to the history. */
  replace(text: string): void {
    if (this.text.trim() !== '' && this.text !== text) this.#remember(this.text);
    this.write(text);
  }

  setParameter(name: string, value: string): void {
    this.parameters = { ...this.parameters, [name]: value };
    this.#keep();
  }

  /** Runs the statement; one that is running is cancelled first. */
  async run(): Promise<void> {
    const sql = this.text;
    if (sql.trim() === '') return;
    this.cancel();
    const controller = new AbortController();
    this.#running = controller;
    this.isRunning = true;
    this.startedAtMs = performance.now();
    this.#remember(sql);
    try {
      const result = await this.#api.query.run(
        { sql, parameters: this.#boundParameters() },
        { signal: controller.signal },
      );
      if (controller.signal.aborted) {
        void this.#api.query.release({ resultId: result.resultId }).catch(() => undefined);
        return;
      }
      this.result?.close();
      this.result = new ResultView(this.#api, result);
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
    this.result?.close();
    this.result = null;
  }

  /** An empty field is NULL: no other way to say it is needed. */
  #boundParameters(): QueryParameters {
    return Object.fromEntries(this.names.map((name) => [name, this.parameters[name] || null]));
  }

  #remember(sql: string): void {
    const others = this.history.filter((past) => past.sql !== sql);
    this.history = [{ sql, ranAt: new Date().toISOString() }, ...others].slice(0, longestHistory);
    this.#keep();
  }

  #keep(): void {
    const kept: Kept = { text: this.text, parameters: this.parameters, history: this.history };
    try {
      this.#storage.setItem(this.#storageKey, JSON.stringify(kept));
    } catch {
      // The browser's store is full: the page works on, it only forgets.
    }
  }
}

function readKept(text: string | null): Kept {
  const empty: Kept = { text: '', parameters: {}, history: [] };
  if (text === null) return empty;
  try {
    return { ...empty, ...(JSON.parse(text) as Partial<Kept>) };
  } catch {
    return empty;
  }
}
