import type { DuckDBConnection } from '@duckdb/node-api';

/** Changes with every import and every file that one commits. Evidence tables only grow, so counts tell. */
export async function evidenceStamp(connection: DuckDBConnection): Promise<string> {
  const reader = await connection.runAndReadAll(
    `SELECT concat_ws('/', (SELECT count(*) FROM trailbench.main.imports), (SELECT count(*) FROM trailbench.main.files), (SELECT count(*) FROM trailbench.main.events))`,
  );
  return String(reader.getRows()[0]?.[0]);
}
