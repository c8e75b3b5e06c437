import type { DuckDBConnection } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { realpath } from 'node:fs/promises';
import type { ChangeTopic } from '#shared/api/app.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { EngineOptions } from '../engine-context.ts';
import { removePending } from '../evidence/store/commit-batch.ts';
import { ioError } from '../io-error.ts';
import type { Log } from '../log.ts';
import { SerialQueue } from '../serial-queue.ts';
import { caseCatalog, openCaseDatabase, type CaseDatabase } from './case-database.ts';
import { caseFolderPath, caseLayout, createCaseFolder, prepareFolders, resolveCaseFolder } from './case-folder.ts';
import { currentOperator, removeLockFile, reserveFolder, writeLockFile } from './case-lock.ts';
import { createSchemaStatements } from './case-schema.ts';
import { checkTables, refuseForeignObjects } from './catalogue-check.ts';
import { appendCustody } from './custody.ts';
import { openingError, storageError } from './database-errors.ts';
import { caseMigrations, checkMigrations, migrate, recordMigrations, type Migration } from './migrations.ts';
import type { OpenCase } from './open-case.ts';

/** What opening a case needs from the engine. */
export interface CaseEnvironment {
  readonly options: EngineOptions;
  readonly log: Log;
  notify(topic: ChangeTopic): void;
  /** Another list than the product's own: for tests. */
  readonly migrations?: readonly Migration[];
}

/** Makes an empty case; returns its folder. Errors: BAD_INPUT, CASE_EXISTS, IO_FAILED. */
export async function createCase(path: string, environment: CaseEnvironment): Promise<string> {
  const { options, migrations = caseMigrations } = environment;
  const folder = caseFolderPath(path);
  const createdAt = options.now?.() ?? new Date();
  const application = applicationName(options);
  await createCaseFolder(folder, async (partial) => {
    const database = await openCaseDatabase(await realpath(partial), options);
    try {
      const connection = await database.connect();
      try {
        await fill(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      await database.close();
    }
  });
  return folder;

  async function fill(connection: DuckDBConnection): Promise<void> {
    await connection.run('BEGIN TRANSACTION');
    for (const statement of createSchemaStatements()) await connection.run(statement);
    await recordMigrations(connection, migrations, application);
    const meta = { caseId: randomUUID(), createdAt: createdAt.toISOString(), createdBy: application };
    for (const [name, value] of Object.entries(meta)) {
      await connection.run('INSERT INTO internal.meta VALUES ($name, $value)', { name, value });
    }
    await appendCustody(connection, {
      at: createdAt,
      operator: currentOperator(),
      application,
      action: 'created',
      detail: { path: folder, caseId: meta.caseId },
    });
    await connection.run('COMMIT');
    await connection.run('CHECKPOINT');
  }
}

/** Opens the case at `path`. Errors: NOT_FOUND, CASE_LOCKED, CASE_NEWER, CASE_DAMAGED, IO_FAILED. */
export async function openCase(path: string, environment: CaseEnvironment): Promise<OpenedCase> {
  const { options } = environment;
  const folder = await resolveCaseFolder(path);
  const release = await reserveFolder(folder);
  try {
    const database = await openCaseDatabase(folder, options);
    try {
      await prepareFolders(folder).catch((error: unknown) => {
        throw ioError(`The case “${folder}” cannot be written`, error);
      });
      const schemaVersion = await verifyAndUpgrade(database, environment);
      const operator = currentOperator();
      await writeLockFile(folder, operator, options.now?.() ?? new Date());
      const openedCase = new OpenedCase(folder, database, operator, schemaVersion, environment, release);
      await openedCase.recordCustody('opened', { path: folder, schemaVersion });
      return openedCase;
    } catch (error) {
      await removeLockFile(folder);
      await database.close();
      throw await openingError(folder, error);
    }
  } catch (error) {
    environment.log(`The case “${folder}” could not be opened`, error);
    release();
    throw error;
  }
}

async function verifyAndUpgrade(database: CaseDatabase, environment: CaseEnvironment): Promise<number> {
  const { options, migrations = caseMigrations } = environment;
  const outside = await database.connectOutside();
  const inside = await database.connect();
  try {
    const version = await checkMigrations(outside, caseCatalog, migrations);
    await refuseForeignObjects(outside, caseCatalog);
    await migrate(inside, version, migrations, applicationName(options));
    await checkTables(outside, caseCatalog);
    // Only an engine that was killed leaves one running: this one holds the lock.
    await inside.run(`UPDATE imports SET state = 'interrupted' WHERE state = 'running'`);
    await inside.run(`UPDATE fetches SET state = 'interrupted' WHERE state = 'running'`);
    await removePending(inside);
    return migrations.length;
  } finally {
    outside.closeSync();
    inside.closeSync();
  }
}

function applicationName(options: EngineOptions): string {
  return `Trailbench ${options.version}`;
}

/** The one implementation of OpenCase. */
export class OpenedCase implements OpenCase {
  readonly path: string;
  readonly archivePath: string;
  readonly exportsPath: string;
  readonly operator: string;
  readonly schemaVersion: number;
  readonly #database: CaseDatabase;
  readonly #environment: CaseEnvironment;
  readonly #releaseFolder: () => void;
  readonly #custodyTurns = new SerialQueue();
  readonly #closing = new AbortController();
  readonly #closeListeners: (() => void | Promise<void>)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(
    folder: string,
    database: CaseDatabase,
    operator: string,
    schemaVersion: number,
    environment: CaseEnvironment,
    releaseFolder: () => void,
  ) {
    this.path = folder;
    this.archivePath = caseLayout(folder).archive;
    this.exportsPath = caseLayout(folder).exports;
    this.operator = operator;
    this.schemaVersion = schemaVersion;
    this.#database = database;
    this.#environment = environment;
    this.#releaseFolder = releaseFolder;
    // One listener a running connection; their number is no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  async withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closing.signal.aborted) {
      throw new TrailbenchError('NO_CASE', 'The case was closed. Open it again.');
    }
    const result = this.#run(work, signal);
    const settled = result.catch(() => undefined).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return result;
  }

  async recordCustody(action: string, detail: Record<string, unknown>): Promise<void> {
    await this.#custodyTurns.run(() =>
      this.withConnection((connection) => this.#appendCustody(connection, action, detail)),
    );
    this.notify('custody');
  }

  notify(topic: ChangeTopic): void {
    this.#environment.notify(topic);
  }

  log(message: string, error?: unknown): void {
    this.#environment.log(message, error);
  }

  onClose(listener: () => void | Promise<void>): void {
    this.#closeListeners.push(listener);
  }

  /** Interrupts what runs, lets everyone release what is theirs and closes the database. Repeated calls share one end. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { log } = this.#environment;
    this.#closing.abort();
    const listeners = this.#closeListeners.map(async (listener) => listener());
    for (const outcome of await Promise.allSettled(listeners)) {
      if (outcome.status === 'rejected') log('A close listener failed', outcome.reason);
    }
    await Promise.all(this.#running);
    try {
      const connection = await this.#database.connect();
      try {
        await this.#appendCustody(connection, 'closed', {});
        await connection.run('CHECKPOINT');
      } finally {
        connection.closeSync();
      }
    } catch (error) {
      log('The case could not be closed cleanly; its write-ahead log keeps what was committed', error);
    }
    try {
      await removeLockFile(this.path);
      await this.#database.close();
    } catch (error) {
      log('Closing the case left something behind', error);
    } finally {
      this.#releaseFolder();
    }
  }

  #appendCustody(connection: DuckDBConnection, action: string, detail: Record<string, unknown>): Promise<void> {
    const { options } = this.#environment;
    return appendCustody(connection, {
      at: options.now?.() ?? new Date(),
      operator: this.operator,
      application: applicationName(options),
      action,
      detail,
    });
  }

  async #run<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#throwIfStopped(signal);
    const connection = await this.#database.connect();
    const stopInterrupting = this.#interruptOnAbort(connection, signal);
    try {
      this.#throwIfStopped(signal);
      return await work(connection);
    } catch (error) {
      this.#throwIfStopped(signal, error);
      throw storageError(error);
    } finally {
      stopInterrupting();
      connection.closeSync();
    }
  }

  /** DuckDB forgets an interrupt that comes between two statements, so it is repeated until the work has ended. */
  #interruptOnAbort(connection: DuckDBConnection, signal?: AbortSignal): () => void {
    const signals = signal ? [signal, this.#closing.signal] : [this.#closing.signal];
    let timer: NodeJS.Timeout | undefined;
    function interrupt(): void {
      connection.interrupt();
      timer ??= setInterval(() => connection.interrupt(), 20);
    }
    for (const each of signals) each.addEventListener('abort', interrupt);
    if (signals.some((each) => each.aborted)) interrupt();
    return () => {
      clearInterval(timer);
      for (const each of signals) each.removeEventListener('abort', interrupt);
    };
  }

  #throwIfStopped(signal?: AbortSignal, cause?: unknown): void {
    if (this.#closing.signal.aborted) {
      throw new TrailbenchError('CANCELLED', 'The case was closed meanwhile.', undefined, { cause });
    }
    if (signal?.aborted) throw new TrailbenchError('CANCELLED', 'Cancelled.', undefined, { cause });
  }
}
