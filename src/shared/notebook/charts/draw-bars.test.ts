import { describe, expect, test } from 'vitest';
import type { Cell, ResultColumn } from '../../api/query.ts';
import type { BarColumns } from './choose-columns.ts';
import { drawBars } from './draw-bars.ts';
import type { Drawing } from './drawing.ts';

const columns: readonly ResultColumn[] = [
  { name: 'eventName', type: 'VARCHAR', encoding: 'text' },
  { name: 'calls', type: 'BIGINT', encoding: 'text' },
  { name: 'region', type: 'VARCHAR', encoding: 'text' },
];
const plain: BarColumns = { view: 'bar', x: 0, y: 1, series: null };

function draw(rows: readonly (readonly Cell[])[], choice = plain, rowCount = rows.length): Drawing {
  return drawBars(choice, { columns, rows, rowCount }, 800);
}

function barsOf(drawing: Drawing) {
  return drawing.shapes.filter((shape) => shape.kind === 'rect' && shape.height === 14);
}

describe('bars', () => {
  test('are as long as their values, and say them to the last digit', () => {
    const drawing = draw([
      ['ListUsers', '9007199254740993'],
      ['GetUser', '4503599627370496'],
      ['None', '0'],
    ]);
    const widths = barsOf(drawing).map((shape) => shape.kind === 'rect' && shape.width);
    expect(Number(widths[0]) / Number(widths[1])).toBeCloseTo(2, 6);
    expect(widths[2]).toBe(0);
    expect(drawing.targets.map(({ title }) => title)).toEqual([
      'ListUsers · calls 9,007,199,254,740,993',
      'GetUser · calls 4,503,599,627,370,496',
      'None · calls 0',
    ]);
    expect(drawing.notes).toEqual([]);
  });

  test('below zero go to the left of it', () => {
    const [up, down] = barsOf(
      draw([
        ['a', '30'],
        ['b', '-10'],
      ]),
    );
    if (up?.kind !== 'rect' || down?.kind !== 'rect') throw new Error('No bars.');
    expect(down.x + down.width).toBeCloseTo(up.x, 9);
    expect(up.width / down.width).toBeCloseTo(3, 9);
  });

  test('with a series are stacked under one name', () => {
    const drawing = draw(
      [
        ['a', '30', 'eu'],
        ['b', '5', 'us'],
        ['a', '10', 'us'],
      ],
      { ...plain, series: 2 },
    );
    const [first, second, third] = barsOf(drawing).map((shape) => (shape.kind === 'rect' ? shape : null));
    expect(second?.x).toBeCloseTo((first?.x ?? 0) + (first?.width ?? 0), 9);
    expect((first?.width ?? 0) / (second?.width ?? 1)).toBeCloseTo(3, 9);
    expect([first, second, third].map((shape) => shape?.colour)).toEqual(['series1', 'series2', 'series2']);
    expect(third?.y).not.toBe(first?.y);
  });

  test('of what events did have the colours of that', () => {
    const rows = ['success', 'denied', null, 'write'].map((kind) => ['a', '1', kind]);
    expect(barsOf(draw(rows, { ...plain, series: 2 })).map(({ colour }) => colour)).toEqual([
      ...['series3', 'denied', 'series4', 'write'],
    ]);
  });

  test('are at most a hundred; what is left out is said', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [`row ${index}`, String(index)]);
    const drawing = draw(rows, plain, 2312);
    expect(barsOf(drawing)).toHaveLength(100);
    expect(drawing.notes).toEqual(['first 100 of 2,312 rows drawn']);
  });

  test('without a number are counted', () => {
    const drawing = draw([
      ['a', null],
      ['b', 'nan'],
      ['c', '1'],
    ]);
    expect(barsOf(drawing)).toHaveLength(1);
    expect(drawing.notes).toEqual(['2 rows without a number in calls']);
    expect(draw([['a', null]])).toMatchObject({ height: 0, shapes: [] });
    expect(draw([])).toMatchObject({ height: 0, notes: [] });
  });

  test('of zeros, of one and of extreme rows have finite places within the width', () => {
    for (const values of [['0', '0'], ['1'], ['-5'], ['1e300', '-1e300'], ['5e-324'], ['0.1', '1e300']]) {
      const drawing = draw(values.map((value) => [`${'名'.repeat(5000)}`, value]));
      for (const shape of barsOf(drawing)) {
        if (shape.kind !== 'rect') continue;
        for (const number of [shape.x, shape.y, shape.width]) expect(Number.isFinite(number), values.join()).toBe(true);
        expect(shape.x + shape.width).toBeLessThanOrEqual(800);
        expect(shape.x).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
