import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { ResultColumn, ResultFilter, ResultSort } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { microsOf } from '#engine/timeline/view-sql.ts';
import { sqlError } from './sql-error.ts';
import { timeSql } from './time-columns.ts';
import type { ResultOrigin } from './statement.ts';

export interface StoredResult {
  readonly resultId: string;
  /** The scratch table that holds it. */
  readonly table: string;
  /** SQL of a relation with columns `rowNumber` (from 1), `c0`, `c1` …: the table, or what reads through it. */
  readonly relation: string;
  readonly columns: readonly StoredColumn[];
  readonly rowCount: number;
  /** Null for what the engine put together itself (a pin's rows, a comparison). */
  readonly origin: ResultOrigin | null;
  /** Row orders made for sorted or filtered windows, by their sort and filters; least recently used first. */
  readonly views: Map<string, RowOrder>;
}

export interface StoredColumn extends ResultColumn {
  /** Text of nested values is JSON. */
  readonly isNested: boolean;
}

/** Table with columns `position` (from 1) and `rowNumber`. */
export interface RowOrder {
  readonly table: string;
  readonly rowCount: number;
}

/** Results are kept until newer ones push them out; a page that still shows an older one is told to run it again. */
const maxResults = 200;
/** Of all kept results but the newest: some gigabytes at most, in memory or spilled to disk. */
const maxKeptCells = 100_000_000;
const maxViewsOfResult = 3;

/** The results of one open case. They lie in the scratch catalog and go when the case is closed. */
export class ResultStore {
  readonly #openCase: OpenCase;
  readonly #results = new Map<string, StoredResult>();
  #schema: Promise<unknown> | undefined;
  #lastNumber = 0;

  constructor(openCase: OpenCase) {
    this.#openCase = openCase;
  }

  /** Name of a new table in the scratch catalog, its schema made. */
  async newTable(): Promise<string> {
    this.#schema ??= this.#openCase.withConnection((connection) =>
      connection.run('CREATE SCHEMA IF NOT EXISTS memory.results'),
    );
    await this.#schema;
    return `memory.results.r${++this.#lastNumber}`;
  }

  async add(result: StoredResult): Promise<void> {
    this.#results.set(result.resultId, result);
    let keptCells = 0;
    for (const [age, older] of [...this.#results.values()].reverse().entries()) {
      if (age > 0) keptCells += cellsOf(older);
      if (age >= maxResults || keptCells > maxKeptCells) await this.release(older.resultId);
    }
  }

  /** Throws RESULT_GONE. */
  get(resultId: string): StoredResult {
    const result = this.#results.get(resultId);
    if (!result) throw resultGone();
    this.#results.delete(resultId);
    this.#results.set(resultId, result);
    return result;
  }

  async release(resultId: string): Promise<void> {
    const result = this.#results.get(resultId);
    if (!result) return;
    this.#results.delete(resultId);
    await this.drop([result.table, ...[...result.views.values()].map((view) => view.table)]);
  }

  async addView(result: StoredResult, key: string, view: RowOrder): Promise<void> {
    result.views.set(key, view);
    const surplus = [...result.views].slice(0, -maxViewsOfResult);
    for (const [oldKey] of surplus) result.views.delete(oldKey);
    await this.drop(surplus.map(([, { table }]) => table));
  }

  async drop(tables: readonly string[]): Promise<void> {
    if (tables.length === 0) return;
    await this.#openCase.withConnection(async (connection) => {
      for (const table of tables) await connection.run(`DROP TABLE IF EXISTS ${table}`);
    });
  }
}

function cellsOf(result: StoredResult): number {
  const columns = result.relation === result.table ? result.columns.length + 1 : 2;
  return result.rowCount * columns;
}

const stores = new WeakMap<OpenCase, ResultStore>();

export function resultStoreOf(openCase: OpenCase): ResultStore {
  let store = stores.get(openCase);
  if (!store) {
    store = new ResultStore(openCase);
    stores.set(openCase, store);
  }
  return store;
}

/** The cell as text, as the page shows it. */
export function textSql(column: StoredColumn, index: number): string {
  return column.isNested ? `CAST(to_json(c${index}) AS VARCHAR)` : `CAST(c${index} AS VARCHAR)`;
}

/** Makes the row order of a sorted or filtered window. Ties keep the order of the result; empty cells come last. */
export async function createRowOrder(
  connection: DuckDBConnection,
  table: string,
  result: StoredResult,
  sort: readonly ResultSort[],
  filters: readonly ResultFilter[],
): Promise<RowOrder> {
  const column = (index: number): StoredColumn => {
    const found = result.columns[index];
    if (!found) throw new TrailbenchError('BAD_INPUT', `The result has no column ${index}.`);
    return found;
  };
  const values: Record<string, string | bigint> = {};
  const conditions = filters.flatMap((filter, index) => {
    const text = textSql(column(filter.column), filter.column);
    const found: string[] = [];
    if (filter.contains !== undefined) {
      values[`contains${index}`] = filter.contains;
      found.push(`contains(lower(${text}), lower($contains${index}))`);
    }
    if (filter.equals === null) found.push(`c${filter.column} IS NULL`);
    else if (filter.equals !== undefined) {
      values[`equals${index}`] = filter.equals;
      found.push(`${text} = $equals${index}`);
    }
    if (filter.range !== undefined) {
      values[`from${index}`] = microsOf(filter.range.fromMicros);
      values[`to${index}`] = microsOf(filter.range.toMicros);
      const micros = timeSql(column(filter.column), filter.column);
      found.push(`${micros} >= $from${index}::BIGINT AND ${micros} < $to${index}::BIGINT`);
    }
    return found;
  });
  const keys = sort.map(({ column: index, descending }) => {
    const key = column(index).type === 'JSON' ? `CAST(c${index} AS VARCHAR)` : `c${index}`;
    return `${key} ${descending ? 'DESC' : 'ASC'} NULLS LAST`;
  });
  const created = await connection.run(
    `CREATE TABLE ${table} AS SELECT row_number() OVER () AS position, rowNumber FROM (
       SELECT rowNumber FROM ${result.relation}
       ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY ${[...keys, 'rowNumber'].join(', ')})`,
    values,
  );
  return { table, rowCount: Number((await created.getRows())[0]?.[0] ?? 0) };
}

/** What reading a kept result failed with: RESULT_GONE if it was let go meanwhile. */
export function resultError(error: unknown): unknown {
  const isGone = error instanceof Error && /^Catalog Error: Table with name/.test(error.message);
  return isGone ? resultGone() : sqlError(error, '');
}

export function resultGone(): TrailbenchError {
  return new TrailbenchError('RESULT_GONE', 'This result is no longer kept. Run the query again.');
}
