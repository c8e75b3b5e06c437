import type {
  Api,
  NotebookFile,
  QueryParameters,
  QueryResult,
  ResultRelation,
  SaveOutcome,
} from '#shared/api/index.ts';
import { TrailbenchError } from '#shared/api/errors.ts';

/** What a call of `query.run` gave to the engine. */
export interface GivenRun {
  readonly sql: string;
  readonly parameters: QueryParameters;
  readonly relations: readonly ResultRelation[];
}

/** An engine for the page's state: files in memory, statements that "run" as the test says. */
export class TestEngine {
  /** Texts of notebooks by name. */
  readonly files = new Map<string, string>();
  readonly given: GivenRun[] = [];
  readonly released: string[] = [];
  /** Statements that hold one of these words fail. */
  readonly failing = new Set<string>();
  /** Statements that hold one of these words go on until they are cancelled or let go. */
  readonly held = new Map<string, Promise<void>>();
  saves = 0;
  saveError: Error | null = null;
  casePath = '/case';
  #results = 0;

  get api(): Api {
    const notebook = {
      read: ({ name }: { name: string }) => this.#read(name),
      save: (input: { name: string; text: string; baseHash: string }) => this.#save(input),
      create: async ({ title, text }: { title: string; text: string }) => {
        let name = `${title}.md`;
        for (let number = 2; this.files.has(name); number += 1) name = `${title} ${number}.md`;
        this.files.set(name, text);
        return this.#read(name);
      },
    };
    const query = {
      run: (input: GivenRun, { signal }: { signal: AbortSignal }) => this.#run(input, signal),
      release: ({ resultId }: { resultId: string }) => Promise.resolve(void this.released.push(resultId)),
    };
    const current = { current: () => Promise.resolve({ path: this.casePath }) };
    return { notebook, query, case: current } as unknown as Api;
  }

  async #read(name: string): Promise<NotebookFile> {
    await Promise.resolve();
    const text = this.files.get(name);
    if (text === undefined) throw new TrailbenchError('NOT_FOUND', 'There is no such notebook.');
    return {
      ...{ place: 'case', name, title: name, description: null, tags: [], cellCount: 0, problem: null },
      ...{ sizeBytes: text.length, modifiedAt: '2026-01-01T00:00:00Z', text, hash: `hash of ${text}` },
    };
  }

  async #save(input: { name: string; text: string; baseHash: string }): Promise<SaveOutcome> {
    this.saves += 1;
    await Promise.resolve();
    if (this.saveError) throw this.saveError;
    const before = this.files.get(input.name);
    if (before === undefined) return { state: 'conflict', theirs: null };
    if (`hash of ${before}` !== input.baseHash) return { state: 'conflict', theirs: await this.#read(input.name) };
    this.files.set(input.name, input.text);
    return { state: 'saved', file: await this.#read(input.name) };
  }

  async #run(input: GivenRun, signal: AbortSignal): Promise<QueryResult> {
    this.given.push(structuredClone(input));
    const { sql } = input;
    const hold = [...this.held].find(([word]) => sql.includes(word))?.[1];
    if (hold) await Promise.race([hold, new Promise((_, reject) => signal.addEventListener('abort', reject))]);
    await Promise.resolve();
    if ([...this.failing].some((word) => sql.includes(word))) {
      throw new TrailbenchError('SQL_FAILED', `“${sql}” failed.`, { position: { offset: 0, length: 3 } });
    }
    this.#results += 1;
    return {
      resultId: `result ${this.#results}`,
      columns: [],
      rowCount: 0,
      elapsedMs: 1,
      uses: {
        parameters: Object.keys(input.parameters).filter((name) => sql.includes(`$${name}`)),
        relations: input.relations.map(({ name }) => name).filter((name) => sql.includes(name)),
      },
      translatedSql: null,
      window: { offset: 0, rowCount: 0, cells: [] },
    };
  }
}

/** A browser's store in memory; `isFull` refuses whatever is written. */
export class TestStorage implements Storage {
  readonly #items = new Map<string, string>();
  isFull = false;

  get length(): number {
    return this.#items.size;
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new Error('QuotaExceededError');
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }
}
