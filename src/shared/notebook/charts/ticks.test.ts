import { expect, test } from 'vitest';
import { numberTicks, shortNumber, timeTicks } from './ticks.ts';

const at = (text: string): number => Date.parse(text) * 1000;
const labels = (from: string, to: string, count: number): readonly string[] =>
  timeTicks(at(from), at(to), count).map((tick) => tick.label);

test('numbers are round and within', () => {
  expect(numberTicks(0, 23, 5).map((tick) => tick.at)).toEqual([0, 5, 10, 15, 20]);
  expect(numberTicks(-1, 1, 4).map((tick) => tick.at)).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(numberTicks(0, 0.3, 3).map((tick) => tick.label)).toEqual(['0', '0.1', '0.2', '0.3']);
  expect(numberTicks(0, 1e15, 2).map((tick) => tick.label)).toEqual(['0', '500T', '1e+15']);
  expect(numberTicks(5, 5, 4)).toEqual([{ at: 5, label: '5' }]);
  expect(numberTicks(0, Infinity, 4)).toHaveLength(1);
  expect(numberTicks(-1e308, 1e308, 4).length).toBeLessThan(10);
});

test('numbers are short', () => {
  expect([1500, 2_500_000, 3e12, 0.25, 1e21, 0].map(shortNumber)).toEqual([
    '1,500',
    '2.5M',
    '3T',
    '0.25',
    '1e+21',
    '0',
  ]);
});

test('times are round in UTC and say what changes', () => {
  expect(labels('2023-07-10T12:03:50Z', '2023-07-10T12:09:10Z', 6)).toEqual([
    ...['12:04', '12:05', '12:06', '12:07', '12:08', '12:09'],
  ]);
  expect(labels('2023-07-10T12:00:00Z', '2023-07-10T12:00:20Z', 4)).toEqual([
    ...['12:00:00', '12:00:05', '12:00:10', '12:00:15', '12:00:20'],
  ]);
  expect(labels('2023-07-09T13:00:00Z', '2023-07-10T13:00:00Z', 4)).toEqual(['18:00', 'Jul 10', '06:00', '12:00']);
  expect(labels('2023-11-20T00:00:00Z', '2024-03-05T00:00:00Z', 4)).toEqual([
    'Dec 2023',
    'Jan 2024',
    'Feb 2024',
    'Mar 2024',
  ]);
  expect(labels('2019-05-01T00:00:00Z', '2024-03-05T00:00:00Z', 5)).toEqual(['2020', '2021', '2022', '2023', '2024']);
  expect(labels('2023-07-10T12:00:00Z', '2023-07-10T12:00:00.900Z', 2)).toEqual(['12:00:00.000', '12:00:00.500']);
});

test('times from year 1 to 9999 are never many', () => {
  const ticks = labels('0001-01-01T00:00:00Z', '9999-12-31T00:00:00Z', 8);
  expect(ticks.length).toBeGreaterThan(2);
  expect(ticks.length).toBeLessThanOrEqual(11);
  expect(timeTicks(at('1969-12-31T23:59:58Z'), at('1970-01-01T00:00:02Z'), 4).map((tick) => tick.label)).toEqual([
    ...['23:59:58', '23:59:59', 'Jan 1', '00:00:01', '00:00:02'],
  ]);
});
