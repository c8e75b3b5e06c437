import { realClock, type Clock } from '#engine/jobs/clock.ts';

/**
 * Starts requests at least `intervalMs` apart, in the order they ask. The first one goes at once; `holdOff` puts the
 * next ones off.
 */
export class RequestPace {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #nextAtMs = -Infinity;

  constructor(intervalMs: number, clock: Clock = realClock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** Resolves when the next request may start. Errors: the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const startAtMs = Math.max(this.#clock.nowMs(), this.#nextAtMs);
    this.#nextAtMs = startAtMs + this.#intervalMs;
    await delay(startAtMs - this.#clock.nowMs(), this.#clock, signal);
  }

  /** No request starts within the next `delayMs`. */
  holdOff(delayMs: number): void {
    this.#nextAtMs = Math.max(this.#nextAtMs, this.#clock.nowMs() + delayMs);
  }
}

/** Errors: the signal's reason. */
async function delay(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.schedule(delayMs, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
