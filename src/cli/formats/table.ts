import type { Cell, ResultColumn } from '#shared/api/index.ts';
import { displayWidth, terminalText } from '../terminal-text.ts';
import { rowsOf, type ResultFormat } from './format.ts';

/** Longer values are cut: a table is for reading, the other formats are for the values. */
const defaultWidest = 120;

const rightAligned =
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT|FLOAT|DOUBLE|DECIMAL\b.*)$/;

/** Aligned columns. Control characters are written out, so that nothing in a log can steer the terminal. */
export function createTableFormat(widestColumn = defaultWidest): ResultFormat {
  let columns: readonly ResultColumn[] = [];
  let widths: readonly number[] = [];
  const line = (texts: readonly string[], isHeader = false): string =>
    texts
      .map((text, index) => {
        const isRight = !isHeader && rightAligned.test(columns[index]?.type ?? '');
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
        return isRight ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd();
  return {
    begin(given, first) {
      columns = given;
      const names = given.map((column) => cellText(column.name, widestColumn));
      widths = names.map((name, index) => {
        const texts = (first.cells[index] ?? []).map((cell) => displayWidth(cellText(cell, widestColumn)));
        return Math.max(displayWidth(name), ...texts);
      });
      return `${line(names, true)}\n${widths.map((width) => '─'.repeat(width)).join('  ')}\n`;
    },
    rows: (window) =>
      [...rowsOf(window)].map((cells) => `${line(cells.map((cell) => cellText(cell, widestColumn)))}\n`).join(''),
    end: () => '',
  };
}

function cellText(cell: Cell, widestColumn: number): string {
  if (cell === null) return '';
  const text = terminalText(String(cell));
  if (displayWidth(text) <= widestColumn) return text;
  let kept = '';
  let width = 1;
  for (const character of text) {
    width += displayWidth(character);
    if (width > widestColumn) break;
    kept += character;
  }
  return `${kept}…`;
}
