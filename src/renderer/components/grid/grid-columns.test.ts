import { expect, it } from 'vitest';
import { columnsBetween, placeColumns } from './grid-columns.ts';

const columns = [
  { key: 'a', title: 'A', width: 100 },
  { key: 'b', title: 'B', width: 50, grow: 2 },
  { key: 'c', title: 'C', width: 50, grow: 1 },
];

it('hands spare width to growing columns by their share', () => {
  expect(placeColumns(columns, 500)).toEqual([
    { index: 0, left: 0, width: 100 },
    { index: 1, left: 100, width: 250 },
    { index: 2, left: 350, width: 150 },
  ]);
});

it('keeps every column’s width where there is no room', () => {
  expect(placeColumns(columns, 120).map((column) => column.width)).toEqual([100, 50, 50]);
});

it('finds the columns that show, even in part', () => {
  const placed = placeColumns(columns, 0);
  expect(columnsBetween(placed, 0, 100).map((column) => column.index)).toEqual([0]);
  expect(columnsBetween(placed, 99, 151).map((column) => column.index)).toEqual([0, 1, 2]);
  expect(columnsBetween(placed, 200, 300)).toEqual([]);
});
