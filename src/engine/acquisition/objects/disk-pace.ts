import { setImmediate as turn } from 'node:timers/promises';

/** A file operation that takes longer on average would be felt by all else that the process does. */
const longestMs = 3;
/** While the disk is slow it is tried anew this often. */
const triedAgainEvery = 256;
/** The longest that operations follow on each other without letting others run. */
const longestRunMs = 10;

/**
 * Small file operations: done at once where the disk is quick, by the thread pool where it is not. Handing each of them
 * to the pool cost as much as getting the object by the SDK; on a network drive doing so would stop the engine.
 */
export class DiskPace {
  #averageMs = 0;
  #patientCount = 0;
  #ranMs = 0;

  /** `quick` and `patient` do the same. */
  async run<Result>(quick: () => Result, patient: () => Promise<Result>): Promise<Result> {
    if (this.#averageMs > longestMs && ++this.#patientCount % triedAgainEvery !== 0) return patient();
    if (this.#ranMs > longestRunMs) {
      this.#ranMs = 0;
      await turn();
    }
    const startedMs = performance.now();
    try {
      return quick();
    } finally {
      const tookMs = performance.now() - startedMs;
      this.#ranMs += tookMs;
      this.#averageMs += (tookMs - this.#averageMs) / 8;
    }
  }
}
