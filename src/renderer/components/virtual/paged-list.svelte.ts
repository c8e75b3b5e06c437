import { PagedRows, type RowPage } from './paged-rows.ts';

type Load<Row> = (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;

/**
 * A long list for a view: what `PagedRows` holds, reactive, and replaced as a whole when filters or the case change.
 * The rows on show stay until the first of the new ones are there, so that nothing flickers.
 */
export class PagedList<Row> {
  #shown: PagedRows<Row> | null = null;
  #coming: PagedRows<Row> | null = null;
  #version = $state(0);
  #window = { first: 0, end: 50 };

  /** Rows of the whole list; null until the first page is there. */
  get total(): number | null {
    void this.#version;
    return this.#shown?.total ?? null;
  }

  get error(): unknown {
    void this.#version;
    return this.#shown?.error ?? null;
  }

  rowAt(index: number): Row | undefined {
    void this.#version;
    return this.#shown?.rowAt(index);
  }

  show(first: number, end: number): void {
    this.#window = { first, end };
    this.#shown?.show(first, end);
    this.#coming?.show(first, end);
  }

  retry(): void {
    this.#shown?.retry();
  }

  /** Fetches the list anew, with `load` from now on. */
  restart(load: Load<Row>): void {
    this.#coming?.close();
    const next: PagedRows<Row> = new PagedRows<Row>({
      pageSize: 100,
      maximumPages: 30,
      maximumLoads: 2,
      settleMs: 60,
      load,
      onChange: () => this.#changed(next),
    });
    this.#coming = next;
    next.show(this.#window.first, this.#window.end);
  }

  close(): void {
    this.#coming?.close();
    this.#shown?.close();
  }

  #changed(rows: PagedRows<Row>): void {
    if (rows === this.#coming) {
      this.#shown?.close();
      this.#shown = rows;
      this.#coming = null;
    }
    this.#version += 1;
  }
}
