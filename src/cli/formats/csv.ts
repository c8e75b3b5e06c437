import type { Cell } from '#shared/api/index.ts';
import { terminalText } from '../terminal-text.ts';
import { rowsOf, type ResultFormat } from './format.ts';

/**
 * RFC 4180: CRLF, quotes doubled. Values are exact; NULL is an empty field and an empty text is `""`, as PostgreSQL
 * writes them. In a result of one column NULL is `""` too: many readers skip empty lines, and a row would be lost.
 */
export function createCsvFormat({ isForTerminal }: { readonly isForTerminal: boolean }): ResultFormat {
  const field = (cell: Cell, isOnly: boolean): string => {
    if (cell === null) return isOnly ? '""' : '';
    const text = isForTerminal ? terminalText(String(cell)) : String(cell);
    const isPlain = text !== '' && !/[",\r\n]|^\s|\s$/.test(text);
    return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
  };
  const line = (cells: readonly Cell[]): string =>
    `${cells.map((cell) => field(cell, cells.length === 1)).join(',')}\r\n`;
  return {
    begin: (columns) => line(columns.map((column) => column.name)),
    rows: (window) => [...rowsOf(window)].map(line).join(''),
    end: () => '',
  };
}
