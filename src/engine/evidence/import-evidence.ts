import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImportSummary } from '#shared/api/evidence.ts';
import { filesTable, sightingsTable } from '#shared/tables/ledger.ts';
import type { OpenCase } from '../case/open-case.ts';
import type { EngineOptions } from '../engine-context.ts';
import type { WorkControl } from '../jobs/jobs.ts';
import { ArchiveNames } from './archive-path.ts';
import { copyWhole, unpackContainers, type UnpackedContainer } from './containers.ts';
import type { RunCounts } from './import-run.ts';
import { assertOutside, listSources, type Source } from './list-sources.ts';
import { runRecordedImport, type ImportStart, type PlaceSource } from './recorded-import.ts';
import { SourceQueue } from './source-queue.ts';
import { insertRows } from './store/insert-rows.ts';

export interface ImportRequest {
  readonly paths: readonly string[];
  readonly mode: 'copy' | 'reference';
}

/**
 * Imports files and folders: lists, unpacks containers, copies into the archive, scans, stores, de-duplicates.
 * Errors: NOT_FOUND, BAD_INPUT, CANCELLED, IO_FAILED.
 */
export async function importEvidence(
  openCase: OpenCase,
  request: ImportRequest,
  options: EngineOptions,
  control: WorkControl,
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
    const begin = async (start: ImportStart) => {
      const keeper = new ArchiveKeeper(openCase, request.mode, start.importId);
      const counts = await keepContainers(start, containers, keeper);
      return { place: (source: Source) => keeper.place(source), counts };
    };
    const origins = request.paths.map((path) => resolve(path));
    const queue = SourceQueue.of(sources);
    const plan = { mode: request.mode, origins, queue, batchAgeMs: null, startedAtMs, begin };
    return await runRecordedImport(openCase, plan, options, control);
  } finally {
    await rm(unpackFolder, { recursive: true, force: true });
  }
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

  place(source: Source): ReturnType<PlaceSource> {
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
  { connection, importId, knownFiles, takeFileId }: ImportStart,
  containers: readonly UnpackedContainer[],
  keeper: ArchiveKeeper,
): Promise<RunCounts> {
  const counts: RunCounts = {
    files: { seen: containers.length, imported: 0, unchanged: 0, rejected: 0, other: 0 },
    records: { read: 0, stored: 0, duplicate: 0, rejected: 0 },
    bytes: 0,
  };
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
    const fileId = takeFileId();
    knownFiles.set(sha256, fileId);
    counts.files.other++;
    const none = { recordsRead: 0, recordsStored: 0, recordsDuplicate: 0, recordsRejected: 0 };
    const reason = `A ${kind} archive: its ${members} files are listed one by one`;
    const row = { fileId, importId, sourcePath: source.name, storedPath, isReferenced: copyTo === null };
    const verdict = { kind: 'other', shape: kind, verdict: 'other', reason, flags: [] };
    const size = { sizeBytes: source.sizeBytes, sha256 };
    await insertRows(connection, filesTable, [{ ...row, ...verdict, ...size, ...none }]);
  }
  return counts;
}
