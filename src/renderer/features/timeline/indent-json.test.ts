import { expect, it } from 'vitest';
import { indentJson } from './indent-json.ts';

it('indents as JSON.stringify does', () => {
  const value = { a: [1, { b: 'x, {y}: [z] "q" \\' }], empty: {}, none: [], n: null, deep: { deeper: { t: true } } };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

it('leaves numbers and escapes as written', () => {
  expect(indentJson('{"n":12345678901234567890.10,"s":"\\u003d"}')).toBe(
    '{\n  "n": 12345678901234567890.10,\n  "s": "\\u003d"\n}',
  );
});
