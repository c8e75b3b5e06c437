import { createHash } from 'node:crypto';
import { appendFile, rm } from 'node:fs/promises';
import type { ExportedFile, ExportFormat, ResultFilter, ResultSort } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { exportName, publishExport, stagedPath } from '#engine/files/exports.ts';
import { copySql, decimalColumns } from './export-rows.ts';
import { createRowOrder, resultError, resultStoreOf } from './result-store.ts';

export interface ExportRequest {
  readonly resultId: string;
  readonly format: ExportFormat;
  readonly title: string;
  readonly sort: readonly ResultSort[];
  readonly filters: readonly ResultFilter[];
  readonly isGuarded: boolean;
}

/** See the contract. DuckDB writes the rows itself, so that their number does not matter. */
export async function exportResult(
  openCase: OpenCase,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  const { resultId, format, title, sort, filters, isGuarded } = request;
  const store = resultStoreOf(openCase);
  const result = store.get(resultId);
  const staged = stagedPath(openCase);
  const isWhole = sort.length + filters.length === 0;
  const order = isWhole ? null : await store.newTable();
  let rowCount = result.rowCount;
  try {
    await openCase.withConnection(async (connection) => {
      if (order !== null) {
        ({ rowCount } = await createRowOrder(connection, order, result, sort, filters));
      }
      const relation =
        order === null
          ? `(SELECT *, rowNumber AS position FROM ${result.relation})`
          : `(SELECT picked.position, rows.* FROM ${order} AS picked JOIN ${result.relation} AS rows USING (rowNumber))`;
      const { columns } = result;
      const decimals =
        format === 'parquet' ? await decimalColumns(connection, columns, result.relation) : new Set<number>();
      await connection.run(copySql(format, { columns, relation, isGuarded, decimals }, staged));
    }, signal);
    if (format === 'json') await appendFile(staged, rowCount === 0 ? '[]\n' : ']\n');
  } catch (error) {
    await rm(staged, { force: true }).catch(() => undefined);
    throw resultError(error);
  } finally {
    if (order !== null) await store.drop([order]).catch(() => undefined);
  }
  const { origin } = result;
  const sqlSha256 = origin && createHash('sha256').update(origin.sql).digest('hex');
  const guarded = format === 'csv' ? { isGuarded } : {};
  return publishExport(openCase, staged, exportName(title, new Date(), format), {
    ...{ kind: 'result', title, format, rowCount, sqlSha256 },
    ...guarded,
  });
}
