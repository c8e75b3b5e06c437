import type { DuckDBConnection } from '@duckdb/node-api';
import { createHash } from 'node:crypto';

/**
 * SHA-256, in hex, over a result as text: UTF-8 lines that each end in a line feed. The first is the JSON array of the
 * columns, each as `[name, type]`; then comes one for each row, in order: the JSON array of its cells, each a string, or
 * null where there is no value. JSON as `JSON.stringify` writes it: no spaces, and only `"`, `\` and the control characters
 * below U+0020 escaped (`\b`, `\t`, `\n`, `\f`, `\r`, else `\u00` and two lower-case digits).
 *
 * `rows` is SQL of a relation with the columns `rowNumber`, from 1 to `rowCount`, and `cells` (VARCHAR[]).
 */
export async function contentHash(
  connection: DuckDBConnection,
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: string,
  rowCount: number,
): Promise<string> {
  const hash = createHash('sha256');
  const write = (line: unknown) => hash.update(`${JSON.stringify(line)}\n`);
  write(columns.map(({ name, type }) => [name, type]));
  let hashed = 0;
  const stream = await connection.stream(`SELECT CAST(to_json(cells) AS VARCHAR) FROM ${rows} ORDER BY rowNumber`);
  for await (const chunk of stream.yieldRows()) {
    for (const [cells] of chunk) write(JSON.parse(String(cells)));
    hashed += chunk.length;
  }
  if (hashed !== rowCount) throw new Error(`${hashed} of ${rowCount} rows were read: the stream ended early.`);
  return hash.digest('hex');
}

/** SQL of the bytes that a row's cells have as text. */
export const rowBytes = `coalesce(strlen(array_to_string(cells, '')), 0)`;
