import type { DuckDBConnection } from '@duckdb/node-api';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImportSummary } from '#shared/api/evidence.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { filesTable, importsTable, sightingsTable } from '#shared/tables/ledger.ts';
import type { OpenCase } from '../case/open-case.ts';
import type { EngineOptions } from '../engine-context.ts';
import type { JobControl } from '../jobs/jobs.ts';
import { ArchiveNames } from './archive-path.ts';
import { copyWhole, unpackContainers, type UnpackedContainer } from './containers.ts';
import { ImportRun, type RunCounts } from './import-run.ts';
import { assertOutside, listSources, type Source } from './list-sources.ts';
import { removePending } from './store/commit-batch.ts';
import { insertRows } from './store/insert-rows.ts';

export interface ImportRequest {
  readonly paths: readonly string[];
  readonly mode: 'copy' | 'reference';
}

/**
 * Inflated bytes (estimated) a commit takes in: more than a million events. Each further commit ends within a row group,
 * which DuckDB then writes again: a million events in three commits took a quarter more time and space than in one.
 */
const defaultBatchBytes = 2 * 1024 ** 3;

/**
 * Imports files and folders: lists, unpacks containers, copies into the archive, scans, stores, de-duplicates. Commits
 * batch by batch; a cancelled or killed import keeps whole files and is completed by running it again.
 * Errors: NOT_FOUND, BAD_INPUT, CANCELLED, IO_FAILED.
 */
export async function importEvidence(
  openCase: OpenCase,
  request: ImportRequest,
  options: EngineOptions,
  control: JobControl,
): Promise<ImportSummary> {
  const startedAtMs = performance.now();
  assertOutside(openCase.path, request.paths);
  control.report({ phase: 'listing' });
  const listed = await listSources(request.paths, control.signal);
  const unpackFolder = await mkdtemp(join(tmpdir(), 'trailbench-unpack-'));
  try {
    const { sources, containers } = await unpackContainers(listed, unpackFolder, control.signal);
    const bytesTotal = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
    control.report({ phase: 'reading', filesTotal: sources.length, bytesTotal });
    return await openCase.withConnection(async (connection) => {
      const importId = await startImport(connection, openCase, request, options);
      await openCase.recordCustody('import started', { importId, mode: request.mode, sources: request.paths });
      const keeper = new ArchiveKeeper(openCase, request.mode, importId);
      const knownFiles = await readKnownFiles(connection);
      const firstFileId = await nextFileId(connection);
      const counts = await keepContainers(connection, containers, keeper, knownFiles, importId, firstFileId);
      const run = new ImportRun(
        connection,
        sources,
        {
          scanWorkerUrl: options.scanWorkerUrl,
          workers: options.threads ?? availableParallelism(),
          batchBytes: options.importBatchBytes ?? defaultBatchBytes,
          importId,
          firstFileId: firstFileId + containers.length,
          knownFiles,
          place: (source) => keeper.place(source),
        },
        control,
      );
      let state = 'failed';
      try {
        await run.run();
        state = 'done';
        control.report({ phase: 'finishing' });
      } catch (error) {
        if (error instanceof TrailbenchError && error.code === 'CANCELLED') state = 'cancelled';
        throw error;
      } finally {
        const summary = summarise(addCounts(counts, run.counts), startedAtMs);
        await finishImport(connection, importId, state, summary, options);
        await openCase.recordCustody('import finished', { importId, state, ...summary });
        if (state !== 'done') await removeOrphans(connection, openCase, importId);
        await connection.run('CHECKPOINT').catch(() => undefined);
        openCase.notify('evidence');
      }
      return summarise(addCounts(counts, run.counts), startedAtMs);
    });
  } finally {
    await rm(unpackFolder, { recursive: true, force: true });
  }
}

function summarise(counts: RunCounts, startedAtMs: number): ImportSummary {
  return { ...structuredClone(counts), elapsedMs: Math.round(performance.now() - startedAtMs) };
}

function addCounts(containers: RunCounts, run: RunCounts): RunCounts {
  const files = { ...run.files };
  for (const key of Object.keys(files) as (keyof typeof files)[]) files[key] += containers.files[key];
  return { files, records: run.records, bytes: run.bytes + containers.bytes };
}

async function startImport(
  connection: DuckDBConnection,
  openCase: OpenCase,
  { mode, paths }: ImportRequest,
  options: EngineOptions,
): Promise<number> {
  await removePending(connection);
  const interrupted = await connection.runAndReadAll("SELECT importId FROM imports WHERE state = 'interrupted'");
  for (const [importId] of interrupted.getRows()) await removeOrphans(connection, openCase, Number(importId));
  const reader = await connection.runAndReadAll('SELECT coalesce(max(importId), 0) + 1 FROM imports');
  const importId = Number(reader.getRows()[0]![0]);
  const startedAt = timestamp(options);
  const sources = paths.map((path) => resolve(path));
  const row = { importId, startedAt, state: 'running', mode, sources, operator: openCase.operator };
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
      timestamp(options),
      state,
      ...[files.seen, files.imported, files.unchanged, files.rejected, files.other],
      ...[records.read, records.stored, records.duplicate, records.rejected],
      ...[bytes, elapsedMs, importId],
    ],
  );
}

function timestamp(options: EngineOptions): string {
  return (options.now?.() ?? new Date()).toISOString().replace('T', ' ').replace('Z', '');
}

async function readKnownFiles(connection: DuckDBConnection): Promise<Map<string, number>> {
  const reader = await connection.runAndReadAll("SELECT sha256, fileId FROM files WHERE sha256 <> ''");
  return new Map(reader.getRows().map(([sha256, fileId]) => [String(sha256), Number(fileId)]));
}

async function nextFileId(connection: DuckDBConnection): Promise<number> {
  const reader = await connection.runAndReadAll('SELECT coalesce(max(fileId), 0) + 1 FROM files');
  return Number(reader.getRows()[0]![0]);
}

/** Decides where the bytes of each source are kept, and remembers it for the members of containers. */
class ArchiveKeeper {
  readonly #openCase: OpenCase;
  readonly #mode: 'copy' | 'reference';
  readonly #folder: string;
  readonly #names = new ArchiveNames();
  readonly #containers = new Map<Source, string>();

  constructor(openCase: OpenCase, mode: 'copy' | 'reference', importId: number) {
    this.#openCase = openCase;
    this.#mode = mode;
    this.#folder = `archive/local/${importId}`;
  }

  place(source: Source): { storedPath: string; copyTo: string | null } {
    if (source.container) {
      const member = source.name.slice(source.container.name.length);
      return { storedPath: this.storedContainer(source.container) + member, copyTo: null };
    }
    if (this.#mode === 'reference') return { storedPath: source.path, copyTo: null };
    const storedPath = `${this.#folder}/${this.#names.take(source.segments)}`;
    return { storedPath, copyTo: join(this.#openCase.path, storedPath) };
  }

  storedContainer(container: Source): string {
    const outer = container.container;
    if (outer) return this.storedContainer(outer) + container.name.slice(outer.name.length);
    return this.#containers.get(container)!;
  }

  keepContainer(container: Source, storedPath: string): void {
    this.#containers.set(container, storedPath);
  }
}

/** Containers come first: their members' ledger rows point to where they are kept. */
async function keepContainers(
  connection: DuckDBConnection,
  containers: readonly UnpackedContainer[],
  keeper: ArchiveKeeper,
  knownFiles: Map<string, number>,
  importId: number,
  firstFileId: number,
): Promise<RunCounts> {
  const counts: RunCounts = {
    files: { seen: containers.length, imported: 0, unchanged: 0, rejected: 0, other: 0 },
    records: { read: 0, stored: 0, duplicate: 0, rejected: 0 },
    bytes: 0,
  };
  let fileId = firstFileId;
  for (const { source, kind, sha256, members } of containers) {
    counts.bytes += source.sizeBytes;
    const known = knownFiles.get(sha256);
    if (known !== undefined) {
      const reader = await connection.runAndReadAll('SELECT storedPath FROM files WHERE fileId = $1', [known]);
      keeper.keepContainer(source, String(reader.getRows()[0]![0]));
      counts.files.unchanged++;
      await insertRows(connection, sightingsTable, [{ importId, fileId: known, sourcePath: source.name }]);
      continue;
    }
    const { storedPath, copyTo } = keeper.place(source);
    if (copyTo) await copyWhole(source.path, copyTo);
    keeper.keepContainer(source, storedPath);
    knownFiles.set(sha256, fileId);
    counts.files.other++;
    const none = { recordsRead: 0, recordsStored: 0, recordsDuplicate: 0, recordsRejected: 0 };
    const reason = `A ${kind} archive: its ${members} files are listed one by one`;
    const row = { fileId: fileId++, importId, sourcePath: source.name, storedPath, isReferenced: copyTo === null };
    const verdict = { kind: 'other', shape: kind, verdict: 'other', reason, flags: [] };
    const size = { sizeBytes: source.sizeBytes, sha256 };
    await insertRows(connection, filesTable, [{ ...row, ...verdict, ...size, ...none }]);
  }
  return counts;
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
