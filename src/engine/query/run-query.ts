import { randomUUID } from 'node:crypto';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryParameters, QueryResult, ResultFilter, ResultSort, ResultWindow } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { cellSql, encodingOf, isStorable, readCells } from './cells.ts';
import { checkStatement } from './fence.ts';
import { createRowOrder, resultGone, resultStoreOf, type RowOrder, type StoredResult } from './result-store.ts';
import { sqlError } from './sql-error.ts';
import { embedStatement, parseStatement, type StatementTree } from './statement-tree.ts';

const firstWindowRows = 200;

/** Above this a result is a mistake (`range(1e12)`), and would only fill the disk until it is cancelled. */
const maxResultRows = 50_000_000;

/**
 * Checks one reading statement, runs it and keeps the result for `queryWindow`.
 * Throws SQL_REFUSED, SQL_FAILED (with a position in `sql` where DuckDB gives one) and CANCELLED.
 */
export async function runQuery(
  openCase: OpenCase,
  sql: string,
  parameters: QueryParameters = {},
  signal?: AbortSignal,
): Promise<QueryResult> {
  const startedAt = performance.now();
  const store = resultStoreOf(openCase);
  const table = await store.newTable();
  try {
    const result = await openCase.withConnection(
      (connection) => materialise(connection, sql, parameters, table),
      signal,
    );
    const window = await openCase.withConnection(
      (connection) => readWindow(connection, result, null, 0, firstWindowRows),
      signal,
    );
    await store.add(result);
    return {
      resultId: result.resultId,
      columns: result.columns.map(({ name, type, encoding }) => ({ name, type, encoding })),
      rowCount: result.rowCount,
      elapsedMs: performance.now() - startedAt,
      window,
    };
  } catch (error) {
    await store.drop([table]).catch(() => undefined);
    throw sqlError(error, sql);
  }
}

async function materialise(
  connection: DuckDBConnection,
  sql: string,
  parameters: QueryParameters,
  table: string,
): Promise<StoredResult> {
  const tree = await parseStatement(connection, sql);
  checkStatement(sql, tree);
  const values = boundValues(tree, parameters);
  try {
    const shape = await embedStatement(connection, sql, tree, 'SELECT * FROM (\n', ') AS result LIMIT 0');
    const described = await connection.runAndReadAll(shape, values);
    const types = described.columnTypes();
    const columns = described.columnNames().map((name, index) => {
      const type = types[index];
      if (!type) throw new Error(`No type for column ${index}.`);
      const encoding = isStorable(type) ? encodingOf(type) : 'text';
      return { name, type: type.alias ?? type.toString(), encoding, isNested: encoding === 'json' && !type.alias };
    });
    const names = columns.map((_, index) => `c${index}`);
    const stored = names.map((name, index) => {
      const type = types[index];
      return type && isStorable(type) ? name : `CAST(${name} AS VARCHAR) AS ${name}`;
    });
    // The instance does not preserve insertion order: the number that row_number() gives, in the order of the statement's
    // own ORDER BY, is what keeps it.
    const select = await embedStatement(
      connection,
      sql,
      tree,
      'SELECT row_number() OVER () AS rowNumber, result.* FROM (\n',
      `) AS result(${names.join(', ')})`,
    );
    const created = await connection.run(
      `CREATE TABLE ${table} AS SELECT rowNumber, ${stored.join(', ')} FROM (${select}) WHERE CASE WHEN rowNumber > ${maxResultRows} THEN error('${tooManyRows}') ELSE true END`,
      values,
    );
    const rowCount = Number((await created.getRows())[0]?.[0] ?? 0);
    return { resultId: randomUUID(), table, columns, rowCount, views: new Map() };
  } catch (error) {
    throw sqlError(error, sql);
  }
}

const tooManyRows = `The result has more than ${maxResultRows.toLocaleString('en-US')} rows. Narrow it, aggregate, or add a LIMIT.`;

/** The values of the parameters that the statement uses. Text stays text: DuckDB casts it where it is used. */
function boundValues(tree: StatementTree, parameters: QueryParameters): Record<string, DuckDBValue> {
  const given = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  const values: Record<string, DuckDBValue> = {};
  for (const name of tree.parameters) {
    const value = given.get(name.toLowerCase());
    if (value === undefined) {
      const shown = /^\d+$/.test(name) ? 'a parameter without a name (write $name)' : `the parameter $${name}`;
      throw new TrailbenchError('SQL_FAILED', `The statement uses ${shown}, which has no value. Give it one.`);
    }
    values[name] = Number.isSafeInteger(value) ? BigInt(value as number) : value;
  }
  return values;
}

export interface WindowRequest {
  readonly resultId: string;
  readonly offset: number;
  readonly limit: number;
  readonly sort?: readonly ResultSort[];
  readonly filters?: readonly ResultFilter[];
}

/** Rows of a kept result, sorted and filtered. Throws RESULT_GONE and CANCELLED. */
export async function queryWindow(
  openCase: OpenCase,
  request: WindowRequest,
  signal?: AbortSignal,
): Promise<ResultWindow & { readonly filteredCount: number }> {
  const store = resultStoreOf(openCase);
  const result = store.get(request.resultId);
  const { sort = [], filters = [], offset, limit } = request;
  try {
    const view = sort.length + filters.length > 0 ? await rowOrder(openCase, result, sort, filters, signal) : null;
    const window = await openCase.withConnection(
      (connection) => readWindow(connection, result, view, offset, limit),
      signal,
    );
    return { ...window, filteredCount: view?.rowCount ?? result.rowCount };
  } catch (error) {
    // Released, or pushed out by newer results, while this was waiting.
    if (error instanceof Error && /^Catalog Error: Table with name/.test(error.message)) throw resultGone();
    throw sqlError(error, '');
  }
}

async function rowOrder(
  openCase: OpenCase,
  result: StoredResult,
  sort: readonly ResultSort[],
  filters: readonly ResultFilter[],
  signal: AbortSignal | undefined,
): Promise<RowOrder> {
  const key = JSON.stringify([sort, filters]);
  const known = result.views.get(key);
  if (known) {
    result.views.delete(key);
    result.views.set(key, known);
    return known;
  }
  const store = resultStoreOf(openCase);
  const table = await store.newTable();
  try {
    const made = await openCase.withConnection(
      (connection) => createRowOrder(connection, table, result, sort, filters),
      signal,
    );
    await store.addView(result, key, made);
    return made;
  } catch (error) {
    await store.drop([table]).catch(() => undefined);
    throw error;
  }
}

async function readWindow(
  connection: DuckDBConnection,
  result: StoredResult,
  view: RowOrder | null,
  offset: number,
  limit: number,
): Promise<ResultWindow> {
  const cells = result.columns.map((column, index) => cellSql(`c${index}`, column.encoding, column.isNested));
  const span = `> ${Math.trunc(offset)} AND {} <= ${Math.trunc(offset) + Math.trunc(limit)}`;
  if (!view) {
    const where = `rowNumber ${span.replace('{}', 'rowNumber')}`;
    return { offset, ...(await readCells(connection, cells, `${result.table} WHERE ${where}`, 'rowNumber')) };
  }
  const order = await connection.runAndReadAll(
    `SELECT rowNumber FROM ${view.table} WHERE position ${span.replace('{}', 'position')} ORDER BY position`,
  );
  const rowNumbers = order.getRows().map((row) => String(row[0]));
  if (rowNumbers.length === 0) return { offset, rowCount: 0, cells: cells.map(() => []) };
  // A list of constants is checked before the other columns are read; a join would read all of them.
  const listed = rowNumbers.join(', ');
  const from = `(SELECT *, list_position([${listed}], rowNumber) AS position FROM ${result.table} WHERE rowNumber IN (${listed}))`;
  return { offset, ...(await readCells(connection, cells, from, 'position')) };
}
