import type { DownloadProgress } from '#shared/api/jobs.ts';
import type { ListedObject } from './object-record.ts';

/** What a download run counts. */
export class DownloadTally {
  objectsListed = 0;
  objectsDone = 0;
  failed = 0;
  retries = 0;
  isListed = false;
  isComplete = false;
  #bytesListed = 0;
  #bytesDone = 0;
  #unchanged = 0;

  list(page: readonly ListedObject[]): void {
    this.objectsListed += page.length;
    for (const { sizeBytes } of page) this.#bytesListed += sizeBytes;
  }

  /** Bytes of a body on its way; negative: it is counted otherwise, or broke off. */
  addBytes(sizeBytes: number): void {
    this.#bytesDone += sizeBytes;
  }

  /** An object is whole in the archive; it may have another size than it was listed with. */
  settle(sizeBytes: number, listedBytes: number, isNew: boolean): void {
    this.objectsDone++;
    this.#bytesDone += sizeBytes;
    this.#bytesListed += sizeBytes - listedBytes;
    if (!isNew) this.#unchanged++;
  }

  /** `isAway`: the server does not answer; `otherRetries`: those that the SDK made. */
  progress(isAway: boolean, otherRetries: number): DownloadProgress {
    return {
      phase: this.#phase(isAway),
      objectsDone: this.objectsDone,
      objectsTotal: this.isListed ? this.objectsListed : null,
      bytesDone: this.#bytesDone,
      bytesTotal: this.isListed ? this.#bytesListed : null,
      unchanged: this.#unchanged,
      failed: this.failed,
      retries: this.retries + otherRetries,
    };
  }

  #phase(isAway: boolean): string {
    if (this.isComplete) return 'complete';
    if (isAway) return 'waiting';
    return this.objectsListed === 0 && !this.isListed ? 'listing' : 'downloading';
  }
}
