/** How a column came to be: as delivered by CloudTrail, derived from the record, or bookkeeping of the import. */
export type ColumnOrigin = 'record' | 'derived' | 'provenance';

/** One column of a case table: the DDL, the schema page and the editor's completion are all made from it. */
export interface Column {
  readonly name: string;
  /** DuckDB type as written in DDL. */
  readonly type: string;
  readonly origin: ColumnOrigin;
  /** One or two sentences for a responder. */
  readonly description: string;
  /** The eventVersion that introduced the field, where CloudTrail's documentation states one. */
  readonly since?: string;
  /** SQL over the table's own record columns that yields a derived value; it is what the import runs. */
  readonly derivation?: string;
  readonly compression?: 'zstd';
  readonly isRequired?: boolean;
}

export interface Table {
  readonly name: string;
  /** Evidence tables can be rebuilt from the archive; work tables can't. */
  readonly kind: 'evidence' | 'work';
  readonly description: string;
  readonly columns: readonly Column[];
}

/** A column that is bookkeeping, unless `more` says otherwise. */
export function provenanceColumn(name: string, type: string, description: string, more: Partial<Column> = {}): Column {
  return { name, type, origin: 'provenance', description, ...more };
}

/** `CREATE TABLE` for one table, in the current schema. */
export function createTableSql(table: Table): string {
  const lines = table.columns.map((column) => {
    const required = column.isRequired ? ' NOT NULL' : '';
    const compression = column.compression ? ` USING COMPRESSION ${column.compression}` : '';
    return `  ${quoteIdentifier(column.name)} ${column.type}${compression}${required}`;
  });
  return `CREATE TABLE ${quoteIdentifier(table.name)} (\n${lines.join(',\n')}\n)`;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
