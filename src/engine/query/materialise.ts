import { randomUUID } from 'node:crypto';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryParameters } from '#shared/api/query.ts';
import { encodingOf, isStorable } from './cells.ts';
import { eventRowsOf, eventRowsRelation, type EventRows } from './event-rows.ts';
import { checkStatement } from './fence.ts';
import type { StoredColumn, StoredResult } from './result-store.ts';
import { embedStatement, parseStatement, type StatementTree } from './statement-tree.ts';

/** Above this a result is a mistake (`range(1e12)`), and would only fill the disk until it is cancelled. */
const maxResultRows = 50_000_000;

/** Up to here a result is copied even if it were enough to keep which events it has: sorting it is faster then. */
const maxCopiedEvents = 100_000;

type Values = Record<string, DuckDBValue>;

/** Checks the statement and runs it into `table`. Throws TrailbenchErrors of the fence, and DuckDB's own errors. */
export async function materialise(
  connection: DuckDBConnection,
  sql: string,
  parameters: QueryParameters,
  table: string,
): Promise<StoredResult> {
  const tree = await parseStatement(connection, sql);
  checkStatement(sql, tree);
  const values = boundValues(tree, parameters);
  const shape = await embedStatement(connection, sql, tree, 'SELECT * FROM (\n', ') AS result LIMIT 0');
  const described = await connection.runAndReadAll(shape, values);
  const types = described.columnTypes();
  const columns = described.columnNames().map((name, index): StoredColumn => {
    const type = types[index];
    if (!type) throw new TypeError(`No type for column ${index}.`);
    const encoding = isStorable(type) ? encodingOf(type) : 'text';
    return { name, type: type.alias ?? type.toString(), encoding, isNested: encoding === 'json' && !type.alias };
  });
  const common = { resultId: randomUUID(), table, columns, views: new Map() };
  const events = await eventRowsOf(connection, tree);
  if (events?.columns.length === columns.length) {
    const rowCount = await pickEvents(connection, events, values, table);
    if (rowCount > maxCopiedEvents) return { ...common, relation: eventRowsRelation(table, events.columns), rowCount };
    await connection.run(`DROP TABLE ${table}`);
  }
  const names = columns.map((_, index) => `c${index}`);
  const stored = names.map((name, index) => {
    const type = types[index];
    return type && isStorable(type) ? name : `CAST(${name} AS VARCHAR) AS ${name}`;
  });
  const select = await embedStatement(connection, sql, tree, numbered, `) AS result(${names.join(', ')})`);
  const rowCount = await createTable(connection, table, stored, select, values);
  return { ...common, relation: table, rowCount };
}

/**
 * The instance does not preserve insertion order: the number that row_number() gives, in the order of the statement's own
 * ORDER BY, is what keeps it.
 */
const numbered = 'SELECT row_number() OVER () AS rowNumber, result.* FROM (\n';

async function pickEvents(connection: DuckDBConnection, events: EventRows, values: Values, table: string) {
  const select = await embedStatement(connection, events.sql, events.tree, numbered, ') AS result(event)');
  return createTable(connection, table, ['event'], select, values);
}

async function createTable(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  select: string,
  values: Values,
): Promise<number> {
  const created = await connection.run(
    `CREATE TABLE ${table} AS SELECT rowNumber, ${columns.join(', ')} FROM (${select}) WHERE CASE WHEN rowNumber > ${maxResultRows} THEN error('${tooManyRows}') ELSE true END`,
    values,
  );
  return Number((await created.getRows())[0]?.[0] ?? 0);
}

const tooManyRows = `The result has more than ${maxResultRows.toLocaleString('en-US')} rows. Narrow it, aggregate, or add a LIMIT.`;

/** The values of the parameters that the statement uses. Text stays text: DuckDB casts it where it is used. */
function boundValues(tree: StatementTree, parameters: QueryParameters): Values {
  const given = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  const values: Values = {};
  for (const name of tree.parameters) {
    const value = given.get(name.toLowerCase());
    if (value === undefined) {
      const shown = /^\d+$/.test(name) ? 'a parameter without a name (write $name)' : `the parameter $${name}`;
      throw new TrailbenchError('SQL_FAILED', `The statement uses ${shown}, which has no value. Give it one.`);
    }
    values[name] = Number.isSafeInteger(value) ? BigInt(value as number) : value;
  }
  return values;
}
