// DuckDB's read_json into the table of the case, in a process of its own: what the import is measured against.
import { DuckDBInstance } from '@duckdb/node-api';
import { readFile } from 'node:fs/promises';
import { eventsTable } from '#shared/tables/events.ts';
import { createTableSql } from '#shared/tables/table.ts';
import { insertReadJsonSql } from './read-json-sql.ts';

export interface ReadJsonTask {
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
  USE bench;
  ${createTableSql(eventsTable)};`);
await connection.run('SET VARIABLE paths = $1::JSON::VARCHAR[]', [JSON.stringify(paths)]);
await connection.run(`CREATE TEMP TABLE evidence_files AS
  SELECT unnest(getvariable('paths')) AS path, generate_subscripts(getvariable('paths'), 1)::INTEGER AS fileId`);
await connection.run(insertReadJsonSql(task.maximumObjectBytes));
await connection.run('CHECKPOINT');
connection.closeSync();
instance.closeSync();
