import { expect, test } from 'vitest';
import { isNumberType, isTimeType, microsOfCell, numberOfCell } from './cell-values.ts';

test('times as DuckDB and ISO 8601 write them', () => {
  const at = Date.UTC(2023, 6, 10, 12, 4, 47) * 1000;
  for (const text of [
    '2023-07-10 12:04:47',
    '2023-07-10T12:04:47Z',
    '2023-07-10 12:04:47+00',
    '2023-07-10T14:04:47+02:00',
    '2023-07-10 04:34:47-0730',
  ]) {
    expect(microsOfCell(text), text).toBe(at);
  }
  expect(microsOfCell('2023-07-10 12:04:47.123456789')).toBe(at + 123_456);
  expect(microsOfCell('2023-07-10')).toBe(Date.UTC(2023, 6, 10) * 1000);
  for (const cell of [null, 5, true, '', 'noon', '2023-13-01', '12:04:47', 'infinity', 'x'.repeat(1000)]) {
    expect(microsOfCell(cell), String(cell)).toBeNull();
  }
});

test('numbers only for drawing', () => {
  expect(numberOfCell('9007199254740993')).toBe(9007199254740992);
  expect(numberOfCell('-0.5')).toBe(-0.5);
  expect(numberOfCell(7)).toBe(7);
  for (const cell of [null, '', 'nan', 'inf', '1e308', true, 'x']) expect(numberOfCell(cell)).toBeNull();
});

test('types', () => {
  for (const type of ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_NS', 'DATE'])
    expect(isTimeType(type)).toBe(true);
  for (const type of ['TIME', 'INTERVAL', 'TIMESTAMP[]', 'VARCHAR']) expect(isTimeType(type), type).toBe(false);
  for (const type of ['BIGINT', 'DECIMAL(18,3)', 'UTINYINT', 'DOUBLE']) expect(isNumberType(type)).toBe(true);
  for (const type of ['BIGINT[]', 'BIGINT[3]', 'STRUCT(a BIGINT)', 'BIT']) expect(isNumberType(type), type).toBe(false);
});
