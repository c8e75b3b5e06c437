import type { Cell } from '#shared/api/index.ts';

/** Tab-separated text as spreadsheets read it: cells with a tab, line break or quote are quoted; NULL is empty. */
export function tsvFrom(header: readonly string[] | null, rows: readonly (readonly Cell[])[]): string {
  const lines = rows.map((row) => row.map((cell) => (cell === null ? '' : field(String(cell)))).join('\t'));
  return [...(header === null ? [] : [header.map(field).join('\t')]), ...lines].join('\n');
}

function field(text: string): string {
  return /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
