import type { Api, EventRow, TimelineView } from '#shared/api/index.ts';
import { PagedRows } from '../../components/virtual/paged-rows.ts';
import type { EventSort } from './timeline-location.ts';

/**
 * The rows of the event table. Opening another view keeps the rows of the one before on show until the first page of
 * the new one is there.
 */
export class EventList {
  readonly #api: Api;
  #shown = $state.raw<PagedRows<EventRow> | null>(null);
  #opening: PagedRows<EventRow> | null = null;
  #version = $state(0);
  #window = { first: 0, end: 0 };
  /** True while what is on show belongs to the view before. */
  isOpening = $state(false);
  /** How long the engine took for the first page of the view on show. */
  elapsedMs = $state<number | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  /** Events of the view on show; null before the first page. */
  get total(): number | null {
    void this.#version;
    return this.#shown?.total ?? null;
  }

  /** Why the last fetch failed. */
  get error(): unknown {
    void this.#version;
    return this.#opening?.error ?? this.#shown?.error ?? null;
  }

  rowAt(index: number): EventRow | undefined {
    void this.#version;
    return this.#shown?.rowAt(index);
  }

  /**
   * Shows another view. `start` tells the row to fetch first; `onShown` is called with it when the new rows take the
   * place of the old ones. Without `start` the place in the list stays as it is.
   */
  open(view: TimelineView, sort: EventSort, start: Promise<number> | null, onShown: (row: number) => void): void {
    this.#opening?.close();
    this.isOpening = true;
    let elapsedMs: number | null = null;
    let startRow = this.#window.first;
    const rows: PagedRows<EventRow> = new PagedRows<EventRow>({
      pageSize: 200,
      maximumPages: 60,
      maximumLoads: 2,
      settleMs: 60,
      load: async (offset, limit, signal) => {
        const page = await this.#api.timeline.events({ view, sort, offset, limit }, { signal });
        elapsedMs ??= page.elapsedMs;
        return page;
      },
      onChange: () => {
        if (this.#opening === rows && rows.total !== null) {
          this.#shown?.close();
          this.#shown = rows;
          this.#opening = null;
          this.isOpening = false;
          this.elapsedMs = elapsedMs;
          onShown(startRow);
        }
        this.#version += 1;
      },
    });
    this.#opening = rows;
    void (start ?? Promise.resolve(startRow)).then((row) => {
      startRow = row;
      rows.show(Math.max(0, row - 40), row + 80);
    });
  }

  /** Rows `first` to `end` (exclusive) are looked at. */
  show(first: number, end: number): void {
    this.#window = { first, end };
    this.#shown?.show(first, end);
  }

  retry(): void {
    this.#opening?.retry();
    this.#shown?.retry();
  }

  close(): void {
    this.#opening?.close();
    this.#shown?.close();
  }
}
