import type { Api, ChangeTopic } from '#shared/api/index.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { createApi, type Link, type OpenWire, type Wire } from './wire.ts';

export type ConnectionState = 'connected' | 'reconnecting';

const handshakeLimitMs = 15_000;
const shortestDelayMs = 200;
const longestDelayMs = 5_000;
const allTopics: readonly ChangeTopic[] = [
  'case',
  'evidence',
  'sources',
  'jobs',
  'prompts',
  'custody',
  'notebooks',
  'pins',
];

/**
 * The page's lasting connection to the engine, over one wire after another. Calls made while there is no wire wait for
 * the next one; calls in flight when a wire breaks reject with ENGINE_STOPPED. The host opens the case again that was
 * open in an engine that died.
 */
export class EngineConnection {
  readonly api: Api;
  readonly #openWire: OpenWire;
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #restartListeners = new Set<() => void>();
  readonly #changeListeners = new Set<(topic: ChangeTopic) => void>();
  #state: ConnectionState = 'reconnecting';
  #wire: Promise<Wire>;
  #processId: number | null = null;
  #isClosed = false;

  constructor(openWire: OpenWire) {
    this.#openWire = openWire;
    this.#wire = this.#connect();
    this.api = createApi({ call: (...call) => this.#call(...call) });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves once the engine has answered for the first time. */
  async connected(): Promise<void> {
    await this.#wire;
  }

  /** Calls `listener` with each new state. Returns how to stop. */
  onState(listener: (state: ConnectionState) => void): () => void {
    return subscribe(this.#stateListeners, listener);
  }

  /** Calls `listener` when the engine was started anew: jobs and results of the old one are gone. */
  onRestart(listener: () => void): () => void {
    return subscribe(this.#restartListeners, listener);
  }

  /** Calls `listener` with what changed; with every topic after a reconnect, as notices may have been missed. */
  onChange(listener: (topic: ChangeTopic) => void): () => void {
    return subscribe(this.#changeListeners, listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#wire.then(
      (wire) => wire.close(),
      () => {},
    );
  }

  async #call(...call: Parameters<Link['call']>): Promise<unknown> {
    const wire = await this.#wire;
    const translate = (error: unknown): never => {
      throw wire.isClosed() && !call[2].signal?.aborted ? engineStopped(error) : error;
    };
    const output = await wire.link.call(...call).catch(translate);
    return isAsyncIterator(output) ? withErrors(output, translate) : output;
  }

  async #connect(): Promise<Wire> {
    for (let delayMs = shortestDelayMs; !this.#isClosed; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      let wire: Wire | null = null;
      try {
        wire = await this.#openWire();
        const { processId } = await within(handshakeLimitMs, createApi(wire.link).app.info());
        this.#begin(wire, processId);
        return wire;
      } catch {
        wire?.close();
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
    throw new Error('The connection was closed.');
  }

  #begin(wire: Wire, processId: number): void {
    const isFirst = this.#processId === null;
    const isRestart = !isFirst && this.#processId !== processId;
    this.#processId = processId;
    void wire.closed.then(() => {
      if (this.#isClosed) return;
      this.#setState('reconnecting');
      this.#wire = this.#connect();
    });
    void this.#forwardChanges(wire);
    // After `#wire` has resolved, so that listeners can call the new engine.
    queueMicrotask(() => {
      this.#setState('connected');
      if (isRestart) for (const listener of this.#restartListeners) listener();
      if (!isFirst) for (const topic of allTopics) this.#tell(topic);
    });
  }

  async #forwardChanges(wire: Wire): Promise<void> {
    try {
      for await (const { topic } of await createApi(wire.link).app.changes()) this.#tell(topic);
    } catch {
      // The wire broke: `closed` tells.
    }
  }

  #tell(topic: ChangeTopic): void {
    for (const listener of this.#changeListeners) listener(topic);
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

function engineStopped(cause: unknown): TrailbenchError {
  const sentence = 'The engine stopped while it worked on this. It is being started again; then try once more.';
  return new TrailbenchError('ENGINE_STOPPED', sentence, undefined, { cause });
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Not a generator: its `return()` would wait for the pending `next()` instead of ending it. */
function withErrors(
  iterator: AsyncIterator<unknown>,
  translate: (error: unknown) => never,
): AsyncIterableIterator<unknown> {
  return {
    next: () => iterator.next().catch(translate),
    return: (value) => iterator.return?.(value) ?? Promise.resolve({ done: true, value }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('No answer in time.')), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
