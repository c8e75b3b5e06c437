import { createHash, type Hash } from 'node:crypto';
import { mkdir, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ioError } from '#engine/io-error.ts';
import { SerialQueue } from '#engine/serial-queue.ts';
import { openNewFile } from '../new-file.ts';
import type { DeleteMarker, ListedObject } from '../objects/object-record.ts';
import { unsaved, type ProofFinding } from './proof-finding.ts';

/**
 * Keeps what a listing of versions shows of the past of log objects, a line each: `delete-markers.ndjson` and
 * `noncurrent-versions.ndjson` in the folder of the proof.
 */
export class VersionNotes {
  readonly #markers: NoteFile;
  readonly #noncurrent: NoteFile;

  constructor(folder: string) {
    this.#markers = new NoteFile(folder, 'delete-markers.ndjson');
    this.#noncurrent = new NoteFile(folder, 'noncurrent-versions.ndjson');
  }

  /** Errors: IO_FAILED. */
  addDeleteMarkers(markers: readonly DeleteMarker[]): Promise<void> {
    return this.#markers.append(markers);
  }

  /** Leaves out versions that are the newest of their key. Errors: IO_FAILED. */
  addVersions(objects: readonly ListedObject[]): Promise<void> {
    return this.#noncurrent.append(objects.filter(({ isLatest }) => !isLatest));
  }

  /**
   * Closes the files. `notListed`: why versions were not listed (denied, not asked for), in a sentence; `isComplete`:
   * whether the listing came to its end. Errors: IO_FAILED.
   */
  async finish(
    bucket: string,
    { notListed = null, isComplete }: { readonly notListed?: string | null; readonly isComplete: boolean },
  ): Promise<ProofFinding[]> {
    const markers = await this.#markers.finish();
    const noncurrent = await this.#noncurrent.finish();
    return [
      finding('delete markers', bucket, markers, notListed, isComplete),
      finding('noncurrent versions', bucket, noncurrent, notListed, isComplete),
    ];
  }
}

interface FinishedNotes {
  readonly lines: number;
  readonly fileName: string;
  readonly sha256: string | null;
}

function finding(
  subject: string,
  bucket: string,
  { lines, fileName, sha256 }: FinishedNotes,
  notListed: string | null,
  isComplete: boolean,
): ProofFinding {
  if (lines === 0) {
    const state = notListed !== null ? 'skipped' : isComplete ? 'none' : 'failed';
    const detail =
      notListed ?? (isComplete ? `No ${subject} of the log objects listed.` : 'The listing was cut short.');
    return unsaved({ subject, resource: bucket, state, detail });
  }
  const count = lines === 1 ? `1 ${subject.replace(/s$/, '')}` : `${lines} ${subject}`;
  const remarks = [isComplete ? null : 'The listing was cut short.', notListed].filter((remark) => remark !== null);
  return {
    ...unsaved({ subject, resource: bucket, state: 'saved', detail: [`${count}.`, ...remarks].join(' ') }),
    ...{ fileName, sha256 },
  };
}

/** Lines appended to a temporary file, which gets its name when it is finished; no line, no file. */
class NoteFile {
  readonly #folder: string;
  readonly #fileName: string;
  readonly #turns = new SerialQueue();
  readonly #hash: Hash = createHash('sha256');
  #file: FileHandle | null = null;
  #lines = 0;

  constructor(folder: string, fileName: string) {
    this.#folder = folder;
    this.#fileName = fileName;
  }

  append(notes: readonly object[]): Promise<void> {
    if (notes.length === 0) return Promise.resolve();
    return this.#write(async () => {
      if (!this.#file) {
        await mkdir(this.#folder, { recursive: true });
        this.#file = await openNewFile(`${this.#path}.part`);
      }
      const text = notes.map((note) => `${JSON.stringify(note)}\n`).join('');
      await this.#file.writeFile(text);
      this.#hash.update(text);
      this.#lines += notes.length;
    });
  }

  async finish(): Promise<FinishedNotes> {
    await this.#write(async () => {
      await this.#file?.close();
      if (this.#file) await rename(`${this.#path}.part`, this.#path);
      this.#file = null;
    });
    const sha256 = this.#lines === 0 ? null : this.#hash.digest('hex');
    return { lines: this.#lines, fileName: this.#fileName, sha256 };
  }

  get #path(): string {
    return join(this.#folder, this.#fileName);
  }

  #write(work: () => Promise<void>): Promise<void> {
    return this.#turns.run(async () => {
      try {
        await work();
      } catch (error) {
        throw ioError(`“${this.#path}” cannot be written`, error);
      }
    });
  }
}
