// DuckDB's read_json into a new database, in a process of its own: what the import is measured against.
import { DuckDBInstance } from '@duckdb/node-api';
import { readFile } from 'node:fs/promises';
import { eventsTable } from '#shared/tables/events.ts';
import { createTableSql } from '#shared/tables/table.ts';
import { readJsonSql, type ReadJsonKind } from './read-json-sql.ts';

export interface ReadJsonTask {
  readonly kind: ReadJsonKind;
  readonly databasePath: string;
  /** A JSON file with the paths to read. */
  readonly pathsFile: string;
  readonly spillFolder: string;
  readonly threads: number;
  /** As DuckDB's setting; null: its default. */
  readonly memoryLimit: string | null;
  readonly maximumObjectBytes: number;
}

const task = JSON.parse(process.argv[2] ?? '') as ReadJsonTask;
const paths = JSON.parse(await readFile(task.pathsFile, 'utf8')) as string[];
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`
  SET threads = ${task.threads};
  SET preserve_insertion_order = false;
  SET temp_directory = '${task.spillFolder}';
  ${task.memoryLimit === null ? '' : `SET memory_limit = '${task.memoryLimit}';`}
  ATTACH '${task.databasePath}' AS bench (STORAGE_VERSION 'latest');
  USE bench;`);
await connection.run('SET VARIABLE paths = $1::JSON::VARCHAR[]', [JSON.stringify(paths)]);
if (task.kind === 'same work') {
  await connection.run(createTableSql(eventsTable));
  await connection.run(`CREATE TEMP TABLE evidence_files AS
    SELECT unnest(getvariable('paths')) AS path, generate_subscripts(getvariable('paths'), 1)::INTEGER AS fileId`);
}
try {
  await connection.run(readJsonSql(task.kind, task.maximumObjectBytes));
  await connection.run('CHECKPOINT');
} catch (error) {
  // DuckDB's advice, which follows, is of no use in the report.
  process.stderr.write(String(error instanceof Error ? error.message : error).split('\n')[0] ?? '');
  process.exitCode = 1;
}
connection.closeSync();
instance.closeSync();
