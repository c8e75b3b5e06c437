import { TrailbenchError } from '#shared/api/errors.ts';

interface Entry<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  isDone: boolean;
}

/**
 * Keeps the last few outcomes of costly work. Callers that ask for the same key at the same time share one run; it is
 * aborted when all of them have gone. Failures are not kept.
 */
export class SharedCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #capacity: number;
  readonly #dispose: (value: T) => void;

  constructor(capacity: number, dispose: (value: T) => void = () => undefined) {
    this.#capacity = capacity;
    this.#dispose = dispose;
  }

  /** Throws CANCELLED if `signal` aborts first. */
  async get(key: string, make: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw cancelled();
    const entry = this.#entries.get(key) ?? this.#start(key, make);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#evict();
    entry.waiting++;
    try {
      return await abortable(entry.promise, signal);
    } finally {
      entry.waiting--;
      if (signal?.aborted && entry.waiting === 0 && !entry.isDone) {
        entry.controller.abort();
        // At once, so that nobody joins work that is about to fail.
        this.#forget(key, entry);
        entry.promise.then(this.#dispose, () => undefined);
      }
    }
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const controller = new AbortController();
    const entry: Entry<T> = { promise: make(controller.signal), controller, waiting: 0, isDone: false };
    entry.promise.then(
      () => (entry.isDone = true),
      () => this.#forget(key, entry),
    );
    return entry;
  }

  #forget(key: string, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #evict(): void {
    for (const [key, entry] of [...this.#entries].slice(0, -this.#capacity)) {
      if (entry.waiting > 0) continue;
      this.#entries.delete(key);
      entry.promise.then(this.#dispose, () => undefined);
    }
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(cancelled());
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function cancelled(): TrailbenchError {
  return new TrailbenchError('CANCELLED', 'Cancelled.');
}
