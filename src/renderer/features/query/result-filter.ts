import type { ResultFilter } from '#shared/api/index.ts';

/**
 * What is typed above a column: text to find anywhere in the cell, `=text` for the whole cell, `null` for empty ones.
 * Null: no filter.
 */
export function parseFilter(column: number, text: string): ResultFilter | null {
  const wanted = text.trim();
  if (wanted === '') return null;
  if (/^(is )?null$/i.test(wanted)) return { column, equals: null };
  return wanted.startsWith('=') ? { column, equals: wanted.slice(1).trim() } : { column, contains: wanted };
}
