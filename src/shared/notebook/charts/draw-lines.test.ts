import { describe, expect, test } from 'vitest';
import type { Cell, ResultColumn } from '../../api/query.ts';
import type { LineColumns } from './choose-columns.ts';
import { drawLines } from './draw-lines.ts';
import type { Drawing } from './drawing.ts';

const columns: readonly ResultColumn[] = [
  { name: 'hour', type: 'TIMESTAMP', encoding: 'text' },
  { name: 'calls', type: 'BIGINT', encoding: 'text' },
  { name: 'service', type: 'VARCHAR', encoding: 'text' },
];
const plain: LineColumns = { view: 'line', x: 0, y: [1], series: null };

function draw(rows: readonly (readonly Cell[])[], choice = plain, rowCount = rows.length): Drawing {
  return drawLines(choice, { columns, rows, rowCount }, 800);
}

function pathsOf(drawing: Drawing) {
  return drawing.shapes.flatMap((shape) => (shape.kind === 'path' ? [shape.points] : []));
}

const hour = (at: number): string => `2023-07-10 ${String(at).padStart(2, '0')}:00:00`;

describe('lines', () => {
  test('run by time, from zero, in the order of time', () => {
    const drawing = draw([
      [hour(12), '50'],
      [hour(0), '0'],
      [hour(6), '100'],
    ]);
    const [[first, second, third] = []] = pathsOf(drawing);
    const [x1 = 0, y1 = 0] = first ?? [];
    const [x2 = 0, y2 = 0] = second ?? [];
    const [x3 = 0, y3 = 0] = third ?? [];
    expect(x2 - x1).toBeCloseTo(x3 - x2, 9);
    expect(y1 - y2).toBeCloseTo(2 * (y1 - y3), 9);
    expect(drawing.targets.map(({ row, title }) => [row, title])).toEqual([
      [1, '2023-07-10 00:00:00 · calls 0'],
      [2, '2023-07-10 06:00:00 · calls 100'],
      [0, '2023-07-10 12:00:00 · calls 50'],
    ]);
    const zero = drawing.shapes.find((shape) => shape.kind === 'text' && shape.text === '0');
    expect(zero?.kind === 'text' && zero.y - 4).toBeCloseTo(y1, 9);
  });

  test('break where a value is missing, and tell of rows without a time', () => {
    const drawing = draw([
      [hour(0), '1'],
      [hour(1), '2'],
      [hour(2), null],
      [hour(3), '3'],
      [hour(4), '4'],
      [null, '5'],
    ]);
    expect(pathsOf(drawing).map((points) => points.length)).toEqual([2, 2]);
    expect(drawing.notes).toEqual(['1 row without a readable hour']);
  });

  test('of a series are one each, the six with the most', () => {
    const rows = Array.from({ length: 16 }, (_, index) => [
      hour(Math.floor(index / 8)),
      String(index),
      `s${index % 8}`,
    ]);
    const drawing = draw(rows, { ...plain, series: 2 });
    expect(pathsOf(drawing)).toHaveLength(6);
    // s0 has 0 + 8 calls, s7 has 7 + 15.
    expect(drawing.label).toBe('Lines: s7, s6, s5, s4, s3, s2 by hour');
    expect(drawing.notes).toEqual(['2 more lines not drawn']);
    expect(drawing.shapes.flatMap((shape) => (shape.kind === 'path' ? [shape.colour] : []))).toEqual([
      ...['series1', 'series2', 'series3', 'series4', 'series5', 'series6'],
    ]);
  });

  test('below zero cross it', () => {
    const drawing = draw([
      [hour(0), '-10'],
      [hour(1), '10'],
    ]);
    const [[first, second] = []] = pathsOf(drawing);
    const zero = drawing.shapes.find((shape) => shape.kind === 'text' && shape.text === '0');
    expect(zero?.kind === 'text' && zero.y - 4).toBeCloseTo(((first?.[1] ?? 0) + (second?.[1] ?? 0)) / 2, 9);
  });

  test('of one row, of equal times, of extreme values have finite places within the picture', () => {
    for (const rows of [
      [[hour(1), '5']],
      [[hour(1), '0']],
      [
        [hour(1), '5'],
        [hour(1), '7'],
      ],
      [
        [hour(1), '1e300'],
        [hour(2), '-1e300'],
      ],
      [
        ['0001-01-01 00:00:00', '1'],
        ['9999-12-31 00:00:00', '2'],
      ],
    ]) {
      const drawing = draw(rows);
      expect(drawing.targets).toHaveLength(rows.length);
      for (const { x, y } of drawing.targets) {
        expect(x >= 0 && x <= 800 && y >= 0 && y <= drawing.height, JSON.stringify(rows)).toBe(true);
      }
    }
  });

  test('of nothing are nothing', () => {
    expect(draw([])).toMatchObject({ height: 0, shapes: [] });
    expect(draw([[hour(1), null]])).toMatchObject({ height: 0 });
  });

  test('of many rows are drawn from the first 5,000', () => {
    const rows = Array.from({ length: 6000 }, (_, index) => [String(index), String(index)]);
    const numbers = columns.map((column) => ({ ...column, type: 'BIGINT' }));
    const drawing = drawLines(plain, { columns: numbers, rows, rowCount: 10_000_000 }, 800);
    expect(pathsOf(drawing)[0]).toHaveLength(5000);
    expect(drawing.notes).toEqual(['first 5,000 of 10,000,000 rows drawn']);
    expect(drawing.shapes.filter((shape) => shape.kind === 'circle')).toEqual([]);
  });
});
