import { describe, expect, it } from 'vitest';
import { isInRange, moveCursor, rangeBetween } from './grid-cursor.ts';

const size = { rowCount: 100, columnCount: 4, pageRows: 21 };
const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false });

describe('moveCursor', () => {
  it('moves by rows, pages and to both ends', () => {
    const at = { row: 50, column: 0 };
    expect(moveCursor(at, press('ArrowDown'), size, 'rows')?.row).toBe(51);
    expect(moveCursor(at, press('ArrowUp'), size, 'rows')?.row).toBe(49);
    expect(moveCursor(at, press('PageDown'), size, 'rows')?.row).toBe(70);
    expect(moveCursor(at, press('PageUp'), size, 'rows')?.row).toBe(30);
    expect(moveCursor(at, press('Home'), size, 'rows')?.row).toBe(0);
    expect(moveCursor(at, press('End'), size, 'rows')?.row).toBe(99);
  });

  it('stays inside the grid', () => {
    expect(moveCursor({ row: 99, column: 3 }, press('PageDown'), size, 'cells')).toEqual({ row: 99, column: 3 });
    expect(moveCursor({ row: 0, column: 0 }, press('ArrowUp'), size, 'cells')).toEqual({ row: 0, column: 0 });
    expect(moveCursor({ row: 0, column: 0 }, press('ArrowLeft'), size, 'cells')).toEqual({ row: 0, column: 0 });
    expect(moveCursor({ row: 0, column: 0 }, press('ArrowDown'), { ...size, rowCount: 0 }, 'rows')).toBeNull();
  });

  it('moves by cells, to the ends of the row, and with Ctrl to the corners', () => {
    const at = { row: 5, column: 1 };
    expect(moveCursor(at, press('ArrowRight'), size, 'cells')).toEqual({ row: 5, column: 2 });
    expect(moveCursor(at, press('End'), size, 'cells')).toEqual({ row: 5, column: 3 });
    expect(moveCursor(at, press('Home'), size, 'cells')).toEqual({ row: 5, column: 0 });
    expect(moveCursor(at, press('End', true), size, 'cells')).toEqual({ row: 99, column: 3 });
    expect(moveCursor(at, press('ArrowUp', true), size, 'cells')).toEqual({ row: 0, column: 1 });
  });

  it('leaves other keys alone', () => {
    expect(moveCursor({ row: 5, column: 1 }, press('a'), size, 'cells')).toBeNull();
    expect(moveCursor({ row: 5, column: 1 }, press('ArrowRight'), size, 'rows')).toBeNull();
  });
});

describe('ranges', () => {
  it('span from one corner to the other, whichever was first', () => {
    const range = rangeBetween({ row: 9, column: 1 }, { row: 4, column: 3 });
    expect(range).toEqual({ firstRow: 4, lastRow: 9, firstColumn: 1, lastColumn: 3 });
    expect(isInRange(range, 4, 3)).toBe(true);
    expect(isInRange(range, 10, 2)).toBe(false);
    expect(isInRange(range, 5, 0)).toBe(false);
  });
});
