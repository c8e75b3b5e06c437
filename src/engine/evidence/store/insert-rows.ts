import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, type Table } from '#shared/tables/table.ts';
import { wellFormed } from '../scan/json-text.ts';

const rowsPerStatement = 2000;

/**
 * Inserts plain rows (few, compared with events) into a table of the case. Keys are column names; a key that is absent
 * is NULL. Values are bound as one JSON document and cast by DuckDB to the column's type.
 */
export async function insertRows(
  connection: DuckDBConnection,
  table: Table,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const structure = table.columns.map((column) => `"${column.name}":"${jsonType(column.type)}"`);
  const columns = table.columns.map((column) => `row.${quoteIdentifier(column.name)}::${column.type}`);
  const sql = `INSERT INTO ${quoteIdentifier(table.name)} SELECT ${columns.join(', ')}
    FROM (SELECT unnest(from_json($1::JSON, '[{${structure.join(',')}}]')) AS row)`;
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await connection.run(sql, [JSON.stringify(rows.slice(from, from + rowsPerStatement), wellFormedOnly)]);
  }
}

/** DuckDB takes no lone surrogates, which names and reasons may quote from a hostile record. */
function wellFormedOnly(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? wellFormed(value) : value;
}

/** JSON columns travel as text: their JSON is bound as a string, not as a nested value. */
function jsonType(type: string): string {
  return type === 'VARCHAR[]' ? 'VARCHAR[]' : type === 'BOOLEAN' ? 'BOOLEAN' : 'VARCHAR';
}
