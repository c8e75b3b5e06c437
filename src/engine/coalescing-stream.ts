import { AsyncIteratorClass } from '@orpc/server';

/**
 * An event stream for one slow reader: a value that was not read yet is replaced by a newer one with the same key, so
 * the buffer stays as small as the set of keys. Ends when `end` is called, the reader leaves or `signal` aborts.
 */
export class CoalescingStream<T> {
  readonly iterator: AsyncIterableIterator<T>;
  readonly #waiting = new Map<unknown, T>();
  readonly #onEnd: (stream: CoalescingStream<T>) => void;
  #wake: (() => void) | null = null;
  #isEnded = false;

  constructor(onEnd: (stream: CoalescingStream<T>) => void, signal?: AbortSignal) {
    this.#onEnd = onEnd;
    const stop = () => this.end();
    signal?.addEventListener('abort', stop, { once: true });
    this.iterator = new AsyncIteratorClass<T, undefined, undefined>(
      () => this.#next(),
      async () => {
        signal?.removeEventListener('abort', stop);
        this.end();
      },
    ) as AsyncIterableIterator<T>;
    if (signal?.aborted) this.end();
  }

  push(key: unknown, value: T): void {
    if (this.#isEnded) return;
    this.#waiting.set(key, value);
    this.#wake?.();
  }

  /** What was pushed before is still delivered. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd(this);
    this.#wake?.();
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    while (this.#waiting.size === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    for (const [key, value] of this.#waiting) {
      this.#waiting.delete(key);
      return { done: false, value };
    }
    return { done: true, value: undefined };
  }
}
