/** Keywords of DuckDB's grammar that can occur in a reading statement. */
export const duckdbKeywords: ReadonlySet<string> = new Set(
  `all and anti any array as asc asof at between both by case cast collate columns cross cube describe desc
   distinct else end escape except exclude exists explain false filter following for from full group grouping
   groups having if ignore ilike in inner intersect interval is isnull join lambda lateral left like limit
   materialized natural not notnull null nulls offset on or order outer over partition pivot positional preceding
   qualify recursive repeatable replace respect right rollup rows sample select semi sets some summarize
   tablesample then ties true try_cast unbounded union unique unpivot using values when where window with within
   without`
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
