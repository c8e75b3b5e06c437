import { eventIterator, type } from '@orpc/contract';
import * as v from 'valibot';
import type { FetchSummary } from './acquisition.ts';
import type { ImportSummary } from './evidence.ts';
import { procedure } from './procedure.ts';

/** How far the download of a fetch has come. */
export interface DownloadProgress {
  /** `connecting`, `listing`, `downloading`, `waiting` (for the network) or `complete`. */
  readonly phase: string;
  readonly objectsDone: number;
  /** Null until everything has been listed; the same for bytes. */
  readonly objectsTotal: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  /** Objects that the archive held already; they count as done. */
  readonly unchanged: number;
  /** Objects, prefixes and regions that could not be had. */
  readonly failed: number;
  readonly retries: number;
}

export type JobState = 'running' | 'done' | 'cancelled' | 'failed';

/** One snapshot of a long-running job. Sent at most ten times a second. */
export interface JobSnapshot {
  readonly jobId: string;
  readonly kind: 'import' | 'fetch';
  /** What the job works on, for people. */
  readonly title: string;
  readonly state: JobState;
  /** A paused download goes on with `resume`; imports are never paused. */
  readonly isPaused: boolean;
  /** E.g. `listing`, `reading`, `finishing`. */
  readonly phase: string;
  readonly filesDone: number;
  /** Null until the sources have been listed. */
  readonly filesTotal: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  /** Events read so far; further copies of an event are counted, too, and found out at the commit. */
  readonly eventsRead: number;
  readonly eventsPerSecond: number;
  /** Null while there is no basis for an estimate. */
  readonly remainingMs: number | null;
  readonly elapsedMs: number;
  /** Files and records rejected so far. */
  readonly problems: number;
  /** The sentence of the error if `state` is `failed`. */
  readonly error: string | null;
  /** Present once an import ended. */
  readonly summary: ImportSummary | null;
  /** Of a fetch only; the fields above are of the import that goes along with it. */
  readonly download: DownloadProgress | null;
  readonly fetchSummary: FetchSummary | null;
}

const jobInput = v.object({ jobId: v.string() });

export const jobsContract = {
  /** Jobs of this engine process, newest first. */
  list: procedure.output(type<readonly JobSnapshot[]>()),
  /** Snapshots until the job ends; the last one has the end state. */
  watch: procedure.input(jobInput).output(eventIterator(type<JobSnapshot>())),
  /** Asks the job to stop; what it has committed stays. */
  cancel: procedure.input(jobInput).output(type<void>()),
  /** Starts no further download until `resume`; those under way end. Errors: NOT_FOUND, BAD_INPUT (not a fetch). */
  pause: procedure.input(jobInput).output(type<void>()),
  resume: procedure.input(jobInput).output(type<void>()),
};
