import type { CaseProblem, EngineMessage, HostMessage } from './engine-messages.ts';

/** A running engine process; how wires are opened to it differs by host. */
export interface EngineChild {
  send(message: HostMessage): void;
  kill(): void;
}

export interface EngineChildEvents {
  onMessage(message: EngineMessage): void;
  /** Called once, however the process ended. */
  onExit(code: number | null): void;
}

/** Starts an engine process that opens `casePath` first. */
export type SpawnEngine<Child extends EngineChild> = (casePath: string | null, events: EngineChildEvents) => Child;

const shortestDelayMs = 250;
const longestDelayMs = 10_000;
/** An engine that lived this long did not die of its start: the delay begins anew. */
const settledMs = 30_000;
const stopGraceMs = 10_000;
const failedStartsToTell = 3;

/**
 * Keeps an engine process running: starts it again when it dies, later each time, and has the case that was open
 * opened again. If the process dies while it opens that case, the next one starts without it.
 */
export class EngineSupervisor<Child extends EngineChild> {
  readonly #spawn: SpawnEngine<Child>;
  #child: Child | null = null;
  #ready = deferred<Child>();
  #casePath: string | null;
  #isStopping = false;
  #restartTimer: NodeJS.Timeout | null = null;
  #delayMs = shortestDelayMs;
  #onExit: (() => void) | null = null;
  readonly #firstStart = deferred<CaseProblem | null>();
  #crashProblem: CaseProblem | null = null;
  #failedStarts = 0;

  constructor(spawn: SpawnEngine<Child>, casePath: string | null) {
    this.#spawn = spawn;
    this.#casePath = casePath;
    this.#start();
  }

  /** The running engine, once it takes wires; waits through a restart. */
  ready(): Promise<Child> {
    return this.#ready.promise;
  }

  /** Why the first engine could not open its case, or none starts at all; null: all is well. */
  firstStart(): Promise<CaseProblem | null> {
    return this.#firstStart.promise;
  }

  /** Ends the engine, giving it time to close the case. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (!child) return;
    const exited = new Promise<void>((resolve) => (this.#onExit = resolve));
    child.send({ type: 'stop' });
    const timer = setTimeout(() => child.kill(), stopGraceMs);
    await exited;
    clearTimeout(timer);
  }

  #start(): void {
    const startedAtMs = Date.now();
    const casePath = this.#casePath;
    let isReady = false;
    const child = this.#spawn(casePath, {
      onMessage: (message) => {
        if (message.type === 'case') this.#casePath = message.path;
        if (message.type === 'ready') {
          isReady = true;
          if (message.caseProblem) this.#casePath = null;
          this.#firstStart.resolve(message.caseProblem ?? this.#crashProblem);
          this.#ready.resolve(child);
        }
      },
      onExit: () => {
        this.#child = null;
        this.#onExit?.();
        if (this.#isStopping) return;
        if (isReady) this.#ready = deferred();
        else this.#failedStart(casePath);
        if (Date.now() - startedAtMs > settledMs) this.#delayMs = shortestDelayMs;
        this.#restartTimer = setTimeout(() => this.#start(), this.#delayMs);
        this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
      },
    });
    this.#child = child;
  }

  /** A process that died before it was ready: of its case if it had one, else of something that lasts. */
  #failedStart(casePath: string | null): void {
    this.#casePath = null;
    this.#failedStarts += 1;
    if (casePath) {
      const message = `The engine stopped while it opened ${casePath}, so it was started without that case. The log file says more.`;
      this.#crashProblem = { code: 'CASE_DAMAGED', message };
    } else if (this.#failedStarts >= failedStartsToTell) {
      const message = 'The engine does not start. Install Trailbench anew; the log file says more.';
      this.#firstStart.resolve({ code: 'INTERNAL', message });
    }
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** Promise.withResolvers, which Node 20 lacks. */
function deferred<T>(): Deferred<T> {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((fulfil) => (resolve = fulfil));
  return { promise, resolve: (value) => resolve?.(value) };
}
