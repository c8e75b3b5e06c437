import type { Api, JobSnapshot } from '#shared/api/index.ts';

/** The engine's jobs, followed live. They outlive pages and reloads: a job found running is watched again. */
export class JobsState {
  list = $state.raw<readonly JobSnapshot[]>([]);
  /** The last job that was seen to end, until it is put away. */
  lastEnded = $state.raw<JobSnapshot | null>(null);
  running = $derived(this.list.find((job) => job.state === 'running') ?? null);
  readonly #api: Api;
  readonly #onEnd: (job: JobSnapshot) => void;
  readonly #watched = new Set<string>();

  constructor(api: Api, onEnd: (job: JobSnapshot) => void) {
    this.#api = api;
    this.#onEnd = onEnd;
  }

  /** Reads the list again and follows every job that runs. */
  async refresh(): Promise<void> {
    const jobs = await this.#api.jobs.list();
    this.list = jobs;
    for (const job of jobs) if (job.state === 'running') void this.follow(job.jobId);
  }

  async cancel(jobId: string): Promise<void> {
    await this.#api.jobs.cancel({ jobId });
  }

  /** Holds a fetch: what is being downloaded ends, nothing further starts. */
  async pause(jobId: string): Promise<void> {
    await this.#api.jobs.pause({ jobId });
  }

  async resume(jobId: string): Promise<void> {
    await this.#api.jobs.resume({ jobId });
  }

  /** Shows a job's progress until it ends, and then its outcome. */
  async follow(jobId: string): Promise<void> {
    if (this.#watched.has(jobId)) return;
    this.#watched.add(jobId);
    this.lastEnded = null;
    try {
      for await (const snapshot of await this.#api.jobs.watch({ jobId })) {
        this.#put(snapshot);
        if (snapshot.state === 'running') continue;
        this.lastEnded = snapshot;
        this.#onEnd(snapshot);
      }
    } catch {
      // The wire closed; the list is read again once the engine is back.
    } finally {
      this.#watched.delete(jobId);
    }
  }

  #put(snapshot: JobSnapshot): void {
    const others = this.list.filter((job) => job.jobId !== snapshot.jobId);
    this.list = [snapshot, ...others];
  }
}
