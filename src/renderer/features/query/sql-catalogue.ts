import type { Api } from '#shared/api/index.ts';
import type { completableColumns, SqlDialect, ValueCount } from '#shared/api/query.ts';
import { caseTables } from '#shared/tables/case-tables.ts';
import { athenaViews } from '#shared/tables/cloudtrail-logs.ts';

export interface CatalogueColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
  readonly description?: string;
}

/** A relation that a statement can read: a table of the case, a view, a named cell. */
export interface CatalogueTable {
  readonly name: string;
  readonly description?: string;
  readonly columns: readonly CatalogueColumn[];
}

export interface CatalogueParameter {
  readonly name: string;
  readonly type: string;
  /** As it is filled in; null: NULL. */
  readonly value: string | null;
}

export type CompletableColumn = (typeof completableColumns)[number];

/** The case's own values of a column that contain `text`, most frequent first. */
export type ValueSource = (
  column: CompletableColumn,
  text: string,
  signal: AbortSignal,
) => Promise<readonly ValueCount[]>;

/** What an editor can complete, beside the language itself. */
export interface SqlCatalogue {
  /** DuckDB's unless given. */
  readonly dialect?: SqlDialect;
  readonly tables: readonly CatalogueTable[];
  /** Names of DuckDB's functions that may be called: `api.query.functions`. */
  readonly functions: readonly string[];
  /** Named cells before this one, with the columns of their last result. */
  readonly relations?: readonly CatalogueTable[];
  readonly parameters?: readonly CatalogueParameter[];
  /** Without it nothing is offered inside string literals. */
  readonly values?: ValueSource;
}

/** Every relation that a case offers to a statement, Athena's views among them. */
export const caseRelations: readonly CatalogueTable[] = [...caseTables, ...athenaViews];

/** The values of the open case. */
export function caseValues(api: Api): ValueSource {
  return (column, text, signal) => api.query.values({ column, text }, { signal });
}
