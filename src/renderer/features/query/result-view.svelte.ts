import type { Api, Cell, QueryResult, ResultFilter, ResultSort, ResultWindow } from '#shared/api/index.ts';
import { PagedList } from '../../components/virtual/paged-list.svelte.ts';
import type { CellRange } from '../../components/grid/grid-cursor.ts';
import { parseFilter } from './result-filter.ts';

export type ResultRow = readonly Cell[];

/** More than this is no text for a clipboard. */
export const mostCellsToCopy = 1_000_000;
const windowRows = 2000;

export interface ResultViewOptions {
  /** Hold beside what is typed above the columns, e.g. for the rows of one mark in a chart. */
  readonly fixedFilters?: readonly ResultFilter[];
  /** The result belongs to another view, which releases it. */
  readonly isBorrowed?: boolean;
}

/** One result on the engine, looked at through sorting and filters. */
export class ResultView {
  readonly result: QueryResult;
  readonly #api: Api;
  readonly #options: ResultViewOptions;
  readonly #list = new PagedList<ResultRow>();
  /** The first sorts first. */
  sort = $state.raw<readonly ResultSort[]>([]);
  /** What is typed above each column, by column. */
  filterTexts = $state.raw<Readonly<Record<number, string>>>({});

  constructor(api: Api, result: QueryResult, options: ResultViewOptions = {}) {
    this.#api = api;
    this.#options = options;
    this.result = result;
    this.#restart();
  }

  /** Rows that the filters leave. */
  get rowCount(): number {
    return this.#list.total ?? 0;
  }

  get error(): unknown {
    return this.#list.error;
  }

  rowAt(index: number): ResultRow | undefined {
    return this.#list.rowAt(index);
  }

  show(first: number, end: number): void {
    this.#list.show(first, end);
  }

  /** First press ascending, then descending, then as the statement gave it. */
  sortBy(column: number, isAdditional: boolean): void {
    const before = this.sort.find((entry) => entry.column === column);
    const others = isAdditional ? this.sort.filter((entry) => entry.column !== column) : [];
    if (before?.descending === true) this.sort = others;
    else this.sort = [...others, { column, descending: before !== undefined }];
    this.#restart();
  }

  filter(column: number, text: string): void {
    this.filterTexts = { ...this.filterTexts, [column]: text };
    this.#restart();
  }

  /** All that hold now, as `query.window` and `query.export` take them. */
  get filters(): readonly ResultFilter[] {
    return this.#filters();
  }

  get hasFilters(): boolean {
    return Object.values(this.filterTexts).some((text) => text.trim() !== '');
  }

  clearFilters(): void {
    this.filterTexts = {};
    this.#restart();
  }

  retry(): void {
    this.#list.retry();
  }

  /** The cells of a range, fetched where they are not there. */
  async readRange(range: CellRange, signal: AbortSignal): Promise<readonly ResultRow[]> {
    const rows: ResultRow[] = [];
    for (let offset = range.firstRow; offset <= range.lastRow; offset += windowRows) {
      const limit = Math.min(windowRows, range.lastRow - offset + 1);
      const page = await this.#read(offset, limit, signal);
      rows.push(...page.rows.map((row) => row.slice(range.firstColumn, range.lastColumn + 1)));
    }
    return rows;
  }

  close(): void {
    this.#list.close();
    if (this.#options.isBorrowed === true) return;
    // A case that was closed or an engine that was restarted has let go of the result already.
    this.#api.query.release({ resultId: this.result.resultId }).catch(() => undefined);
  }

  #restart(): void {
    this.#list.restart((offset, limit, signal) => this.#read(offset, limit, signal));
  }

  async #read(
    offset: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ total: number; rows: readonly ResultRow[] }> {
    const filters = this.#filters();
    const { window, rowCount, resultId } = this.result;
    if (this.sort.length === 0 && filters.length === 0 && offset + limit <= window.rowCount) {
      return { total: rowCount, rows: rowsOf(window).slice(offset, offset + limit) };
    }
    const page = await this.#api.query.window({ resultId, offset, limit, sort: [...this.sort], filters }, { signal });
    return { total: page.filteredCount, rows: rowsOf(page) };
  }

  #filters(): ResultFilter[] {
    const typed = Object.entries(this.filterTexts).map(([column, text]) => parseFilter(Number(column), text));
    return [...(this.#options.fixedFilters ?? []), ...typed.filter((filter) => filter !== null)];
  }
}

function rowsOf(window: ResultWindow): readonly ResultRow[] {
  return Array.from({ length: window.rowCount }, (_, row) => window.cells.map((column) => column[row] ?? null));
}

/** The first rows of a result, at most `limit`, as the statement gave them. */
export async function firstRows(
  api: Api,
  { resultId, rowCount, window }: QueryResult,
  limit: number,
  signal: AbortSignal,
): Promise<readonly ResultRow[]> {
  const wanted = Math.min(limit, rowCount);
  if (wanted <= window.rowCount) return rowsOf(window).slice(0, wanted);
  const rows: ResultRow[] = [];
  while (rows.length < wanted) {
    const page = { resultId, offset: rows.length, limit: Math.min(windowRows, wanted - rows.length) };
    const found = rowsOf(await api.query.window(page, { signal }));
    if (found.length === 0) break;
    rows.push(...found);
  }
  return rows;
}
