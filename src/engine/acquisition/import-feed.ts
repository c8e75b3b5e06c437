import { basename, join } from 'node:path';
import type { ImportSummary } from '#shared/api/evidence.ts';
import type { OpenCase } from '../case/open-case.ts';
import type { EngineOptions } from '../engine-context.ts';
import { fileNameFacts } from '../evidence/file-name.ts';
import type { Source } from '../evidence/list-sources.ts';
import { runRecordedImport } from '../evidence/recorded-import.ts';
import { SourceQueue } from '../evidence/source-queue.ts';
import type { JobProgress, WorkControl } from '../jobs/jobs.ts';

/** While files still come, what came is committed this often: a long download is seen, and survives, as it goes. */
const batchAgeMs = 60_000;

/** A file of the archive, to be imported from where it lies. */
export interface ArchivedFile {
  /** Below the case folder, with `/`. */
  readonly storedPath: string;
  /** What the ledger calls it: `s3://bucket/key`. */
  readonly name: string;
  readonly sizeBytes: number;
}

const nothing: ImportSummary = {
  files: { seen: 0, imported: 0, unchanged: 0, rejected: 0, other: 0 },
  records: { read: 0, stored: 0, duplicate: 0, rejected: 0 },
  bytes: 0,
  elapsedMs: 0,
};

/** The import that goes along with a download: it begins with the first file and ends some time after `end`. */
export class ImportFeed {
  /** Null until the first file came. */
  importId: number | null = null;
  readonly #openCase: OpenCase;
  readonly #origin: string;
  readonly #queue = new SourceQueue();
  readonly #storedPaths = new Map<string, string>();
  #files = 0;
  #bytes = 0;

  constructor(openCase: OpenCase, origin: string) {
    this.#openCase = openCase;
    this.#origin = origin;
  }

  offer({ storedPath, name, sizeBytes }: ArchivedFile): void {
    const path = join(this.#openCase.path, storedPath);
    this.#storedPaths.set(path, storedPath);
    this.#files++;
    this.#bytes += sizeBytes;
    const { deliveredAt } = fileNameFacts(basename(name));
    this.#queue.push({ path, name, segments: [], sizeBytes, container: null, deliveredAt, problem: null });
  }

  /** No further file comes. */
  end(): void {
    this.#queue.end();
  }

  /** Imports until the end. Errors: CANCELLED, IO_FAILED. */
  async run(options: EngineOptions, control: WorkControl): Promise<ImportSummary> {
    await this.#firstFile();
    if (this.#queue.isDrained) return nothing;
    const report = (progress: JobProgress): void => {
      const totals = this.#queue.hasEnded ? { filesTotal: this.#files, bytesTotal: this.#bytes } : {};
      control.report({ ...progress, ...totals });
    };
    return runRecordedImport(
      this.#openCase,
      {
        mode: 'fetch',
        origins: [this.#origin],
        queue: this.#queue,
        batchAgeMs,
        startedAtMs: performance.now(),
        begin: async ({ importId }) => {
          this.importId = importId;
          return { place: (source) => ({ storedPath: this.#takeStoredPath(source), copyTo: null }) };
        },
      },
      options,
      { signal: control.signal, report },
    );
  }

  #takeStoredPath(source: Source): string {
    const storedPath = this.#storedPaths.get(source.path)!;
    this.#storedPaths.delete(source.path);
    return storedPath;
  }

  async #firstFile(): Promise<void> {
    while (this.#queue.length === 0 && !this.#queue.hasEnded) {
      await new Promise<void>((resolve) => (this.#queue.onChange = resolve));
    }
    this.#queue.onChange = () => undefined;
  }
}
