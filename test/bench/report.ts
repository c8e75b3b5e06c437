/** One table of the report: the same for people and for machines. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  /** A null is “not measured”. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** What one must know to read it. */
  readonly notes: readonly string[];
}

/** A part of the report. */
export interface Section {
  readonly name: string;
  readonly tables: readonly ReportTable[];
}

export function formatTable({ title, columns, rows, notes }: ReportTable): string {
  const hasHead = columns.some((column) => column !== '');
  const texts = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, index) => Math.max(...texts.map((row) => row[index]?.length ?? 0)));
  const isNumber = columns.map((_, index) => rows.every((row) => typeof row[index] !== 'string'));
  const lines = texts.map((row) =>
    row
      .map((text, index) => (isNumber[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const head = hasHead ? [lines[0], rule] : [];
  return ['', title, '', ...head, ...lines.slice(1), ...notes.map((note) => `* ${note}`), ''].join('\n');
}

function cellText(cell: string | number | null): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  const digits = Number.isInteger(cell) || Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : 2;
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
