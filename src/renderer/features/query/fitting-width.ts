import type { QueryResult } from '#shared/api/index.ts';
import { shortType } from './duckdb-type.ts';

/** Px of a result's column: wide enough for the title and the first rows, within reason. */
export function fittingWidth(result: QueryResult, index: number): number {
  const column = result.columns[index];
  const titleLength = (column?.name.length ?? 0) + shortType(column?.type ?? '').length * 0.8;
  const cells = result.window.cells[index] ?? [];
  const longest = cells.slice(0, 100).reduce<number>((length, cell) => Math.max(length, String(cell ?? '').length), 4);
  return Math.round(Math.min(420, Math.max(72, titleLength * 6.6 + 40, longest * 7.3 + 20)));
}
