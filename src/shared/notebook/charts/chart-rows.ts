import type { Cell, ResultColumn } from '../../api/query.ts';
import { formatCount, formatCounted } from './chart-text.ts';

/** The first rows of a result. */
export interface ChartRows {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of the whole result. */
  readonly rowCount: number;
}

export function columnName(source: ChartRows, column: number): string {
  return source.columns[column]?.name ?? '';
}

/** What of a result a chart leaves out, in words. */
export function rowNotes(source: ChartRows, drawnRows: number, unreadable: number, what: string): readonly string[] {
  return [
    ...(drawnRows < source.rowCount
      ? [`first ${formatCount(drawnRows)} of ${formatCounted(source.rowCount, 'row')} drawn`]
      : []),
    ...(unreadable > 0 ? [`${formatCounted(unreadable, 'row')} without ${what}`] : []),
  ];
}
