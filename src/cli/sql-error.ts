interface SqlPosition {
  readonly offset: number;
  readonly length: number;
}

/** The error with the line of SQL it is about and a mark below, if the engine told where. */
export function explainSqlError(error: unknown, sql: string): unknown {
  if (!(error instanceof Error)) return error;
  const position = (error as { data?: { position?: SqlPosition } }).data?.position;
  if (!position || position.offset > sql.length) return error;
  const before = sql.slice(0, position.offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineNumber = before.split('\n').length;
  const line = sql.slice(lineStart).split(/\r?\n/, 1)[0] ?? '';
  const column = position.offset - lineStart;
  const marks = '^'.repeat(Math.max(1, Math.min(position.length, line.length - column)));
  const place = `Line ${lineNumber}: `;
  const visible = line.replaceAll('\t', ' ');
  const pointer = ' '.repeat(place.length + column) + marks;
  return new Error(`${error.message}\n${place}${visible}\n${pointer}`, { cause: error });
}
