import type { Column } from '#shared/tables/table.ts';

interface Searchable {
  readonly name: string;
  readonly columns: readonly Column[];
}

export interface TableMatch<T extends Searchable> {
  readonly table: T;
  /** The columns that match; all of them if the search is empty or names the table itself. */
  readonly columns: readonly Column[];
}

/** Tables with columns whose name, type or description holds every word of the search, in the tables' own order. */
export function searchTables<T extends Searchable>(tables: readonly T[], search: string): readonly TableMatch<T>[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return tables
    .map((table) => ({ table, columns: matchingColumns(table, words) }))
    .filter((match) => match.columns.length > 0);
}

function matchingColumns(table: Searchable, words: readonly string[]): readonly Column[] {
  const holdsAll = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  if (holdsAll(table.name)) return table.columns;
  return table.columns.filter((column) => holdsAll(`${column.name} ${column.type} ${column.description}`));
}
