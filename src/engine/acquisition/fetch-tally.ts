import type { FetchSummary } from '#shared/api/acquisition.ts';
import type { DownloadProgress } from '#shared/api/jobs.ts';
import type { CallerIdentity } from './proof/caller-identity.ts';
import type { Traffic } from './access/s3-session.ts';

/** What a fetch has done so far; the job's progress, its summary and its row in `fetches` are all read from it. */
export class FetchTally {
  phase = 'connecting';
  /** True once everything has been listed: the totals are final. */
  isListed = false;
  objectsSelected = 0;
  bytesSelected = 0;
  objectsDownloaded = 0;
  bytesDownloaded = 0;
  objectsUnchanged = 0;
  bytesUnchanged = 0;
  objectsFailed = 0;
  bytesFailed = 0;
  /** Objects and prefixes that could not be had. */
  problems = 0;
  retries = 0;
  region: string | null = null;
  principal: Pick<CallerIdentity, 'arn' | 'accountId'> = { arn: null, accountId: null };
  traffic: Traffic = { requests: 0, retries: 0, clockSkewMs: null, hosts: [] };
  readonly notes = new Set<string>();
  readonly #startedAtMs = performance.now();

  progress(): DownloadProgress {
    return {
      phase: this.phase,
      objectsDone: this.objectsDownloaded + this.objectsUnchanged + this.objectsFailed,
      objectsTotal: this.isListed ? this.objectsSelected : null,
      bytesDone: this.bytesDownloaded + this.bytesUnchanged + this.bytesFailed,
      bytesTotal: this.isListed ? this.bytesSelected : null,
      unchanged: this.objectsUnchanged,
      failed: this.problems,
      retries: Math.max(this.retries, this.traffic.retries),
    };
  }

  summary(): FetchSummary {
    return {
      objectsSelected: this.objectsSelected,
      bytesSelected: this.bytesSelected,
      objectsDownloaded: this.objectsDownloaded,
      bytesDownloaded: this.bytesDownloaded,
      objectsUnchanged: this.objectsUnchanged,
      objectsFailed: this.objectsFailed,
      problems: this.problems,
      requests: this.traffic.requests,
      retries: Math.max(this.retries, this.traffic.retries),
      elapsedMs: Math.round(performance.now() - this.#startedAtMs),
    };
  }
}
