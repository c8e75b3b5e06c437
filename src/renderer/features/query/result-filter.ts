import type { Cell, ResultFilter } from '#shared/api/index.ts';

/**
 * What is typed above a column: text to find anywhere in the cell, `=text` for the whole cell (`="…"` with JSON's escapes
 * where spaces matter), `null` for empty ones. Null: no filter.
 */
export function parseFilter(column: number, text: string): ResultFilter | null {
  const wanted = text.trim();
  if (wanted === '') return null;
  if (/^(is )?null$/i.test(wanted)) return { column, equals: null };
  return wanted.startsWith('=') ? { column, equals: unquoted(wanted.slice(1).trim()) } : { column, contains: wanted };
}

/** What to type for rows with exactly this cell. */
export function filterTextFor(cell: Cell): string {
  if (cell === null) return 'null';
  const text = String(cell);
  const isPlain = text === text.trim() && !text.startsWith('"') && !/[\r\n]/.test(text);
  return `=${isPlain ? text : JSON.stringify(text)}`;
}

function unquoted(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
