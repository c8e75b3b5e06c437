/** A place in a grid: row and column, both from 0. */
export interface GridCursor {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rowCount: number;
  readonly columnCount: number;
  /** Whole rows that show at once: how far Page Up and Page Down go. */
  readonly pageRows: number;
}

export interface GridKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Where a key takes the cursor, or null if it is none of ours. With `rows` the whole row is the unit (Home and End go to
 * the first and last row); with `cells` Home and End stay in the row, and with Ctrl go to the grid's corners.
 */
export function moveCursor(
  cursor: GridCursor,
  pressed: GridKey,
  size: GridSize,
  unit: 'rows' | 'cells',
): GridCursor | null {
  const moved = target(cursor, pressed, size, unit);
  if (moved === null || size.rowCount === 0) return null;
  return {
    row: Math.min(Math.max(0, moved.row), size.rowCount - 1),
    column: Math.min(Math.max(0, moved.column), Math.max(0, size.columnCount - 1)),
  };
}

function target(cursor: GridCursor, pressed: GridKey, size: GridSize, unit: 'rows' | 'cells'): GridCursor | null {
  const { row, column } = cursor;
  const isJump = pressed.ctrlKey || pressed.metaKey;
  const step = Math.max(1, size.pageRows - 1);
  const lastRow = size.rowCount - 1;
  const lastColumn = size.columnCount - 1;
  switch (pressed.key) {
    case 'ArrowUp':
      return { row: isJump ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: isJump ? lastRow : row + 1, column };
    case 'PageUp':
      return { row: row - step, column };
    case 'PageDown':
      return { row: row + step, column };
    case 'Home':
      if (unit === 'rows') return { row: 0, column };
      return { row: isJump ? 0 : row, column: 0 };
    case 'End':
      if (unit === 'rows') return { row: lastRow, column };
      return { row: isJump ? lastRow : row, column: lastColumn };
    case 'ArrowLeft':
      return unit === 'rows' ? null : { row, column: isJump ? 0 : column - 1 };
    case 'ArrowRight':
      return unit === 'rows' ? null : { row, column: isJump ? lastColumn : column + 1 };
    default:
      return null;
  }
}

/** A rectangle of cells, ends inclusive. */
export interface CellRange {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export function rangeBetween(from: GridCursor, to: GridCursor): CellRange {
  return {
    firstRow: Math.min(from.row, to.row),
    lastRow: Math.max(from.row, to.row),
    firstColumn: Math.min(from.column, to.column),
    lastColumn: Math.max(from.column, to.column),
  };
}

export function isInRange(range: CellRange, row: number, column: number): boolean {
  return row >= range.firstRow && row <= range.lastRow && column >= range.firstColumn && column <= range.lastColumn;
}
