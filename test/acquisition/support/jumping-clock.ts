import type { Clock } from '#engine/jobs/clock.ts';

/** Time that stands still, but for what is waited for: whoever waits is called at once, and that much later. */
export class JumpingClock implements Clock {
  readonly #startedAtMs: number;
  #elapsedMs = 0;

  constructor(startedAt: string) {
    this.#startedAtMs = Date.parse(startedAt);
  }

  nowMs(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, work: () => void): () => void {
    const dueAtMs = this.#elapsedMs + delayMs;
    const timer = setImmediate(() => {
      this.#elapsedMs = Math.max(this.#elapsedMs, dueAtMs);
      work();
    });
    return () => clearImmediate(timer);
  }

  now = (): Date => new Date(this.#startedAtMs + this.#elapsedMs);

  advance(delayMs: number): void {
    this.#elapsedMs += delayMs;
  }
}
