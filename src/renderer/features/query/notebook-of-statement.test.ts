import { expect, it } from 'vitest';
import { cellsOf, parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { notebookOf } from './notebook-of-statement.ts';
import { statementTitle } from './statement-title.ts';

it('a statement becomes a cell, its parameters’ values their defaults', () => {
  const sql = `SELECT '\`\`\`' AS fence, $access_key\nFROM events WHERE eventTime >= $from AND actor = $actor AND eventTime < $to`;
  const values = { access_key: `AKIA: "1"\n# x`, from: '2023-07-10 12:00:00', unused: 'y' };
  const notebook = parseNotebook(notebookOf({ title: 'Key: use "of" it', sql, dialect: 'athena', values }));
  expect(notebook.title).toBe('Key: use "of" it');
  expect(cellsOf(notebook).map((cell) => [cell.sql, cell.dialect, cell.problems])).toEqual([[sql, 'athena', []]]);
  expect(notebook.problems).toEqual([]);
  expect(notebook.parameters.map(({ name, type, defaultText }) => [name, type, defaultText])).toEqual([
    ['access_key', 'text', `AKIA: "1"\n# x`],
    ['from', 'timestamp', '2023-07-10 12:00:00'],
    ['actor', 'text', ''],
  ]);
});

it('one without parameters has a title and a cell', () => {
  expect(notebookOf({ title: 'Count', sql: 'SELECT 1\n', dialect: 'duckdb', values: {} })).toBe(
    '---\ntitle: Count\n---\n\n```sql\nSELECT 1\n```\n',
  );
});

it('a statement is called by its first comment, or by how it begins', () => {
  expect(statementTitle('\n-- Who was denied?\nSELECT 1')).toBe('Who was denied?');
  expect(statementTitle('SELECT  eventName,\n  count(*)')).toBe('SELECT eventName, count(*)');
  expect(statementTitle(`SELECT ${'x'.repeat(100)}`)).toHaveLength(61);
});
