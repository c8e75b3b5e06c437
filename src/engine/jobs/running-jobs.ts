import { randomUUID } from 'node:crypto';
import type { JobSnapshot } from '#shared/api/jobs.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Log } from '../log.ts';
import { realClock, type Clock } from './clock.ts';
import { Job } from './job.ts';
import type { JobControl, JobOutcome, Jobs } from './jobs.ts';

const maxEndedJobs = 50;

/** The one implementation of Jobs. */
export class RunningJobs implements Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #clock: Clock;

  /** `onChange` is called when a job starts and when it has ended. */
  constructor(log: Log, onChange: () => void, clock: Clock = realClock) {
    this.#log = log;
    this.#onChange = onChange;
    this.#clock = clock;
  }

  start(kind: JobSnapshot['kind'], title: string, run: (control: JobControl) => Promise<JobOutcome>): string {
    const job = new Job(randomUUID(), kind, title, this.#clock, this.#log);
    this.#jobs.set(job.jobId, job);
    void job.run(run).then(() => this.#onChange());
    this.#forgetOldest();
    this.#onChange();
    return job.jobId;
  }

  list(): readonly JobSnapshot[] {
    return [...this.#jobs.values()].reverse().map((job) => job.snapshot());
  }

  watch(jobId: string, signal?: AbortSignal): AsyncIterableIterator<JobSnapshot> {
    return this.#require(jobId).watch(signal);
  }

  cancel(jobId: string): void {
    this.#require(jobId).cancel();
  }

  pause(jobId: string): void {
    const job = this.#require(jobId);
    if (job.kind !== 'fetch') {
      throw new TrailbenchError(
        'BAD_INPUT',
        'An import can’t be paused. Cancel it; importing again goes on from there.',
      );
    }
    job.pause();
  }

  resume(jobId: string): void {
    this.#require(jobId).resume();
  }

  isBusy(): boolean {
    return this.#running().length > 0;
  }

  /** Cancels every job and waits until each has ended. */
  async cancelAll(): Promise<void> {
    const running = this.#running();
    for (const job of running) job.cancel();
    await Promise.all(running.map((job) => job.ended));
  }

  #running(): Job[] {
    return [...this.#jobs.values()].filter((job) => job.isRunning);
  }

  #require(jobId: string): Job {
    const job = this.#jobs.get(jobId);
    if (job) return job;
    throw new TrailbenchError('NOT_FOUND', 'There is no such job: the engine was restarted, or it ended long ago.');
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs.values()].filter((job) => !job.isRunning);
    for (const job of ended.slice(0, Math.max(0, ended.length - maxEndedJobs))) this.#jobs.delete(job.jobId);
  }
}
