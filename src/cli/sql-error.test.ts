import { expect, test } from 'vitest';
import { explainSqlError } from './sql-error.ts';

function explained(sql: string, position?: { offset: number; length: number }): string {
  const error = Object.assign(new Error('It failed.'), { data: position ? { position } : undefined });
  return (explainSqlError(error, sql) as Error).message;
}

test('shows the line and marks the place', () => {
  expect(explained('SELECT 1,\n  wrong\nFROM events', { offset: 12, length: 5 })).toBe(
    'It failed.\nLine 2:   wrong\n          ^^^^^',
  );
});

test('marks one character at the end of the text, and none without a position', () => {
  expect(explained('SELECT', { offset: 6, length: 0 })).toBe('It failed.\nLine 1: SELECT\n              ^');
  expect(explained('SELECT')).toBe('It failed.');
  expect(explained('SELECT', { offset: 40, length: 1 })).toBe('It failed.');
});
