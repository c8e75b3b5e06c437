import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { TrailbenchError, type ErrorCode } from '#shared/api/errors.ts';
import type { EngineOptions } from '../engine-context.ts';
import { caseLayout } from './case-folder.ts';
import { caseLocked } from './case-lock.ts';

/** The name of the case's catalog; `memory` beside it is scratch space. */
export const caseCatalog = 'trailbench';

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
  const memoryBytes = options.memoryLimitBytes ?? Math.min(totalmem() / 4, 2 ** 30);
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

/** What an error of DuckDB at opening means for people. */
export async function openingError(folder: string, error: unknown): Promise<TrailbenchError> {
  if (error instanceof TrailbenchError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { database } = caseLayout(folder);
  const withCause = (code: ErrorCode, sentence: string) =>
    new TrailbenchError(code, sentence, undefined, { cause: error });
  if (/file locks are not supported/i.test(message)) {
    return withCause('IO_FAILED', `The disk of “${database}” can’t lock files. Copy the case folder to a local disk.`);
  }
  if (/could not set lock|conflicting lock|used by another process/i.test(message)) {
    const pid = /\(PID (\d+)\)/.exec(message)?.[1];
    return caseLocked(folder, pid === undefined ? undefined : Number(pid));
  }
  if (/newer version of DuckDB/i.test(message)) {
    const advice = 'Open it with that version, or update this one.';
    return withCause('CASE_NEWER', `The case’s database was written by a newer Trailbench. ${advice}`);
  }
  if (/permission denied|read-only file system/i.test(message)) {
    const advice = 'Check its permissions, or copy the case folder to a disk that can be written.';
    return withCause('IO_FAILED', `“${database}” cannot be written. ${advice}`);
  }
  if (/no space left|disk quota/i.test(message)) {
    return withCause('IO_FAILED', `“${database}” cannot be opened: the disk is full. Free some space.`);
  }
  const advice = 'Open a copy of the case, or make a new one and import its archive folder.';
  return withCause(
    'CASE_DAMAGED',
    `“${database}” cannot be read: it is cut off, was changed or is not a DuckDB database. ${advice}`,
  );
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
