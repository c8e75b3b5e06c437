const windowMs = 5_000;

interface Sample {
  readonly atMs: number;
  readonly events: number;
  readonly bytes: number;
}

/** Speed over the last seconds, from samples of running totals. */
export class ProgressRate {
  #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
    // One sample older than the window stays, so that the window is always covered.
    const firstInside = this.#samples.findIndex(({ atMs }) => atMs > sample.atMs - windowMs);
    if (firstInside > 1) this.#samples = this.#samples.slice(firstInside - 1);
  }

  eventsPerSecond(): number {
    return Math.round(this.#perMs('events') * 1000);
  }

  /** Milliseconds until `remainingBytes` are done at the present speed; null if nothing moves. */
  remainingMs(remainingBytes: number): number | null {
    const bytesPerMs = this.#perMs('bytes');
    return bytesPerMs > 0 ? Math.round(remainingBytes / bytesPerMs) : null;
  }

  #perMs(total: 'events' | 'bytes'): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs <= first.atMs) return 0;
    return (last[total] - first[total]) / (last.atMs - first.atMs);
  }
}
