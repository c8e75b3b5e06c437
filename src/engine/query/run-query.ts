import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryResult, ResultFilter, ResultSort, ResultWindow } from '#shared/api/query.ts';
import { translateAthena } from '#engine/athena/translate-athena.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { usedParameters } from './bound-values.ts';
import { cellSql, readCells } from './cells.ts';
import { evidenceStamp } from './evidence-stamp.ts';
import { materialise, storeRows } from './materialise.ts';
import { relationsFor } from './relations.ts';
import { createRowOrder, resultError, resultStoreOf, type RowOrder, type StoredResult } from './result-store.ts';
import { sqlError } from './sql-error.ts';
import type { Statement } from './statement.ts';

const firstWindowRows = 200;

/**
 * Checks one reading statement, runs it and keeps the result for `queryWindow`.
 * Throws SQL_REFUSED, SQL_FAILED (with a position in the text where DuckDB gives one), RESULT_GONE and CANCELLED.
 */
export async function runQuery(openCase: OpenCase, statement: Statement, signal?: AbortSignal): Promise<QueryResult> {
  const { dialect = 'duckdb', parameters = {}, relations: given = [] } = statement;
  const ranAt = new Date();
  const startedAt = performance.now();
  const store = resultStoreOf(openCase);
  const offered = relationsFor(store, given);
  const results = offered.flatMap(({ name, result }) => (result ? [{ name, columns: result.columns }] : []));
  const translatedSql = dialect === 'athena' ? (await translateAthena(statement.sql, results, parameters)).sql : null;
  const sql = translatedSql ?? statement.sql;
  const table = await store.newTable();
  try {
    const [stamp, { result, relations, parameters: names }] = await openCase.withConnection(
      async (connection) =>
        [await evidenceStamp(connection), await materialise(connection, sql, parameters, offered, table)] as const,
      signal,
    );
    const used = relations.flatMap(({ name, result: read }) => (read?.origin ? [{ name, origin: read.origin }] : []));
    const origin = {
      ...{ sql: statement.sql, dialect, translatedSql, ranAt, relations: used, evidenceStamp: stamp },
      parameters: usedParameters(names, parameters),
      elapsedMs: performance.now() - startedAt,
    };
    const kept = await keepResult(openCase, { ...result, origin }, signal);
    return { ...kept, elapsedMs: performance.now() - startedAt };
  } catch (error) {
    await store.drop([table]).catch(() => undefined);
    const described = sqlError(error, sql);
    throw translatedSql === null ? described : withoutPosition(described);
  }
}

/** A place in the translated statement is none in the text as it was written. */
function withoutPosition(error: unknown): unknown {
  if (!(error instanceof TrailbenchError) || !error.detail?.position) return error;
  return new TrailbenchError(error.code, error.message, undefined, { cause: error });
}

/**
 * Runs a statement of the engine's own and keeps its rows, in the order of its column `rowNumber` (BIGINT, from 1), which
 * is no column of the result. `names`: what the other columns are called, where a SELECT could not call them so.
 */
export async function keepRows(
  openCase: OpenCase,
  select: string,
  values: Record<string, DuckDBValue> = {},
  signal?: AbortSignal,
  names?: readonly string[],
): Promise<QueryResult> {
  const startedAt = performance.now();
  const store = resultStoreOf(openCase);
  const table = await store.newTable();
  try {
    const result = await openCase.withConnection(
      (connection) => storeRows(connection, select, values, table, names),
      signal,
    );
    const kept = await keepResult(openCase, { ...result, origin: null }, signal);
    return { ...kept, elapsedMs: performance.now() - startedAt };
  } catch (error) {
    await store.drop([table]).catch(() => undefined);
    throw sqlError(error, '');
  }
}

async function keepResult(openCase: OpenCase, result: StoredResult, signal?: AbortSignal): Promise<QueryResult> {
  const window = await openCase.withConnection(
    (connection) => readWindow(connection, result, null, 0, firstWindowRows),
    signal,
  );
  await resultStoreOf(openCase).add(result);
  const { origin } = result;
  return {
    resultId: result.resultId,
    columns: result.columns.map(({ name, type, encoding }) => ({ name, type, encoding })),
    rowCount: result.rowCount,
    elapsedMs: 0,
    uses: {
      parameters: Object.keys(origin?.parameters ?? {}),
      relations: origin?.relations.map(({ name }) => name) ?? [],
    },
    translatedSql: origin?.translatedSql ?? null,
    window,
  };
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
    throw resultError(error);
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
    return { offset, ...(await readCells(connection, cells, `${result.relation} WHERE ${where}`, 'rowNumber')) };
  }
  const order = await connection.runAndReadAll(
    `SELECT rowNumber FROM ${view.table} WHERE position ${span.replace('{}', 'position')} ORDER BY position`,
  );
  const rowNumbers = order.getRows().map((row) => String(row[0]));
  if (rowNumbers.length === 0) return { offset, rowCount: 0, cells: cells.map(() => []) };
  // A list of constants is checked before the other columns are read; a join would read all of them.
  const listed = rowNumbers.join(', ');
  const from = `(SELECT *, list_position([${listed}], rowNumber) AS position FROM ${result.relation} WHERE rowNumber IN (${listed}))`;
  return { offset, ...(await readCells(connection, cells, from, 'position')) };
}
