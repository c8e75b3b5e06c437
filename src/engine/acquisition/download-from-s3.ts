import type { S3FetchRequest, TrailStream } from '#shared/api/acquisition.ts';
import { objectVersionsTable, proofDocumentsTable, s3ObjectsTable } from '#shared/tables/acquisition.ts';
import { join } from 'node:path';
import { insertRows } from '../evidence/store/insert-rows.ts';
import { sharedSignal } from '../shared-signal.ts';
import { openS3Session } from './access/open-s3-session.ts';
import type { S3Session } from './access/s3-session.ts';
import type { DownloadTask } from './fetch-evidence.ts';
import { selectStreams } from './objects/discover.ts';
import { downloadObjects } from './objects/download-run.ts';
import { listObjects } from './objects/list-objects.ts';
import { ObjectArchive } from './objects/object-archive.ts';
import type { ArchivedRecord, DeleteMarker, ListedObject, ObjectProblem } from './objects/object-record.ts';
import { callerIdentity } from './proof/caller-identity.ts';
import { collectProof } from './proof/collect-proof.ts';
import type { ProofFinding } from './proof/proof-finding.ts';
import { VersionNotes } from './proof/version-notes.ts';
import { RowBuffer } from './row-buffer.ts';

/** Downloads at once if nothing is asked for: enough to fill a line at S3's usual 30 to 100 ms an answer. */
export const defaultConcurrency = 32;

type Task = DownloadTask<S3FetchRequest>;

/** Fetches the selected log objects of a bucket into the archive, and what later proof needs. */
export async function downloadFromS3(task: Task): Promise<void> {
  const { request, environment, signal, tally } = task;
  const concurrency = request.options.concurrency ?? defaultConcurrency;
  const { prompts, log } = environment;
  const session = await openS3Session(request.access, { prompts, signal, concurrency, log });
  try {
    tally.traffic = session.traffic;
    tally.region = session.region;
    await new S3Download(task, session, concurrency).run();
  } finally {
    session.close();
  }
}

class S3Download {
  readonly #task: Task;
  readonly #session: S3Session;
  readonly #concurrency: number;
  readonly #proofFolder: string;
  readonly #objects: RowBuffer;
  readonly #versions: RowBuffer;
  readonly #notes: VersionNotes;
  /** Archive paths that have their row in `s3_objects`. */
  #recorded = new Set<string>();
  /** SHA-256 of every file in the ledger. */
  #imported = new Set<string>();

  constructor(task: Task, session: S3Session, concurrency: number) {
    this.#task = task;
    this.#session = session;
    this.#concurrency = concurrency;
    this.#proofFolder = `archive/proof/${task.started.fetchId}`;
    this.#objects = new RowBuffer(task.openCase, s3ObjectsTable, task.fail);
    this.#versions = new RowBuffer(task.openCase, objectVersionsTable, task.fail);
    this.#notes = new VersionNotes(join(task.openCase.path, this.#proofFolder));
  }

  async run(): Promise<void> {
    const { request, signal, tally, openCase } = this.#task;
    await this.#readKnown();
    this.#phase('listing');
    const folder = join(openCase.path, this.#proofFolder);
    if (request.options.withProof) {
      const principal = await callerIdentity(this.#session, { folder, signal });
      tally.principal = principal;
      await this.#keepProof([principal.finding]);
    }
    const streams = await selectStreams(this.#session, request.selection, {
      signal,
      onNote: (note) => tally.notes.add(note),
    });
    const stopProof = new AbortController();
    const proof = this.#collectProof(streams, sharedSignal(signal, stopProof.signal));
    try {
      await this.#download(streams);
      await proof;
    } finally {
      // After a failed download nobody waits for the proof's slow answers.
      stopProof.abort();
      await proof.catch(() => undefined);
      await Promise.all([this.#objects.flush(), this.#versions.flush()]);
    }
  }

  /** Lists, downloads and hands on what is not imported yet. */
  async #download(streams: readonly TrailStream[]): Promise<void> {
    const { request, signal, gate, tally, openCase, report } = this.#task;
    const archive = new ObjectArchive(openCase.path, this.#session.bucket);
    let notListed = request.options.withNoncurrent ? null : 'Older versions were not asked for.';
    let isComplete = false;
    const pages = listObjects(this.#session, streams, request.selection, {
      signal,
      withNoncurrent: request.options.withNoncurrent,
      concurrency: this.#concurrency,
      onProblem: (problem) => this.#task.problem(problem),
      onDeleteMarkers: (markers) => this.#keepDeleteMarkers(markers),
      onNote: (note) => tally.notes.add(note),
      onVersionsNotListed: (reason) => (notListed = reason),
    });
    try {
      await downloadObjects(this.#session, archive, this.#counted(pages), {
        signal,
        gate,
        concurrency: this.#concurrency,
        onArchived: (archived, isNew) => this.#archived(archived, isNew),
        onProblem: (problem, listed) => this.#failed(problem, listed),
        onProgress: ({ phase, retries }) => {
          tally.phase = phase;
          tally.retries = retries;
          report();
        },
      });
      isComplete = true;
    } finally {
      await this.#keepProof(await this.#notes.finish(this.#session.bucket, { notListed, isComplete }));
    }
  }

  async *#counted(pages: AsyncIterable<readonly ListedObject[]>): AsyncGenerator<readonly ListedObject[]> {
    const { tally, started, report } = this.#task;
    for await (const page of pages) {
      for (const object of page) {
        tally.objectsSelected++;
        tally.bytesSelected += object.sizeBytes;
        if (object.isLatest) continue;
        const { key, versionId, lastModifiedAt, sizeBytes, etag } = object;
        const row = { key, versionId, isLatest: false, isDeleteMarker: false, lastModifiedAt, sizeBytes, etag };
        this.#versions.add({ fetchId: started.fetchId, bucket: this.#session.bucket, ...row });
      }
      await this.#notes.addVersions(page);
      report();
      yield page;
    }
    tally.isListed = true;
    report();
  }

  #archived({ record, storedPath }: ArchivedRecord, isNew: boolean): void {
    const { tally, started, feed, report } = this.#task;
    if (isNew) {
      tally.objectsDownloaded++;
      tally.bytesDownloaded += record.sizeBytes;
    } else {
      tally.objectsUnchanged++;
      tally.bytesUnchanged += record.sizeBytes;
    }
    // A process that was killed may have left objects without their row, or not imported.
    if (isNew || !this.#recorded.has(storedPath)) {
      this.#objects.add({ ...started, ...record, storedPath, metadata: JSON.stringify(record.metadata) });
      this.#recorded.add(storedPath);
    }
    if (isNew || !this.#imported.has(record.sha256)) {
      feed.offer({ storedPath, name: nameOf(record), sizeBytes: record.sizeBytes });
    }
    report();
  }

  #failed(problem: ObjectProblem, listed: ListedObject): void {
    const { tally } = this.#task;
    tally.objectsFailed++;
    tally.bytesFailed += listed.sizeBytes;
    this.#task.problem(problem);
  }

  async #keepDeleteMarkers(markers: readonly DeleteMarker[]): Promise<void> {
    const { started } = this.#task;
    for (const { key, versionId, isLatest, lastModifiedAt } of markers) {
      const row = { key, versionId, isLatest, isDeleteMarker: true, lastModifiedAt };
      this.#versions.add({ fetchId: started.fetchId, bucket: this.#session.bucket, ...row });
    }
    await this.#notes.addDeleteMarkers(markers);
  }

  async #collectProof(streams: readonly TrailStream[], signal: AbortSignal): Promise<void> {
    const { request, openCase, tally } = this.#task;
    if (!request.options.withProof) return;
    const { from, to } = request.selection;
    const folder = join(openCase.path, this.#proofFolder);
    const callerAccountId = tally.principal.accountId;
    await this.#keepProof(await collectProof(this.#session, { streams, from, to, folder, signal, callerAccountId }));
  }

  async #keepProof(findings: readonly ProofFinding[]): Promise<void> {
    const { openCase, started, tally } = this.#task;
    const rows = findings.map(({ fileName, ...finding }) => ({
      ...{ fetchId: started.fetchId, ...finding },
      storedPath: fileName === null ? null : `${this.#proofFolder}/${fileName}`,
    }));
    await openCase.withConnection((connection) => insertRows(connection, proofDocumentsTable, rows));
    for (const { state, detail } of findings) if (state === 'denied' && detail !== null) tally.notes.add(detail);
    openCase.notify('sources');
  }

  async #readKnown(): Promise<void> {
    await this.#task.openCase.withConnection(async (connection) => {
      const column = async (sql: string, values: string[] = []): Promise<Set<string>> => {
        const reader = await connection.runAndReadAll(sql, values);
        return new Set(reader.getRows().map(([value]) => String(value)));
      };
      const { bucket } = this.#session;
      this.#recorded = await column('SELECT storedPath FROM s3_objects WHERE bucket = $1', [bucket]);
      this.#imported = await column(`SELECT sha256 FROM files WHERE sha256 <> ''`);
    });
  }

  #phase(phase: string): void {
    this.#task.tally.phase = phase;
    this.#task.report();
  }
}

/** What the ledger calls an object; older versions are told apart as the console does it. */
function nameOf({ bucket, key, versionId, isLatest }: ArchivedRecord['record']): string {
  return `s3://${bucket}/${key}${isLatest || versionId === null ? '' : `?versionId=${versionId}`}`;
}
