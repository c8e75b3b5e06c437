export interface GridColumn {
  /** Stable within the grid. */
  readonly key: string;
  readonly title: string;
  /** Px, at least. */
  readonly width: number;
  /** Share of the space that is left over; 0 or absent: the column keeps its width. */
  readonly grow?: number;
  readonly align?: 'start' | 'end';
  readonly isSortable?: boolean;
}

export interface GridSort {
  readonly key: string;
  readonly descending: boolean;
}

export interface PlacedColumn {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

export const narrowestColumn = 40;

/** Places columns side by side and hands what is left of `available` px to those that grow. */
export function placeColumns(columns: readonly GridColumn[], available: number): readonly PlacedColumn[] {
  const wanted = columns.reduce((sum, column) => sum + column.width, 0);
  const shares = columns.reduce((sum, column) => sum + (column.grow ?? 0), 0);
  const spare = shares === 0 ? 0 : Math.max(0, available - wanted);
  let left = 0;
  return columns.map((column, index) => {
    const width = column.width + Math.floor((spare * (column.grow ?? 0)) / (shares || 1));
    const placed = { index, left, width };
    left += width;
    return placed;
  });
}

/** The columns that show between two places, so that a result with a thousand columns draws a dozen. */
export function columnsBetween(placed: readonly PlacedColumn[], from: number, to: number): readonly PlacedColumn[] {
  return placed.filter((column) => column.left < to && column.left + column.width > from);
}
