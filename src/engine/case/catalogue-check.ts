import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import { createSchemaStatements } from './case-schema.ts';

/** What a case never contains: each could change what a query over the evidence means. */
const foreignObjects = (catalog: string): string => `
  WITH found AS (
    SELECT 'view' AS kind, schema_name AS schema, view_name AS name FROM system.main.duckdb_views()
      WHERE database_name = '${catalog}' AND NOT internal
    UNION ALL SELECT replace(function_type, '_', ' '), schema_name, function_name FROM system.main.duckdb_functions()
      WHERE database_name = '${catalog}' AND NOT internal
    UNION ALL SELECT 'type', schema_name, type_name FROM system.main.duckdb_types()
      WHERE database_name = '${catalog}' AND NOT internal
    UNION ALL SELECT 'index', schema_name, index_name FROM system.main.duckdb_indexes() WHERE database_name = '${catalog}'
    UNION ALL SELECT 'sequence', schema_name, sequence_name FROM system.main.duckdb_sequences()
      WHERE database_name = '${catalog}'
    UNION ALL SELECT 'schema', schema_name, schema_name FROM system.main.duckdb_schemas()
      WHERE database_name = '${catalog}' AND NOT internal AND schema_name <> 'internal'
  )
  SELECT kind, name FROM found ORDER BY kind, schema, name LIMIT 1`;

/**
 * Refuses a case whose catalogue holds anything but tables. `outside` must not have the case in its search path: a
 * macro in it named like a catalogue function would answer in its place. Throws CASE_DAMAGED.
 */
export async function refuseForeignObjects(outside: DuckDBConnection, catalog: string): Promise<void> {
  const [found] = (await outside.runAndReadAll(foreignObjects(catalog))).getRowObjects();
  if (found)
    throw altered(`it holds a ${String(found.kind)} named “${String(found.name)}”, which no Trailbench case has`);
}

/**
 * Refuses a case whose tables are not exactly the ones that this version makes: names, columns and their order, types,
 * constraints, defaults and generated columns. Throws CASE_DAMAGED.
 */
export async function checkTables(outside: DuckDBConnection, catalog: string): Promise<void> {
  await outside.run(`ATTACH ':memory:' AS expected; USE expected`);
  try {
    for (const statement of createSchemaStatements()) await outside.run(statement);
    await outside.run('USE memory');
    const [difference] = (await outside.runAndReadAll(tableDifferences(catalog))).getRowObjects();
    if (!difference) return;
    const table = `“${String(difference.name)}”`;
    if (difference.isMissing) throw altered(`its table ${table} is missing`);
    if (difference.isExtra) throw altered(`it holds a table ${table}, which no Trailbench case has`);
    throw altered(`its table ${table} is not defined as Trailbench defines it`);
  } finally {
    await outside.run('USE memory; DETACH expected');
  }
}

const tableDifferences = (catalog: string): string => `
  WITH tables AS (
    SELECT database_name, schema_name, table_name, sql FROM system.main.duckdb_tables()
    WHERE database_name IN ('expected', '${catalog}')
  ),
  expected AS (FROM tables WHERE database_name = 'expected'),
  actual AS (FROM tables WHERE database_name = '${catalog}')
  SELECT coalesce(expected.table_name, actual.table_name) AS name,
    actual.sql IS NULL AS isMissing, expected.sql IS NULL AS isExtra
  FROM expected FULL JOIN actual
    ON expected.schema_name = actual.schema_name AND expected.table_name = actual.table_name
  WHERE expected.sql IS DISTINCT FROM actual.sql
  ORDER BY coalesce(expected.schema_name, actual.schema_name), name
  LIMIT 1`;

function altered(what: string): TrailbenchError {
  return new TrailbenchError(
    'CASE_DAMAGED',
    `The case was not left as Trailbench leaves it: ${what}. If you trust its source, make a new case and import its archive folder.`,
  );
}
