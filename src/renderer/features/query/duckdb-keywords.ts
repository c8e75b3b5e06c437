/** Keywords of DuckDB's grammar that can occur in a reading statement. */
export const duckdbKeywords: ReadonlySet<string> = new Set(
  `all and anti any array as asc asof at between both by case cast collate columns cross cube current describe desc distinct
   else end escape except exclude exists explain false filter first following for from full glob group grouping groups having if
   ignore ilike in inner intersect interval is isnull join lambda last lateral left like limit map materialized name natural not
   notnull null nulls offset on or order outer over partition percent pivot positional preceding qualify range recursive
   repeatable replace respect right rollup row rows sample select semi sets show similar some struct summarize system table
   tablesample then ties to true try_cast unbounded union unique unpivot using values when where window with within without`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

export const duckdbTypes: readonly string[] = [
  'bigint',
  'bit',
  'blob',
  'boolean',
  'date',
  'decimal',
  'double',
  'float',
  'hugeint',
  'inet',
  'integer',
  'json',
  'smallint',
  'text',
  'time',
  'timestamp',
  'timestamptz',
  'tinyint',
  'ubigint',
  'uinteger',
  'uuid',
  'varchar',
];
