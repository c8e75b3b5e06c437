import type { Source } from './list-sources.ts';

/** Files to import, in order. More may come while the import runs, until `end`. */
export class SourceQueue {
  /** Called when files came or the end was told. */
  onChange: () => void = () => undefined;
  readonly #sources: Source[] = [];
  #next = 0;
  #hasEnded = false;

  /** A queue that is complete from the start. */
  static of(sources: readonly Source[]): SourceQueue {
    const queue = new SourceQueue();
    queue.#sources.push(...sources);
    queue.#hasEnded = true;
    return queue;
  }

  push(source: Source): void {
    this.#sources.push(source);
    this.onChange();
  }

  /** No further file comes. */
  end(): void {
    this.#hasEnded = true;
    this.onChange();
  }

  /** The next file; null: there is none now. */
  take(): Source | null {
    const source = this.#sources[this.#next];
    if (!source) return null;
    this.#next++;
    // Taken ones are let go of now and then, so that a long download does not pile them up.
    if (this.#next === 1024) {
      this.#sources.splice(0, this.#next);
      this.#next = 0;
    }
    return source;
  }

  /** Files that wait. */
  get length(): number {
    return this.#sources.length - this.#next;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** True once everything was taken and nothing more comes. */
  get isDrained(): boolean {
    return this.#hasEnded && this.length === 0;
  }
}
