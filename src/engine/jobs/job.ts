import type { JobSnapshot, JobState } from '#shared/api/jobs.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { CoalescingStream } from '../coalescing-stream.ts';
import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import type { JobControl, JobOutcome, JobProgress } from './jobs.ts';
import { PauseGate } from './pause-gate.ts';
import { ProgressRate } from './progress-rate.ts';

const snapshotEveryMs = 100;
/** While nothing is reported the time still passes and the rate still falls. */
const heartbeatMs = 1_000;

/** One piece of long-running work and those who watch it. */
export class Job {
  readonly jobId: string;
  readonly kind: JobSnapshot['kind'];
  /** Resolves when the work has ended, however it did. */
  readonly ended: Promise<void>;
  readonly #title: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #startedMs: number;
  readonly #abort = new AbortController();
  readonly #gate = new PauseGate();
  readonly #rate = new ProgressRate();
  readonly #watchers = new Set<CoalescingStream<JobSnapshot>>();
  #markEnded: () => void = () => undefined;
  #progress: Required<JobProgress> = {
    phase: 'starting',
    filesDone: 0,
    filesTotal: null,
    bytesDone: 0,
    bytesTotal: null,
    eventsRead: 0,
    problems: 0,
    download: null,
  };
  #state: JobState = 'running';
  #error: string | null = null;
  #outcome: JobOutcome | null = null;
  #snapshot: JobSnapshot;
  #publishedMs: number;
  #nextPublishMs = Infinity;
  #cancelPublish: () => void = () => undefined;

  constructor(jobId: string, kind: JobSnapshot['kind'], title: string, clock: Clock, log: Log) {
    this.jobId = jobId;
    this.kind = kind;
    this.ended = new Promise((resolve) => (this.#markEnded = resolve));
    this.#title = title;
    this.#clock = clock;
    this.#log = log;
    this.#startedMs = clock.nowMs();
    this.#publishedMs = this.#startedMs;
    this.#snapshot = this.#takeSnapshot();
    this.#publishAt(this.#startedMs + heartbeatMs);
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  snapshot(): JobSnapshot {
    return this.#snapshot;
  }

  cancel(): void {
    this.#abort.abort();
  }

  pause(): void {
    if (!this.isRunning) return;
    this.#gate.close();
    this.#publish();
  }

  resume(): void {
    this.#gate.open();
    if (this.isRunning) this.#publish();
  }

  /** The present snapshot, then new ones until the job ends, the reader leaves or `signal` aborts. */
  watch(signal?: AbortSignal): AsyncIterableIterator<JobSnapshot> {
    const stream = new CoalescingStream<JobSnapshot>((ended) => this.#watchers.delete(ended), signal);
    stream.push('snapshot', this.#snapshot);
    if (!this.isRunning) stream.end();
    else if (!signal?.aborted) this.#watchers.add(stream);
    return stream.iterator;
  }

  /** Never rejects. */
  async run(work: (control: JobControl) => Promise<JobOutcome>): Promise<void> {
    try {
      this.#outcome = await work({
        signal: this.#abort.signal,
        gate: this.#gate,
        report: (progress) => this.#report(progress),
      });
      this.#state = 'done';
    } catch (error) {
      this.#fail(error);
    }
    this.#publish();
    for (const stream of [...this.#watchers]) stream.end();
    this.#markEnded();
  }

  #fail(error: unknown): void {
    const isAbort = error instanceof Error && error.name === 'AbortError' && this.#abort.signal.aborted;
    if (isAbort || (error instanceof TrailbenchError && error.code === 'CANCELLED')) {
      this.#state = 'cancelled';
      return;
    }
    this.#state = 'failed';
    if (error instanceof TrailbenchError) {
      this.#error = error.message;
      return;
    }
    this.#log(`The job “${this.#title}” failed`, error);
    this.#error =
      'Trailbench ran into a defect of its own; what was committed before is kept. Details are in the log file.';
  }

  #report(progress: JobProgress): void {
    this.#progress = { ...this.#progress, ...progress };
    if (this.isRunning) this.#publishAt(this.#publishedMs + snapshotEveryMs);
  }

  #publishAt(atMs: number): void {
    if (atMs >= this.#nextPublishMs) return;
    this.#cancelPublish();
    this.#nextPublishMs = atMs;
    this.#cancelPublish = this.#clock.schedule(Math.max(0, atMs - this.#clock.nowMs()), () => this.#publish());
  }

  #publish(): void {
    this.#cancelPublish();
    this.#nextPublishMs = Infinity;
    this.#publishedMs = this.#clock.nowMs();
    this.#snapshot = this.#takeSnapshot();
    for (const stream of this.#watchers) stream.push('snapshot', this.#snapshot);
    if (this.isRunning) this.#publishAt(this.#publishedMs + heartbeatMs);
  }

  #takeSnapshot(): JobSnapshot {
    const atMs = this.#clock.nowMs();
    const progress = this.#progress;
    // The import keeps up with a download, so the download says how long it will take.
    const { bytesDone, bytesTotal } = progress.download ?? progress;
    this.#rate.add({ atMs, events: progress.eventsRead, bytes: bytesDone });
    const remainingBytes = bytesTotal === null ? 0 : bytesTotal - bytesDone;
    const isPaused = this.isRunning && this.#gate.isClosed;
    const hasEstimate = this.isRunning && !isPaused && remainingBytes > 0;
    return {
      jobId: this.jobId,
      kind: this.kind,
      title: this.#title,
      state: this.#state,
      isPaused,
      ...progress,
      eventsPerSecond: this.#rate.eventsPerSecond(),
      remainingMs: hasEstimate ? this.#rate.remainingMs(remainingBytes) : null,
      elapsedMs: Math.round(atMs - this.#startedMs),
      error: this.#error,
      summary: this.#outcome?.summary ?? null,
      fetchSummary: this.#outcome?.fetchSummary ?? null,
    };
  }
}
