import { expect, test } from 'vitest';
import { addDays, daysBetween, deliverySpan, monthsBetween, touchesSpan } from './delivery-days.ts';

test('delivery follows the events, so the span is longer at its end only', () => {
  expect(deliverySpan({ from: '2024-02-27', to: '2024-02-28', lagDays: 1 })).toEqual({
    first: '2024-02-27',
    last: '2024-02-29',
  });
  expect(deliverySpan({ from: null, to: null, lagDays: 30 })).toEqual({ first: null, last: null });
  expect(deliverySpan({ from: null, to: '2023-12-31', lagDays: 30 }).last).toBe('2024-01-30');
});

test('days and months of a span, over the ends of months and years', () => {
  expect(addDays('2023-02-28', 1)).toBe('2023-03-01');
  expect(daysBetween('2023-12-30', '2024-01-02')).toEqual(['2023-12-30', '2023-12-31', '2024-01-01', '2024-01-02']);
  expect(daysBetween('2024-01-02', '2024-01-01')).toEqual([]);
  expect(monthsBetween('2023-11-30', '2024-02-01')).toEqual(['2023-11', '2023-12', '2024-01', '2024-02']);
  expect(monthsBetween('2024-01-31', '2024-01-31')).toEqual(['2024-01']);
});

test('years, months and days touch a span', () => {
  const span = { first: '2024-03-09', last: '2024-11-02' };
  const touching = ['2024', '2024-03', '2024-03-09', '2024-11', '2024-11-02'];
  const outside = ['2023', '2025', '2024-02', '2024-12', '2024-03-08', '2024-11-03'];
  expect(touching.filter((date) => touchesSpan(date, span))).toEqual(touching);
  expect(outside.filter((date) => touchesSpan(date, span))).toEqual([]);
  expect(touchesSpan('1999-01-01', { first: null, last: null })).toBe(true);
});
