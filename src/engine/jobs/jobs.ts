import type { JobSnapshot } from '#shared/api/jobs.ts';
import type { ImportSummary } from '#shared/api/evidence.ts';

export type JobProgress = Partial<
  Pick<JobSnapshot, 'phase' | 'filesDone' | 'filesTotal' | 'bytesDone' | 'bytesTotal' | 'eventsRead' | 'problems'>
>;

export interface JobControl {
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Cheap: snapshots are sent at most ten times a second. */
  report(progress: JobProgress): void;
}

/** Long-running work of this engine process. */
export interface Jobs {
  /** Starts `run`; returns the job's id at once. The job is cancelled if run throws TrailbenchError CANCELLED. */
  start(title: string, run: (control: JobControl) => Promise<ImportSummary>): string;
  list(): readonly JobSnapshot[];
  /** Throws NOT_FOUND. */
  watch(jobId: string, signal?: AbortSignal): AsyncIterableIterator<JobSnapshot>;
  cancel(jobId: string): void;
  /** True while a job is running. */
  isBusy(): boolean;
}
