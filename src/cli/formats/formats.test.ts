import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { Cell, ResultColumn, ResultWindow } from '#shared/api/index.ts';
import { createCsvFormat } from './csv.ts';
import type { ResultFormat } from './format.ts';
import { createJsonFormat, uniqueNames } from './json.ts';
import { durationText, numberText, sizeText } from './summary.ts';
import { createTableFormat } from './table.ts';

function column(name: string, type = 'VARCHAR', encoding: ResultColumn['encoding'] = 'text'): ResultColumn {
  return { name, type, encoding };
}

function windowOf(columnCount: number, rows: readonly (readonly Cell[])[], offset = 0): ResultWindow {
  const cells = Array.from({ length: columnCount }, (_, index) => rows.map((row) => row[index] ?? null));
  return { offset, rowCount: rows.length, cells };
}

function write(
  format: ResultFormat,
  columns: readonly ResultColumn[],
  ...pages: (readonly (readonly Cell[])[])[]
): string {
  const windows = pages.map((rows) => windowOf(columns.length, rows));
  const first = windows[0] ?? windowOf(columns.length, []);
  return format.begin(columns, first) + windows.map((window) => format.rows(window)).join('') + format.end();
}

const awkward = ['a,b', 'say "hi"', 'two\r\nlines', '\n', ' padded ', '=1+1', '', '"', '🦉', '\u001b[2J', '0012'];

test('csv: any text comes back through another parser', () => {
  const text = write(createCsvFormat({ isForTerminal: false }), [column('a "name", odd'), column('b')], awkward.map((cell, index) => [cell, index])); // prettier-ignore
  const rows = parse(text, { record_delimiter: '\r\n' }) as string[][];
  expect(rows).toEqual([['a "name", odd', 'b'], ...awkward.map((cell, index) => [cell, String(index)])]);
});

test('csv on a terminal: control characters are written out, also in names', () => {
  const text = write(
    createCsvFormat({ isForTerminal: true }),
    [column('n\u001b'), column('b')],
    [['\u001b[2J', 'x\ny']],
  );
  expect(text).toBe('n\\x1b,b\r\n\\x1b[2J,x\\ny\r\n');
});

test('json: pages join into one array', () => {
  const columns = [column('n', 'INTEGER', 'number'), column('t')];
  const json = write(createJsonFormat({ isLines: false }), columns, [[1, 'a']], [], [[2, null], [3, 'c']]); // prettier-ignore
  expect(JSON.parse(json)).toEqual([{ n: 1, t: 'a' }, { n: 2, t: null }, { n: 3, t: 'c' }]); // prettier-ignore
  expect(JSON.parse(write(createJsonFormat({ isLines: false }), columns))).toEqual([]);
});

test('json: text that looks like a number stays text, numbers stay whole', () => {
  const columns = [column('text'), column('big', 'HUGEINT'), column('real', 'DOUBLE'), column('at', 'TIMESTAMP')];
  const line = write(createJsonFormat({ isLines: true }), columns, [['12', '170141183460469231731687303715884105727', 'inf', '2026-03-02 08:00:00']]); // prettier-ignore
  expect(line).toBe('{"text":"12","big":170141183460469231731687303715884105727,"real":"inf","at":"2026-03-02 08:00:00"}\n'); // prettier-ignore
});

test('json: embedded JSON keeps repeated keys and big numbers, and stays on its line', () => {
  const stored = '{"a":1,\n "a":12345678901234567890}';
  const line = write(createJsonFormat({ isLines: true }), [column('doc', 'JSON', 'json')], [[stored], ['{"x":nan}']]);
  expect(line.split('\n')).toEqual(['{"doc":{"a":1,  "a":12345678901234567890}}', '{"doc":"{\\"x\\":nan}"}', '']);
});

test('columns of one name all get a name of their own', () => {
  expect(uniqueNames(['a', 'a', 'a:1', 'a'])).toEqual(['a', 'a:1', 'a:1:1', 'a:2']);
});

test('table: numbers to the right, wide characters counted, long values cut', () => {
  const columns = [column('city'), column('count', 'BIGINT')];
  const text = write(createTableFormat(10), columns, [['東京', '7'], ['a very long name', '12345']]); // prettier-ignore
  expect(text.split('\n')).toEqual([
    'city        count',
    '──────────  ─────',
    '東京            7',
    'a very lo…  12345',
    '',
  ]);
});

test('numbers, sizes and durations for people do not depend on the language', () => {
  expect([0, 999, 1000, 1234567].map(numberText)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 999, 1500, 2_500_000].map(sizeText)).toEqual(['0 bytes', '999 bytes', '1.5 KB', '2.5 MB']);
  expect([400, 59_900, 61_000, 119_900, 7_260_000].map(durationText)).toEqual(['0.4 s', '59.9 s', '1 min 1 s', '2 min 0 s', '2 h 1 min']); // prettier-ignore
});
