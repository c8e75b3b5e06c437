import type { QueryParameters, ResultRelation, SqlDialect } from '#shared/api/query.ts';

/** One reading statement of a user, and what it may read beside the case's tables. */
export interface Statement {
  readonly sql: string;
  readonly parameters?: QueryParameters | undefined;
  readonly dialect?: SqlDialect;
  /** Kept results that it may read by name. */
  readonly relations?: readonly ResultRelation[];
}

/** How a kept result came to be, as the engine ran it. */
export interface ResultOrigin {
  readonly sql: string;
  readonly dialect: SqlDialect;
  /** What ran, if `dialect` is not DuckDB's own. */
  readonly translatedSql: string | null;
  /** Only those that the statement uses. */
  readonly parameters: QueryParameters;
  /** The named results that it read. */
  readonly relations: readonly { readonly name: string; readonly origin: ResultOrigin }[];
  readonly ranAt: Date;
  readonly elapsedMs: number;
  /** Differs once anything was imported since: see `evidenceStamp`. */
  readonly evidenceStamp: string;
}
