import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** How many events a case's database holds. */
export async function countEvents(path: string): Promise<number> {
  return withDatabases({ counted: path }, async (connection) => {
    const reader = await connection.runAndReadAll('SELECT count(*) FROM counted.events');
    return Number(reader.getRows()[0]?.[0]);
  });
}

/** Seconds from the start of a case's last fetch until its last object was in the archive. */
export async function downloadSeconds(path: string): Promise<number> {
  return withDatabases({ fetched: path }, async (connection) => {
    const reader = await connection.runAndReadAll(`
      SELECT epoch_ms(max(downloadedAt)) - epoch_ms(max(startedAt))
      FROM fetched.s3_objects JOIN fetched.fetches USING (fetchId)`);
    return Number(reader.getRows()[0]?.[0]) / 1000;
  });
}

/** Runs `work` with databases attached for reading, by name. */
export async function withDatabases<T>(
  paths: Record<string, string>,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const [name, path] of Object.entries(paths)) {
      await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${name} (READ_ONLY)`);
    }
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
