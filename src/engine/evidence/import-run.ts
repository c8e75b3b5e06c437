import type { DuckDBConnection } from '@duckdb/node-api';
import { basename } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { WorkControl } from '../jobs/jobs.ts';
import { fileNameFacts } from './file-name.ts';
import { ImportBatch } from './import-batch.ts';
import type { Source } from './list-sources.ts';
import type { FromWorker } from './scan-protocol.ts';
import { rowsPerChunk } from './scan/chunk-builder.ts';
import type { SourceScan } from './scan/scan-source.ts';
import { ScanWorker } from './scan-pool.ts';
import type { SourceQueue } from './source-queue.ts';
import type { BatchCounts } from './store/commit-batch.ts';
import { BatchStore, rowsPerStatement } from './store/store-batch.ts';

const filesInHand = 3;

export interface ImportRunOptions {
  readonly scanWorkerUrl: URL;
  readonly workers: number;
  /** Inflated bytes (estimated) after which a batch is committed. */
  readonly batchBytes: number;
  /** Age after which a batch is committed though files still come; null: however long it takes. */
  readonly batchAgeMs: number | null;
  readonly importId: number;
  readonly firstFileId: number;
  /** SHA-256 → fileId of every file the case holds. */
  readonly knownFiles: Map<string, number>;
  /** Where a source is kept: null for copyTo if it is referenced or already there. */
  readonly place: (source: Source) => { readonly storedPath: string; readonly copyTo: string | null };
  readonly log: (message: string) => void;
}

export interface RunCounts {
  files: { seen: number; imported: number; unchanged: number; rejected: number; other: number };
  records: { read: number; stored: number; duplicate: number; rejected: number };
  bytes: number;
}

interface InHand {
  readonly source: Source;
  readonly batch: ImportBatch;
  sizeBytes: number;
  sha256: string;
  storedPath: string;
}

interface WorkerState {
  readonly queue: number[];
  /** The batch whose rows the worker is sending. */
  sending: ImportBatch | null;
  /** Batches it was asked to flush, oldest first. */
  readonly flushing: ImportBatch[];
}

/**
 * Chunks (2 to 4 MB each) that one of so many workers may have posted and not yet stored: together enough for a
 * statement, even if one of them is slower.
 */
function chunksInHand(workers: number): number {
  return Math.ceil((1.2 * rowsPerStatement) / rowsPerChunk / workers) + 4;
}

/** Runs the files of one import through the scan workers and commits them batch by batch, in order. */
export class ImportRun {
  readonly counts: RunCounts = {
    files: { seen: 0, imported: 0, unchanged: 0, rejected: 0, other: 0 },
    records: { read: 0, stored: 0, duplicate: 0, rejected: 0 },
    bytes: 0,
  };
  readonly #store: BatchStore;
  readonly #sources: SourceQueue;
  readonly #options: ImportRunOptions;
  readonly #control: WorkControl;
  readonly #workers = new Map<ScanWorker, WorkerState>();
  readonly #inHand = new Map<number, InHand>();
  readonly #batches: ImportBatch[] = [];
  #nextFileId: number;
  #failure: unknown = null;
  #wake: (() => void) | null = null;
  #filesDone = 0;
  #bytesDone = 0;
  #problems = 0;

  constructor(connection: DuckDBConnection, sources: SourceQueue, options: ImportRunOptions, control: WorkControl) {
    const failure = (): unknown => this.#failure;
    this.#store = new BatchStore(connection, options.importId, {
      get failure() {
        return failure();
      },
      next: () => this.#message(),
      stored: () => this.#report(),
    });
    this.#sources = sources;
    this.#options = options;
    this.#control = control;
    this.#nextFileId = options.firstFileId;
  }

  /** Resolves when everything is committed. Rejects on cancel and failure; what was committed before stays. */
  async run(): Promise<void> {
    const onAbort = () => this.#fail(new TrailbenchError('CANCELLED', 'The import was cancelled.'));
    this.#control.signal.addEventListener('abort', onAbort);
    if (this.#control.signal.aborted) onAbort();
    try {
      await this.#store.prepare(this.#options.log);
      const { workers: wanted } = this.#options;
      const workers = this.#sources.hasEnded ? Math.max(1, Math.min(wanted, this.#sources.length)) : wanted;
      for (let index = 0; index < workers; index++) {
        const worker = new ScanWorker(this.#options.scanWorkerUrl, chunksInHand(workers), (from, message) =>
          this.#receive(from, message),
        );
        this.#workers.set(worker, { queue: [], sending: null, flushing: [] });
      }
      this.#sources.onChange = () => this.#assignAll();
      this.#assignAll();
      for (let index = 0; ; index++) {
        while (!this.#batches[index] && !this.#sources.isDrained) await this.#message();
        const batch = this.#batches[index];
        if (!batch) break;
        this.#add(await this.#store.store(batch));
      }
    } finally {
      this.#sources.onChange = () => undefined;
      this.#control.signal.removeEventListener('abort', onAbort);
      await Promise.all([...this.#workers.keys()].map((worker) => worker.stop()));
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** Waits for the next message of a worker. */
  async #message(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
    if (this.#failure) throw this.#failure;
  }

  // ── handing out files ──────────────────────────────────────────────────────────────────────────────────────────

  #openBatch(): ImportBatch {
    const last = this.#batches.at(-1);
    if (last && !last.isSealed) return last;
    const batch = new ImportBatch(this.#nextFileId);
    this.#batches.push(batch);
    return batch;
  }

  #assignAll(): void {
    for (const worker of this.#workers.keys()) this.#assign(worker);
    this.#wake?.();
  }

  #assign(worker: ScanWorker): void {
    const state = this.#workers.get(worker)!;
    while (state.queue.length < filesInHand) {
      const source = this.#sources.take();
      if (!source) break;
      const batch = this.#openBatch();
      const fileId = this.#nextFileId++;
      this.counts.files.seen++;
      if (source.problem !== null) {
        this.#unreadable(batch, fileId, source, source.problem);
      } else {
        batch.openFiles.add(fileId);
        batch.estimatedBytes += source.path.endsWith('.gz') ? source.sizeBytes * 6 : source.sizeBytes;
        this.#inHand.set(fileId, { source, batch, sizeBytes: source.sizeBytes, sha256: '', storedPath: '' });
        state.queue.push(fileId);
        worker.send({ type: 'read', fileId, path: source.path, sizeBytes: source.sizeBytes });
      }
      if (batch.estimatedBytes >= this.#options.batchBytes || this.#isOld(batch)) this.#seal(batch);
    }
    if (this.#sources.isDrained) {
      const last = this.#batches.at(-1);
      if (last && !last.isSealed) this.#seal(last);
    }
  }

  #isOld(batch: ImportBatch): boolean {
    const { batchAgeMs } = this.#options;
    return batchAgeMs !== null && performance.now() - batch.openedAtMs >= batchAgeMs;
  }

  #seal(batch: ImportBatch): void {
    batch.isSealed = true;
    this.#flushIdle(batch);
  }

  /** Asks workers that have no further file of a sealed batch to send what they hold of it. */
  #flushIdle(batch: ImportBatch): void {
    if (!batch.isSealed) return;
    for (const [worker, state] of this.#workers) {
      if (state.queue.some((fileId) => this.#inHand.get(fileId)?.batch === batch)) continue;
      this.#flush(worker, state, batch);
    }
    this.#wake?.();
  }

  /** A worker takes messages in order, so what it was told to scan before belongs to what it flushes. */
  #flush(worker: ScanWorker, state: WorkerState, batch: ImportBatch): void {
    if (!batch.unflushed.has(worker) || state.flushing.includes(batch)) return;
    state.flushing.push(batch);
    worker.send({ type: 'flush' });
  }

  // ── what the workers say ───────────────────────────────────────────────────────────────────────────────────────

  #receive(worker: ScanWorker, message: FromWorker): void {
    const state = this.#workers.get(worker)!;
    const sending = state.flushing[0] ?? state.sending;
    switch (message.type) {
      case 'hashed':
        this.#hashed(worker, state, message.fileId, message.sizeBytes, message.sha256);
        break;
      case 'unreadable': {
        const { batch, source } = this.#inHand.get(message.fileId)!;
        this.#unreadable(batch, message.fileId, source, message.reason);
        this.#finished(worker, state, message.fileId);
        break;
      }
      case 'chunk':
        sending!.chunks.push({ worker, chunk: message.chunk });
        sending!.queuedRows += message.chunk.rowCount;
        break;
      case 'rejected':
      case 'special': {
        const { batch } = this.#inHand.get(message.fileId)!;
        const { fileId } = message;
        if (message.type === 'rejected') batch.rejected.push(...message.rows.map((row) => ({ ...row, fileId })));
        else batch.special.push(...message.rows.map((row) => ({ ...row, fileId })));
        worker.release(1);
        break;
      }
      case 'scanned':
        this.#scanned(message.fileId, message.scan);
        this.#finished(worker, state, message.fileId);
        break;
      case 'flushed':
        state.flushing.shift()!.unflushed.delete(worker);
        break;
      case 'plain':
        this.#options.log(`A scan worker reads without its fast path: ${message.reason}`);
        break;
      case 'failed':
        this.#fail(new Error(`A scan worker failed: ${message.message}`));
    }
    this.#wake?.();
  }

  #hashed(worker: ScanWorker, state: WorkerState, fileId: number, sizeBytes: number, sha256: string): void {
    const file = this.#inHand.get(fileId)!;
    const { batch, source } = file;
    file.sizeBytes = sizeBytes;
    file.sha256 = sha256;
    const known = this.#options.knownFiles.get(sha256);
    if (known !== undefined) {
      // The file it repeats may belong to a later batch: its ledger row must come first, or with it.
      const holder = this.#batches.findLast(({ firstFileId }) => firstFileId <= known);
      const owner = holder && holder.firstFileId > batch.firstFileId ? holder : batch;
      owner.sightings.push({ fileId: known, sourcePath: source.name });
      this.counts.files.unchanged++;
      worker.send({ type: 'drop', fileId });
      this.#finished(worker, state, fileId);
      return;
    }
    this.#options.knownFiles.set(sha256, fileId);
    if (state.sending && state.sending !== batch) this.#flush(worker, state, state.sending);
    state.sending = batch;
    batch.unflushed.add(worker);
    const { storedPath, copyTo } = this.#options.place(source);
    file.storedPath = storedPath;
    worker.send({ type: 'scan', fileId, copyTo });
  }

  #unreadable(batch: ImportBatch, fileId: number, source: Source, reason: string): void {
    this.counts.files.rejected++;
    this.#problems++;
    batch.files.push({
      ...this.#ledgerRow(fileId, source, source.sizeBytes, '', ''),
      kind: 'other',
      verdict: 'rejected',
      reason,
      flags: [],
      recordsRead: 0,
    });
  }

  #scanned(fileId: number, { result, inflatedBytes, inflatedSha256, isRetryable }: SourceScan): void {
    const { batch, source, sizeBytes, ...held } = this.#inHand.get(fileId)!;
    // Without its hash in the ledger the file is not "unchanged" when it is imported again.
    if (isRetryable) this.#options.knownFiles.delete(held.sha256);
    const { sha256, storedPath } = isRetryable ? { sha256: '', storedPath: '' } : held;
    this.counts.files[result.verdict]++;
    this.#problems += result.recordsRejected + (result.verdict === 'rejected' ? 1 : 0);
    if (result.verdict !== 'imported') batch.withdrawn.add(fileId);
    const { kind, shape, verdict, reason, flags, recordsRead } = result;
    batch.files.push({
      ...this.#ledgerRow(fileId, source, sizeBytes, sha256, storedPath),
      ...{ kind, shape, verdict, reason, flags, recordsRead, inflatedBytes, inflatedSha256 },
    });
  }

  #ledgerRow(fileId: number, source: Source, sizeBytes: number, sha256: string, storedPath: string) {
    const { accountId, region, deliveredAt } = fileNameFacts(basename(source.name));
    return {
      fileId,
      importId: this.#options.importId,
      sourcePath: source.name,
      storedPath,
      isReferenced: storedPath !== '' && !storedPath.startsWith('archive/'),
      sizeBytes,
      sha256,
      deliveredAt,
      nameAccountId: accountId,
      nameRegion: region,
    };
  }

  #finished(worker: ScanWorker, state: WorkerState, fileId: number): void {
    const { batch, sizeBytes } = this.#inHand.get(fileId)!;
    this.#inHand.delete(fileId);
    state.queue.splice(state.queue.indexOf(fileId), 1);
    batch.openFiles.delete(fileId);
    this.#filesDone++;
    this.#bytesDone += sizeBytes;
    this.counts.bytes += sizeBytes;
    this.#assign(worker);
    this.#flushIdle(batch);
    this.#report();
  }

  #report(): void {
    this.#control.report({
      phase: 'reading',
      filesDone: this.#filesDone,
      bytesDone: this.#bytesDone,
      eventsRead: this.#store.rowsInserted,
      problems: this.#problems,
    });
  }

  #add(counts: BatchCounts): void {
    const { records } = this.counts;
    records.read += counts.read;
    records.stored += counts.stored;
    records.duplicate += counts.duplicate;
    records.rejected += counts.rejected;
  }
}
