import { untrack } from 'svelte';
import type { Api, QueryParameters, ResultRelation } from '#shared/api/index.ts';
import type { BoundParameters } from '#shared/notebook/bind-parameters.ts';
import type { CellBlock } from '#shared/notebook/notebook.ts';
import { parameterNames } from '#shared/sql/sql-tokens.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { isAbort } from '../../app/describe-error.ts';
import { ResultView } from '../query/result-view.svelte.ts';
import type { KeyedBlock } from './block-keys.ts';
import { CellRun, type RanWith } from './cell-run.svelte.ts';
import { mentionedNames } from './read-names.ts';

/** Why a result is no longer what the cell would give. */
export type StaleReason = 'statement' | 'parameters' | 'upstream' | 'evidence' | 'gone';

type KeyedCell = KeyedBlock<CellBlock>;

export interface CellRunsParts {
  readonly api: Api;
  /** The notebook's cells, in order. */
  readonly cells: () => readonly KeyedCell[];
  readonly parameters: () => BoundParameters;
  /** Grows with every change of the evidence. */
  readonly evidence: () => number;
}

/** What one press of a button started: a cell that failed in it is not tried again for each of its readers. */
interface Batch {
  readonly failed: Set<string>;
}

/** Runs a notebook's cells one after another, each after those it reads, and knows which results are out of date. */
export class CellRuns {
  readonly #parts: CellRunsParts;
  readonly #runs = new Map<string, CellRun>();
  #queue = $state.raw<readonly { readonly key: string; readonly batch: Batch }[]>([]);
  #running = $state.raw<{ readonly key: string; readonly controller: AbortController } | null>(null);
  #isDraining = false;
  readonly #waiting: (() => void)[] = [];
  /** By the cell's key; absent: up to date, or never run. */
  readonly stale: ReadonlyMap<string, StaleReason> = $derived.by(() => this.#staleReasons());

  constructor(parts: CellRunsParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#running !== null || this.#queue.length > 0;
  }

  /** Cells that are still to run, the running one included. */
  get remaining(): number {
    return this.#queue.length + (this.#running === null ? 0 : 1);
  }

  runOf(key: string): CellRun {
    let run = this.#runs.get(key);
    if (run === undefined) {
      // State that is made while something reacts would not be followed by it.
      run = untrack(() => new CellRun());
      this.#runs.set(key, run);
    }
    return run;
  }

  /** Runs cells in the order given, after what runs already. Resolves when nothing is left to run. */
  async run(keys: readonly string[]): Promise<void> {
    const waiting = new Set(this.#queue.map(({ key }) => key));
    const batch: Batch = { failed: new Set() };
    const added = keys.filter((key) => !waiting.has(key) && this.#cell(key)?.block.sql.trim());
    for (const key of added) if (this.#running?.key !== key) this.runOf(key).state = 'queued';
    this.#queue = [...this.#queue, ...added.map((key) => ({ key, batch }))];
    await this.#drain();
  }

  runAll(): Promise<void> {
    return this.run(this.#parts.cells().map(({ key }) => key));
  }

  runFrom(key: string): Promise<void> {
    const keys = this.#parts.cells().map((cell) => cell.key);
    return this.run(keys.slice(Math.max(0, keys.indexOf(key))));
  }

  cancel(key: string): void {
    this.#queue = this.#queue.filter((entry) => entry.key !== key);
    if (this.#running?.key === key) this.#running.controller.abort();
    else if (this.runOf(key).state === 'queued') this.runOf(key).rest();
  }

  cancelAll(): void {
    for (const { key } of this.#queue) if (key !== this.#running?.key) this.runOf(key).rest();
    this.#queue = [];
    this.#running?.controller.abort();
  }

  /** The engine was restarted: what results are on show can't be paged any more. */
  markGone(): void {
    for (const run of this.#runs.values()) if (run.view !== null) run.isGone = true;
  }

  /** Leaving the page: what it started ends, its results are let go. */
  close(): void {
    this.cancelAll();
    for (const run of this.#runs.values()) run.close();
  }

  /** The earlier cell that a name stands for at a cell. */
  providerOf(name: string, key: string): KeyedCell | undefined {
    const cells = this.#parts.cells();
    const before = cells.slice(
      0,
      Math.max(
        0,
        cells.findIndex((cell) => cell.key === key),
      ),
    );
    return before.find(({ block }) => block.name?.toLowerCase() === name.toLowerCase());
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return this.#whenIdle();
    this.#isDraining = true;
    try {
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        this.#queue = this.#queue.slice(1);
        await this.#runAfterUpstream(next.key, next.batch);
      }
    } finally {
      this.#isDraining = false;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  #whenIdle(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** False: cancelled, failed or skipped. */
  async #runAfterUpstream(key: string, batch: Batch): Promise<boolean> {
    const cell = this.#cell(key);
    if (cell === undefined) return false;
    for (const [name, mention] of mentionedNames(cell.block.sql)) {
      const provider = this.providerOf(name, key);
      if (provider === undefined || this.#isFresh(provider.key)) continue;
      const isGiven = !batch.failed.has(provider.key) && (await this.#runAfterUpstream(provider.key, batch));
      if (isGiven || mention === 'word') continue;
      if (batch.failed.has(provider.key)) {
        this.runOf(key).skip(`“${provider.block.name}”, which this cell reads, has no result. Mend that one first.`);
        batch.failed.add(key);
      } else this.runOf(key).rest();
      return false;
    }
    return this.#execute(key, batch);
  }

  async #execute(key: string, batch: Batch): Promise<boolean> {
    const cell = this.#cell(key);
    if (cell === undefined) return false;
    const { sql, dialect } = cell.block;
    const run = this.runOf(key);
    const controller = new AbortController();
    this.#queue = this.#queue.filter((entry) => entry.key !== key);
    this.#running = { key, controller };
    run.state = 'running';
    run.startedAtMs = performance.now();
    const evidence = this.#parts.evidence();
    const { api } = this.#parts;
    try {
      const parameters = this.#parametersFor(sql);
      const relations = this.#relationsFor(cell);
      const { signal } = controller;
      const result = await api.query.run({ sql, dialect, parameters, relations: [...relations] }, { signal });
      if (signal.aborted) {
        void api.query.release({ resultId: result.resultId }).catch(() => undefined);
        run.rest();
        return false;
      }
      const ids = new Map(relations.map(({ name, resultId }) => [name.toLowerCase(), resultId]));
      run.succeed(new ResultView(api, result), {
        ...{ sql, dialect, evidence },
        parameters: Object.fromEntries(
          result.uses.parameters.map((name) => [name, JSON.stringify(parameters[name] ?? null)]),
        ),
        relations: Object.fromEntries(
          result.uses.relations.map((name) => [name.toLowerCase(), ids.get(name.toLowerCase()) ?? '']),
        ),
      });
      return true;
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) {
        run.rest();
        return false;
      }
      run.fail(error, sql);
      batch.failed.add(key);
      return false;
    } finally {
      if (this.#running?.controller === controller) this.#running = null;
    }
  }

  #parametersFor(sql: string): QueryParameters {
    const { values, problems } = this.#parts.parameters();
    const used = new Set(parameterNames(sql).map((name) => name.toLowerCase()));
    for (const [name, problem] of Object.entries(problems)) {
      const names = [name, `${name}_from`, `${name}_to`];
      if (names.some((each) => used.has(each.toLowerCase()))) {
        throw new TrailbenchError('BAD_INPUT', `$${name}: ${problem}`);
      }
    }
    return values;
  }

  #relationsFor({ key, block }: KeyedCell): readonly ResultRelation[] {
    return [...mentionedNames(block.sql).keys()].flatMap((name) => {
      const provider = this.providerOf(name, key);
      const run = provider && this.runOf(provider.key);
      if (!provider?.block.name || !run?.view || run.isGone) return [];
      return [{ name: provider.block.name, resultId: run.view.result.resultId }];
    });
  }

  #cell(key: string): KeyedCell | undefined {
    return this.#parts.cells().find((cell) => cell.key === key);
  }

  #isFresh(key: string): boolean {
    const run = this.runOf(key);
    return run.view !== null && run.state === 'done' && !this.stale.has(key);
  }

  #staleReasons(): ReadonlyMap<string, StaleReason> {
    const reasons = new Map<string, StaleReason>();
    const named = new Map<string, string>();
    for (const { key, block } of this.#parts.cells()) {
      const run = this.runOf(key);
      if (run.view !== null && run.ranWith !== null) {
        const reason = run.isGone ? 'gone' : this.#staleReason(block, run.ranWith, named, reasons);
        if (reason !== null) reasons.set(key, reason);
      }
      const name = block.name?.toLowerCase();
      if (name !== undefined && !named.has(name)) named.set(name, key);
    }
    return reasons;
  }

  #staleReason(
    block: CellBlock,
    ranWith: RanWith,
    named: ReadonlyMap<string, string>,
    reasons: ReadonlyMap<string, StaleReason>,
  ): StaleReason | null {
    if (block.sql.trim() !== ranWith.sql.trim() || block.dialect !== ranWith.dialect) return 'statement';
    if (this.#parts.evidence() !== ranWith.evidence) return 'evidence';
    const { values } = this.#parts.parameters();
    const isOther = ([name, value]: readonly [string, string]): boolean =>
      JSON.stringify(values[name] ?? null) !== value;
    if (Object.entries(ranWith.parameters).some(isOther)) return 'parameters';
    const isUpstreamOther = Object.entries(ranWith.relations).some(([name, resultId]) => {
      const provider = named.get(name);
      if (provider === undefined || reasons.has(provider)) return true;
      return this.runOf(provider).view?.result.resultId !== resultId;
    });
    return isUpstreamOther ? 'upstream' : null;
  }
}
