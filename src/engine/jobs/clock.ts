/** A time source that tests can replace. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
  /** Calls `work` once after `delayMs`; returns the cancellation. */
  schedule(delayMs: number, work: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  schedule(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
