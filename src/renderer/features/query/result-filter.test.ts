import { expect, it } from 'vitest';
import { filterTextFor, parseFilter } from './result-filter.ts';

it('reads what is typed above a column', () => {
  expect(parseFilter(2, ' Delete ')).toEqual({ column: 2, contains: 'Delete' });
  expect(parseFilter(2, '= s3')).toEqual({ column: 2, equals: 's3' });
  expect(parseFilter(2, '=')).toEqual({ column: 2, equals: '' });
  expect(parseFilter(2, 'NULL')).toEqual({ column: 2, equals: null });
  expect(parseFilter(2, 'is null')).toEqual({ column: 2, equals: null });
  expect(parseFilter(2, '=null')).toEqual({ column: 2, equals: 'null' });
  expect(parseFilter(2, '   ')).toBeNull();
});

it('finds exactly the cell it was made from', () => {
  for (const cell of ['s3', '', ' two  spaces ', 'null', '="x"', '"quoted"', 'a\nb', '{"a": 1}', 42, true, null]) {
    const equals = cell === null ? null : String(cell);
    expect(parseFilter(3, filterTextFor(cell))).toEqual({ column: 3, equals });
  }
});
