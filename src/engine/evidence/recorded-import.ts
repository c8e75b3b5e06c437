import type { DuckDBConnection } from '@duckdb/node-api';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ImportRun as ImportRecord, ImportSummary } from '#shared/api/evidence.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { importsTable } from '#shared/tables/ledger.ts';
import type { OpenCase } from '../case/open-case.ts';
import type { EngineOptions } from '../engine-context.ts';
import type { WorkControl } from '../jobs/jobs.ts';
import { timestampText } from '../timestamp-text.ts';
import { ImportRun, type RunCounts } from './import-run.ts';
import type { Source } from './list-sources.ts';
import type { SourceQueue } from './source-queue.ts';
import { removePending } from './store/commit-batch.ts';
import { insertRows } from './store/insert-rows.ts';

/**
 * Inflated bytes (estimated) a commit takes in: more than a million events. Each further commit ends within a row group,
 * which DuckDB then writes again: a million events in three commits took a quarter more time and space than in one.
 */
const defaultBatchBytes = 2 * 1024 ** 3;

/** Decides where the bytes of a source are kept: null for copyTo if it is referenced or already there. */
export type PlaceSource = (source: Source) => { readonly storedPath: string; readonly copyTo: string | null };

export interface RecordedImport {
  readonly mode: ImportRecord['mode'];
  /** What was given: paths, or the URL of a source. */
  readonly origins: readonly string[];
  readonly queue: SourceQueue;
  /** Age after which a batch is committed though files still come; null: however long it takes. */
  readonly batchAgeMs: number | null;
  /** When the work began, by `performance.now()`. */
  readonly startedAtMs: number;
  /** Called once the import has its number; returns where files are kept, and what was counted already. */
  begin(start: ImportStart): Promise<{ readonly place: PlaceSource; readonly counts?: RunCounts }>;
}

export interface ImportStart {
  readonly connection: DuckDBConnection;
  readonly importId: number;
  /** SHA-256 → fileId of every file the case holds. */
  readonly knownFiles: Map<string, number>;
  /** Gives out numbers of files, in order. */
  takeFileId(): number;
}

/**
 * Runs an import and keeps its record: the row in `imports`, both custody entries, the accounting. Commits batch by
 * batch; a cancelled or killed import keeps whole files and is completed by running it again.
 * Errors: CANCELLED, IO_FAILED, and those of `begin`.
 */
export async function runRecordedImport(
  openCase: OpenCase,
  { mode, origins, queue, batchAgeMs, startedAtMs, begin }: RecordedImport,
  options: EngineOptions,
  control: WorkControl,
): Promise<ImportSummary> {
  return openCase.withConnection(async (connection) => {
    const importId = await startImport(connection, openCase, mode, origins, options);
    await openCase.recordCustody('import started', { importId, mode, sources: origins });
    const knownFiles = await readKnownFiles(connection);
    let nextFileId = await readNextFileId(connection);
    const { place, counts } = await begin({ connection, importId, knownFiles, takeFileId: () => nextFileId++ });
    const run = new ImportRun(
      connection,
      queue,
      {
        scanWorkerUrl: options.scanWorkerUrl,
        workers: options.threads ?? availableParallelism(),
        batchBytes: options.importBatchBytes ?? defaultBatchBytes,
        batchAgeMs,
        importId,
        firstFileId: nextFileId,
        knownFiles,
        place,
        log: (message) => openCase.log(message),
      },
      control,
    );
    const summary = (): ImportSummary => ({
      ...addCounts(run.counts, counts),
      elapsedMs: Math.round(performance.now() - startedAtMs),
    });
    let state = 'failed';
    try {
      await run.run();
      state = 'done';
      control.report({ phase: 'finishing' });
    } catch (error) {
      if (error instanceof TrailbenchError && error.code === 'CANCELLED') state = 'cancelled';
      throw error;
    } finally {
      const ended = summary();
      await finishImport(connection, importId, state, ended, options);
      await openCase.recordCustody('import finished', { importId, state, ...ended });
      if (state !== 'done') await removeOrphans(connection, openCase, importId);
      await connection.run('CHECKPOINT').catch(() => undefined);
      openCase.notify('evidence');
    }
    return summary();
  });
}

function addCounts(run: RunCounts, earlier: RunCounts | undefined): RunCounts {
  const files = { ...run.files };
  if (earlier) for (const key of Object.keys(files) as (keyof typeof files)[]) files[key] += earlier.files[key];
  return { files, records: { ...run.records }, bytes: run.bytes + (earlier?.bytes ?? 0) };
}

async function startImport(
  connection: DuckDBConnection,
  openCase: OpenCase,
  mode: ImportRecord['mode'],
  origins: readonly string[],
  options: EngineOptions,
): Promise<number> {
  await removePending(connection);
  const interrupted = await connection.runAndReadAll("SELECT importId FROM imports WHERE state = 'interrupted'");
  for (const [importId] of interrupted.getRows()) await removeOrphans(connection, openCase, Number(importId));
  const reader = await connection.runAndReadAll('SELECT coalesce(max(importId), 0) + 1 FROM imports');
  const importId = Number(reader.getRows()[0]![0]);
  const startedAt = timestampText(options);
  const row = { importId, startedAt, state: 'running', mode, sources: origins, operator: openCase.operator };
  await insertRows(connection, importsTable, [row]);
  return importId;
}

async function finishImport(
  connection: DuckDBConnection,
  importId: number,
  state: string,
  { files, records, bytes, elapsedMs }: ImportSummary,
  options: EngineOptions,
): Promise<void> {
  await connection.run(
    `UPDATE imports SET finishedAt = $1::TIMESTAMP, state = $2, filesSeen = $3, filesImported = $4, filesUnchanged = $5,
       filesRejected = $6, filesOther = $7, recordsRead = $8, recordsStored = $9, recordsDuplicate = $10,
       recordsRejected = $11, bytes = $12, elapsedMs = $13 WHERE importId = $14`,
    [
      timestampText(options),
      state,
      ...[files.seen, files.imported, files.unchanged, files.rejected, files.other],
      ...[records.read, records.stored, records.duplicate, records.rejected],
      ...[bytes, elapsedMs, importId],
    ],
  );
}

async function readKnownFiles(connection: DuckDBConnection): Promise<Map<string, number>> {
  const reader = await connection.runAndReadAll("SELECT sha256, fileId FROM files WHERE sha256 <> ''");
  return new Map(reader.getRows().map(([sha256, fileId]) => [String(sha256), Number(fileId)]));
}

async function readNextFileId(connection: DuckDBConnection): Promise<number> {
  const reader = await connection.runAndReadAll('SELECT coalesce(max(fileId), 0) + 1 FROM files');
  return Number(reader.getRows()[0]![0]);
}

/** Removes copies that an import left in the archive without committing their ledger rows. */
async function removeOrphans(connection: DuckDBConnection, openCase: OpenCase, importId: number): Promise<void> {
  const folder = `archive/local/${importId}`;
  const entries = await readdir(join(openCase.path, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const reader = await connection.runAndReadAll('SELECT storedPath FROM files WHERE starts_with(storedPath, $1)', [
    `${folder}/`,
  ]);
  const kept = new Set(reader.getRows().map(([storedPath]) => join(openCase.path, String(storedPath))));
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path)) await rm(path);
  }
}
