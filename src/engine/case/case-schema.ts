import { caseTables } from '#shared/tables/case-tables.ts';
import { createTableSql } from '#shared/tables/table.ts';

/** The case's bookkeeping about itself, in a schema that users' SQL does not see. */
const internalTables = [
  'CREATE TABLE internal.meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL)',
  `CREATE TABLE internal.migrations (
     number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL,
     appliedAt TIMESTAMP NOT NULL, application VARCHAR NOT NULL
   )`,
];

/** The statements that make an empty case in the current catalog. */
export function createSchemaStatements(): readonly string[] {
  return ['CREATE SCHEMA internal', ...internalTables, ...caseTables.map(createTableSql)];
}
