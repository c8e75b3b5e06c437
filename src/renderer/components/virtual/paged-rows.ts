export interface RowPage<Row> {
  /** Rows of the whole list, as far as is known now. */
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface PagedRowsOptions<Row> {
  readonly pageSize: number;
  /** Pages kept; the ones not used for longest leave first. */
  readonly maximumPages: number;
  /** Pages fetched at the same time. */
  readonly maximumLoads: number;
  /** While fetches are being overtaken (somebody drags the scroll bar), how long a place must stay before it is fetched. */
  readonly settleMs?: number;
  readonly load: (offset: number, limit: number, signal: AbortSignal) => Promise<RowPage<Row>>;
  /** Something that `rowAt`, `total` or `error` tells has changed. */
  readonly onChange: () => void;
}

/**
 * A long list of which only the pages near the viewport are held. `show` says what is looked at: missing pages are
 * fetched, the ones looked at first; fetches of pages that left the viewport are aborted.
 */
export class PagedRows<Row> {
  readonly #options: PagedRowsOptions<Row>;
  /** In order of use, the latest last. */
  readonly #pages = new Map<number, readonly Row[]>();
  readonly #loads = new Map<number, AbortController>();
  #wanted: readonly number[] = [];
  #total: number | null = null;
  #error: unknown = null;
  #isClosed = false;
  #settling: ReturnType<typeof setTimeout> | null = null;

  constructor(options: PagedRowsOptions<Row>) {
    this.#options = options;
  }

  /** Null until the first page is there. */
  get total(): number | null {
    return this.#total;
  }

  /** Why the last fetch failed; null after one that worked. */
  get error(): unknown {
    return this.#error;
  }

  get isLoading(): boolean {
    return this.#loads.size > 0;
  }

  /** The row, or undefined while its page is not there. */
  rowAt(index: number): Row | undefined {
    const { pageSize } = this.#options;
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** Makes rows `first` to `end` (exclusive) available, then one page before and after them. */
  show(first: number, end: number): void {
    if (this.#isClosed) return;
    const { pageSize } = this.#options;
    const firstPage = Math.floor(first / pageSize);
    const lastPage = Math.max(firstPage, Math.floor((end - 1) / pageSize));
    const wanted: number[] = [];
    for (let page = firstPage; page <= lastPage; page += 1) wanted.push(page);
    for (const page of wanted) this.#touch(page);
    wanted.push(lastPage + 1);
    if (firstPage > 0) wanted.push(firstPage - 1);
    this.#wanted = wanted;
    let hasOvertaken = this.#settling !== null;
    for (const [page, controller] of this.#loads) {
      if (wanted.includes(page)) continue;
      controller.abort();
      this.#loads.delete(page);
      hasOvertaken = true;
    }
    const { settleMs = 0 } = this.#options;
    if (hasOvertaken && settleMs > 0) this.#pumpWhenSettled(settleMs);
    else this.#pump();
  }

  /** Fetches what is missing once more after an error. */
  retry(): void {
    this.#error = null;
    this.#options.onChange();
    this.#pump();
  }

  /** Aborts every fetch; the rows that are there stay readable. */
  close(): void {
    this.#isClosed = true;
    if (this.#settling !== null) clearTimeout(this.#settling);
    for (const controller of this.#loads.values()) controller.abort();
    this.#loads.clear();
  }

  #pumpWhenSettled(settleMs: number): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#pump();
    }, settleMs);
  }

  #pump(): void {
    // After an error nothing is fetched until somebody asks for it: no storm of failing calls while scrolling.
    if (this.#isClosed || this.#error !== null) return;
    for (const page of this.#wanted) {
      if (this.#loads.size >= this.#options.maximumLoads) return;
      if (this.#pages.has(page) || this.#loads.has(page) || this.#isBeyondEnd(page)) continue;
      void this.#loadPage(page);
    }
  }

  #isBeyondEnd(page: number): boolean {
    if (page === 0) return false;
    // Until the length is known, a page that may not exist isn't asked for ahead of need.
    return this.#total === null ? page !== this.#wanted[0] : page * this.#options.pageSize >= this.#total;
  }

  async #loadPage(page: number): Promise<void> {
    const { pageSize, load, onChange } = this.#options;
    const controller = new AbortController();
    this.#loads.set(page, controller);
    try {
      const loaded = await load(page * pageSize, pageSize, controller.signal);
      if (controller.signal.aborted) return;
      this.#total = loaded.total;
      this.#keep(page, loaded.rows);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#error = error;
    }
    this.#loads.delete(page);
    onChange();
    this.#pump();
  }

  #touch(page: number): void {
    const rows = this.#pages.get(page);
    if (rows === undefined) return;
    this.#pages.delete(page);
    this.#pages.set(page, rows);
  }

  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.set(page, rows);
    for (const candidate of this.#pages.keys()) {
      if (this.#pages.size <= this.#options.maximumPages) return;
      if (!this.#wanted.includes(candidate)) this.#pages.delete(candidate);
    }
  }
}
