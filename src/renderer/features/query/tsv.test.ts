import { expect, it } from 'vitest';
import { tsvFrom } from './tsv.ts';

it('writes a line a row and a tab between cells', () => {
  expect(
    tsvFrom(
      ['a', 'b'],
      [
        [1, 'x'],
        [null, true],
      ],
    ),
  ).toBe('a\tb\n1\tx\n\ttrue');
  expect(tsvFrom(null, [['one cell']])).toBe('one cell');
});

it('quotes what would break the lines', () => {
  expect(tsvFrom(null, [['a\tb', 'c\nd', 'say "x"']])).toBe('"a\tb"\t"c\nd"\t"say ""x"""');
});
