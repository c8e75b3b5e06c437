import type { FetchSummary } from '#shared/api/acquisition.ts';
import type { ImportSummary } from '#shared/api/evidence.ts';
import type { JobSnapshot } from '#shared/api/jobs.ts';
import type { PauseGate } from './pause-gate.ts';

export type JobProgress = Partial<
  Pick<
    JobSnapshot,
    'phase' | 'filesDone' | 'filesTotal' | 'bytesDone' | 'bytesTotal' | 'eventsRead' | 'problems' | 'download'
  >
>;

/** What a job that ended leaves behind. */
export interface JobOutcome {
  readonly summary: ImportSummary;
  readonly fetchSummary?: FetchSummary;
}

/** What work is handed that can be cancelled and tells how far it is. */
export interface WorkControl {
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Cheap: snapshots are sent at most ten times a second. */
  report(progress: JobProgress): void;
}

export interface JobControl extends WorkControl {
  /** Closed while the job is paused; only fetches look at it. */
  readonly gate: PauseGate;
}

/** Long-running work of this engine process. */
export interface Jobs {
  /** Starts `run`; returns the job's id at once. The job is cancelled if run throws TrailbenchError CANCELLED. */
  start(kind: JobSnapshot['kind'], title: string, run: (control: JobControl) => Promise<JobOutcome>): string;
  list(): readonly JobSnapshot[];
  /** Throws NOT_FOUND. */
  watch(jobId: string, signal?: AbortSignal): AsyncIterableIterator<JobSnapshot>;
  cancel(jobId: string): void;
  /** Throws NOT_FOUND, and BAD_INPUT for a job that can't be paused. */
  pause(jobId: string): void;
  resume(jobId: string): void;
  /** True while a job is running. */
  isBusy(): boolean;
}
