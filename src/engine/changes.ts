import type { ChangeNotice, ChangeTopic } from '#shared/api/app.ts';
import { CoalescingStream } from './coalescing-stream.ts';

/** Spreads change notices to every page that watches. */
export class Changes {
  readonly #streams = new Set<CoalescingStream<ChangeNotice>>();

  notify(topic: ChangeTopic): void {
    for (const stream of this.#streams) stream.push(topic, { topic });
  }

  /** Notices from now on; ends when the reader leaves, `signal` aborts or the engine closes. */
  watch(signal?: AbortSignal): AsyncIterableIterator<ChangeNotice> {
    const stream = new CoalescingStream<ChangeNotice>((ended) => this.#streams.delete(ended), signal);
    if (!signal?.aborted) this.#streams.add(stream);
    return stream.iterator;
  }

  close(): void {
    for (const stream of [...this.#streams]) stream.end();
  }
}
