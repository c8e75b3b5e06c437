import { randomUUID } from 'node:crypto';
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { QueryParameters } from '#shared/api/query.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { boundValues, type BoundValues } from './bound-values.ts';
import { encodingOf, isStorable } from './cells.ts';
import { eventRowsOf, eventRowsRelation, type EventRows } from './event-rows.ts';
import { checkStatement } from './fence.ts';
import { usedRelations, withClause, type Relation } from './relations.ts';
import type { StoredColumn, StoredResult } from './result-store.ts';
import { embedStatement, parseStatement } from './statement-tree.ts';

/** Above this a result is a mistake (`range(1e12)`), and would only fill the disk until it is cancelled. */
const maxResultRows = 50_000_000;

/** Up to here a result is copied even if it were enough to keep which events it has: sorting it is faster then. */
const maxCopiedEvents = 100_000;

/** A result and what the statement used of what it was offered. */
export interface Materialised {
  readonly result: Omit<StoredResult, 'origin'>;
  readonly parameters: readonly string[];
  readonly relations: readonly Relation[];
}

/** Checks the statement and runs it into `table`. Throws TrailbenchErrors of the fence, and DuckDB's own errors. */
export async function materialise(
  connection: DuckDBConnection,
  sql: string,
  parameters: QueryParameters,
  offered: readonly Relation[],
  table: string,
): Promise<Materialised> {
  const tree = await parseStatement(connection, sql);
  checkStatement(sql, tree, new Set(offered.map((relation) => relation.name.toLowerCase())));
  const bound = boundValues(tree.parameters, parameters);
  const relations = usedRelations(tree, offered);
  const prefix = withClause(relations);
  const shape = await embedStatement(connection, sql, tree, `${prefix}SELECT * FROM (\n`, ') AS result LIMIT 0');
  const described = await connection.runAndReadAll(shape, bound.values, bound.types);
  const types = described.columnTypes();
  const columns = described.columnNames().map((name, index) => storedColumn(name, types[index]));
  const common = { resultId: randomUUID(), table, columns, views: new Map() };
  const used = { parameters: tree.parameters, relations };
  const events = await eventRowsOf(connection, tree);
  if (events?.columns.length === columns.length) {
    const rowCount = await pickEvents(connection, events, bound, table);
    if (rowCount > maxCopiedEvents) {
      return { result: { ...common, relation: eventRowsRelation(table, events.columns), rowCount }, ...used };
    }
    await connection.run(`DROP TABLE ${table}`);
  }
  const names = columns.map((_, index) => `c${index}`);
  const stored = names.map((name, index) => {
    const type = types[index];
    return type && isStorable(type) ? name : `CAST(${name} AS VARCHAR) AS ${name}`;
  });
  const after = `) AS result(${names.join(', ')})`;
  const select = await embedStatement(connection, sql, tree, `${prefix}${numbered}`, after);
  const rowCount = await createTable(connection, table, stored, select, bound);
  return { result: { ...common, relation: table, rowCount }, ...used };
}

/**
 * Runs a statement of the engine's own into `table`; its column `rowNumber` is the rows' order. `names`: what its other
 * columns are called, where a SELECT could not call them so (two alike, or `rowNumber`).
 */
export async function storeRows(
  connection: DuckDBConnection,
  select: string,
  values: Record<string, DuckDBValue>,
  table: string,
  names?: readonly string[],
): Promise<Omit<StoredResult, 'origin'>> {
  const described = await connection.runAndReadAll(`SELECT * EXCLUDE (rowNumber) FROM (${select}) LIMIT 0`, values);
  const types = described.columnTypes();
  const columns = described.columnNames().map((name, index) => storedColumn(name, types[index]));
  const named = columns.map((column, index) => `${quoteIdentifier(column.name)} AS c${index}`);
  const created = await connection.run(
    `CREATE TABLE ${table} AS SELECT rowNumber, ${named.join(', ')} FROM (${select})`,
    values,
  );
  const rowCount = Number((await created.getRows())[0]?.[0] ?? 0);
  const called = columns.map((column, index) => ({ ...column, name: names?.[index] ?? column.name }));
  return { resultId: randomUUID(), table, relation: table, columns: called, rowCount, views: new Map() };
}

function storedColumn(name: string, type: DuckDBType | undefined): StoredColumn {
  if (!type) throw new TypeError(`No type for the column ${name}.`);
  const encoding = isStorable(type) ? encodingOf(type) : 'text';
  return { name, type: type.alias ?? type.toString(), encoding, isNested: encoding === 'json' && !type.alias };
}

/**
 * The instance does not preserve insertion order: the number that row_number() gives, in the order of the statement's own
 * ORDER BY, is what keeps it.
 */
const numbered = 'SELECT row_number() OVER () AS rowNumber, result.* FROM (\n';

async function pickEvents(connection: DuckDBConnection, events: EventRows, bound: BoundValues, table: string) {
  const select = await embedStatement(connection, events.sql, events.tree, numbered, ') AS result(event)');
  return createTable(connection, table, ['event'], select, bound);
}

async function createTable(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  select: string,
  bound: BoundValues,
): Promise<number> {
  const created = await connection.run(
    `CREATE TABLE ${table} AS SELECT rowNumber, ${columns.join(', ')} FROM (${select}) WHERE CASE WHEN rowNumber > ${maxResultRows} THEN error('${tooManyRows}') ELSE true END`,
    bound.values,
    bound.types,
  );
  return Number((await created.getRows())[0]?.[0] ?? 0);
}

const tooManyRows = `The result has more than ${maxResultRows.toLocaleString('en-US')} rows. Narrow it, aggregate, or add a LIMIT.`;
