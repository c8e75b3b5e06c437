import { realPace, type Pace } from './persistence.ts';

/** Answers to one wave of requests count as one sign. */
const oneWaveMs = 1_000;

/**
 * How many downloads run at once: half as many after each wave of “slow down”, and one more again with every round of
 * successes.
 */
export class AdaptiveLimit {
  readonly #most: number;
  readonly #pace: Pace;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #running = 0;
  #successes = 0;
  #loweredAtMs = -Infinity;

  constructor(most: number, pace: Pace = realPace) {
    this.#most = most;
    this.#limit = most;
    this.#pace = pace;
  }

  get limit(): number {
    return this.#limit;
  }

  async acquire(): Promise<void> {
    while (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }

  release(): void {
    this.#running--;
    this.#admit();
  }

  succeeded(): void {
    if (this.#limit === this.#most || ++this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit++;
    this.#admit();
  }

  throttled(): void {
    const nowMs = this.#pace.nowMs();
    if (nowMs - this.#loweredAtMs < oneWaveMs) return;
    this.#loweredAtMs = nowMs;
    this.#successes = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  #admit(): void {
    for (let free = this.#limit - this.#running; free > 0; free--) this.#waiting.shift()?.();
  }
}
