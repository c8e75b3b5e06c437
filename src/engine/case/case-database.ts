import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { EngineOptions } from '../engine-context.ts';
import { caseLayout } from './case-folder.ts';
import { openingError } from './database-errors.ts';

/** The name of the case's catalog; `memory` beside it is scratch space. */
export const caseCatalog = 'trailbench';

/**
 * DuckDB's budget. An import's memory follows it: a million events peaked at 1.0 GB with this, at 1.4 GB with 640 MiB,
 * in the same time. Larger queries spill to disk.
 */
const defaultMemoryBytes = 448 * 2 ** 20;

const spillPrefix = 'trailbench-spill-';

/** A locked DuckDB instance with the case attached. */
export interface CaseDatabase {
  /** A connection whose current catalog is still `memory`: for looking at a case that is not trusted yet. */
  connectOutside(): Promise<DuckDBConnection>;
  /** A connection with the case as its current catalog. */
  connect(): Promise<DuckDBConnection>;
  /** All connections must be closed before. */
  close(): Promise<void>;
}

/**
 * Opens (or, if absent, makes) the database of the case in `folder`, a real path. The instance is locked before the
 * file is read, so that nothing in it, the write-ahead log included, can reach out.
 * Errors: CASE_LOCKED, CASE_NEWER, CASE_DAMAGED, IO_FAILED.
 */
export async function openCaseDatabase(folder: string, options: EngineOptions): Promise<CaseDatabase> {
  removeAbandonedSpill();
  const spillFolder = await mkdtemp(join(tmpdir(), `${spillPrefix}${process.pid}-`));
  const instance = await DuckDBInstance.create(':memory:');

  async function close(): Promise<void> {
    instance.closeSync();
    await rm(spillFolder, { recursive: true, force: true });
  }

  async function connectOutside(): Promise<DuckDBConnection> {
    const connection = await instance.connect();
    // These belong to the connection and can't be set for all; the lock lets them through (allowed_configs).
    await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false');
    return connection;
  }

  async function connect(): Promise<DuckDBConnection> {
    const connection = await connectOutside();
    await connection.run(`USE ${caseCatalog}`);
    return connection;
  }

  try {
    const connection = await instance.connect();
    try {
      await connection.run(lockingSettings(folder, spillFolder, options));
      await connection.run(
        `ATTACH ${text(caseLayout(folder).database)} AS ${caseCatalog} (TYPE duckdb, STORAGE_VERSION 'latest')`,
      );
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    await close();
    throw await openingError(folder, error);
  }
  return { connectOutside, connect, close };
}

/** Everything that cannot be changed once the configuration is locked, then the lock. */
function lockingSettings(folder: string, spillFolder: string, options: EngineOptions): string {
  const { database, exportStaging } = caseLayout(folder);
  const memoryBytes = options.memoryLimitBytes ?? Math.min(totalmem() / 4, defaultMemoryBytes);
  // The names under which DuckDB keeps the write-ahead log while it checkpoints or recovers.
  const databaseFiles = ['', '.wal', '.wal.checkpoint', '.wal.recovery'].map((suffix) => text(database + suffix));
  return `
    SET GLOBAL memory_limit = '${Math.floor(memoryBytes)}B';
    SET GLOBAL threads = ${options.threads ?? availableParallelism()};
    SET GLOBAL TimeZone = 'UTC';
    SET GLOBAL preserve_insertion_order = false;
    SET GLOBAL temp_directory = ${text(spillFolder)};
    SET GLOBAL autoinstall_known_extensions = false;
    SET GLOBAL autoload_known_extensions = false;
    SET GLOBAL allow_community_extensions = false;
    SET GLOBAL allowed_paths = [${databaseFiles.join(', ')}];
    SET GLOBAL allowed_directories = [${text(exportStaging)}];
    SET GLOBAL allowed_configs = ['enable_progress_bar', 'enable_progress_bar_print'];
    SET GLOBAL enable_external_access = false;
    SET GLOBAL lock_configuration = true;`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Removes what killed processes left in the temp folder; theirs are the ones that no live process owns. */
function removeAbandonedSpill(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(spillPrefix) ? Number.parseInt(name.slice(spillPrefix.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    void rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
