import { PagedRows, type RowPage } from './paged-rows.ts';

type Load<Row> = (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;

export interface RestartOptions {
  /** The row to fetch first. Absent: the place in the list stays as it is. */
  readonly start?: Promise<number> | undefined;
  /** Called with that row when the new rows take the place of the old ones. */
  readonly onShown?: (row: number) => void;
}

/**
 * A long list for a view: what `PagedRows` holds, reactive, and replaced as a whole when filters, order or the case
 * change. The rows on show stay until the first of the new ones are there, so that nothing flickers.
 */
export class PagedList<Row> {
  #shown = $state.raw<PagedRows<Row> | null>(null);
  #coming: PagedRows<Row> | null = null;
  #version = $state(0);
  #window = { first: 0, end: 50 };
  /** True while what is on show is about to be replaced. */
  isRestarting = $state(false);

  /** Rows of the whole list; null until the first page is there. */
  get total(): number | null {
    void this.#version;
    return this.#shown?.total ?? null;
  }

  /** Why the last fetch failed; null after one that worked. */
  get error(): unknown {
    void this.#version;
    return this.#shown?.error ?? null;
  }

  rowAt(index: number): Row | undefined {
    void this.#version;
    return this.#shown?.rowAt(index);
  }

  /** Rows `first` to `end` (exclusive) are looked at. */
  show(first: number, end: number): void {
    this.#window = { first, end };
    this.#shown?.show(first, end);
  }

  retry(): void {
    this.#shown?.retry();
  }

  /** Fetches the list anew, with `load` from now on. */
  restart(load: Load<Row>, { start, onShown }: RestartOptions = {}): void {
    this.#coming?.close();
    this.isRestarting = true;
    let startRow = this.#window.first;
    const next: PagedRows<Row> = new PagedRows<Row>({
      pageSize: 200,
      maximumPages: 60,
      maximumLoads: 2,
      settleMs: 60,
      load,
      onChange: () => {
        if (next === this.#coming) {
          this.#shown?.close();
          this.#shown = next;
          this.#coming = null;
          this.isRestarting = false;
          onShown?.(startRow);
        }
        this.#version += 1;
      },
    });
    this.#coming = next;
    if (start === undefined) next.show(this.#window.first, this.#window.end);
    else void start.then((row) => next.show(Math.max(0, (startRow = row) - 40), row + 80));
  }

  close(): void {
    this.#coming?.close();
    this.#shown?.close();
  }
}
