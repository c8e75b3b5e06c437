import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '#shared/tables/table.ts';
import type { DataSet } from './data-set.ts';
import { withDatabases } from './databases.ts';
import type { Contender } from './import-contenders.ts';
import type { ReportTable } from './report.ts';

/** Whether all hold the same, and what was counted independently, so that what is compared is the same work. */
export async function contentTable(
  dataSet: DataSet,
  ours: Contender,
  plain: Contender,
  sameWork: Contender,
): Promise<ReportTable> {
  const title = `${dataSet.name}, do all hold the same?`;
  const own = await withDatabases({ ours: ours.databasePath }, async (connection) => ({
    events: await count(connection, 'ours.events'),
    copies: await count(connection, 'ours.duplicates'),
  }));
  const others = await Promise.all([plain, sameWork].map((other) => eventsBySql(other)));
  return {
    title,
    columns: ['counted', 'in the case', 'copies set aside', 'read_json', 'same table', 'columns that differ'],
    rows: [[dataSet.countedEvents, own.events, own.copies, ...others, await differing(ours, sameWork)]],
    notes: [
      'SQL alone yields no otherFields and no eventKey, and keeps copies of an event: there the import does more.',
      'DuckDB writes numbers in JSON anew (1688560107.857 for 1.688560107857E9); the import keeps their text.',
      ...(own.copies > 0 ? ['Columns are compared by their distinct values per event, as SQL kept the copies.'] : []),
      ...(dataSet.countedEvents === null ? ['Nobody has counted these files independently.'] : []),
    ],
  };
}

async function eventsBySql({ runs, databasePath }: Contender): Promise<number | null> {
  if (runs.length === 0) return null;
  return withDatabases({ theirs: databasePath }, (connection) => count(connection, 'theirs.events'));
}

async function count(connection: DuckDBConnection, table: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${table}`);
  return Number(reader.getRows()[0]?.[0]);
}

async function differing(ours: Contender, other: Contender): Promise<string | null> {
  if (other.runs.length === 0) return null;
  return withDatabases({ ours: ours.databasePath, theirs: other.databasePath }, async (connection) => {
    const hasCopies = (await count(connection, 'ours.events')) !== (await count(connection, 'theirs.events'));
    const ourSums = await contentSums(connection, 'ours', hasCopies);
    const theirSums = await contentSums(connection, 'theirs', hasCopies);
    return [...ourSums.keys()].filter((name) => ourSums.get(name) !== theirSums.get(name)).join(', ') || 'none';
  });
}

/** A sum over each column that depends on every value and its event. */
async function contentSums(
  connection: DuckDBConnection,
  catalog: string,
  isDistinct: boolean,
): Promise<Map<string, string>> {
  const described = await connection.runAndReadAll(`SELECT * FROM ${catalog}.events LIMIT 0`);
  // Files are numbered in another order, and the copies of an event lie at different places.
  const names = described.columnNames().filter((name) => name !== 'fileId' && !(isDistinct && name === 'recordIndex'));
  const distinct = isDistinct ? 'DISTINCT ' : '';
  const sums = names.map((name) => `sum(${distinct}hash(eventID, ${quoteIdentifier(name)}))::VARCHAR`);
  const reader = await connection.runAndReadAll(`SELECT ${sums.join(', ')} FROM ${catalog}.events`);
  const values = reader.getRows()[0] ?? [];
  return new Map(names.map((name, index) => [name, String(values[index])]));
}
