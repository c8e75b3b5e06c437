import { expect, test } from 'vitest';
import type { ImportSummary } from '#shared/api/evidence.ts';
import type { JobSnapshot } from '#shared/api/jobs.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Clock } from './clock.ts';
import type { JobControl } from './jobs.ts';
import { RunningJobs } from './running-jobs.ts';

const summary: ImportSummary = {
  files: { seen: 1, imported: 1, unchanged: 0, rejected: 0, other: 0 },
  records: { read: 1, stored: 1, duplicate: 0, rejected: 0 },
  bytes: 1,
  elapsedMs: 1,
};

/** A clock that moves when told to. */
class ManualClock implements Clock {
  #nowMs = 0;
  #due: { atMs: number; work: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, work: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, work };
    this.#due.push(entry);
    return () => (this.#due = this.#due.filter((other) => other !== entry));
  }

  /** Moves on, a millisecond at a time; lets readers run in between. */
  async advance(ms: number): Promise<void> {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs;) {
      this.#nowMs++;
      const due = this.#due.filter((entry) => entry.atMs <= this.#nowMs);
      this.#due = this.#due.filter((entry) => entry.atMs > this.#nowMs);
      for (const { work } of due) work();
      if (due.length > 0) await settle();
    }
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Jobs on a manual clock, and one job that ends when told to. */
function setUp() {
  const clock = new ManualClock();
  const logged: string[] = [];
  let changes = 0;
  const jobs = new RunningJobs(
    (message, error) => void logged.push(`${message}: ${String(error)}`),
    () => changes++,
    clock,
  );
  function start(kind: JobSnapshot['kind'] = 'import') {
    let control: JobControl | undefined;
    let finish: (value: ImportSummary) => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const jobId = jobs.start(kind, 'logs', (given) => {
      control = given;
      return new Promise((resolve, reject) => {
        finish = (value) => resolve({ summary: value });
        fail = reject;
      });
    });
    return { jobId, control: control as JobControl, finish, fail };
  }
  async function read(jobId: string): Promise<JobSnapshot[]> {
    const snapshots: JobSnapshot[] = [];
    for await (const snapshot of jobs.watch(jobId)) snapshots.push(snapshot);
    return snapshots;
  }
  return { clock, jobs, logged, start, read, changes: () => changes };
}

test('a busy job sends at most ten snapshots a second, and the last one always', async () => {
  const { clock, jobs, start, read, changes } = setUp();
  const { jobId, control, finish } = start();
  expect(changes()).toBe(1);
  const reading = read(jobId);
  for (let step = 1; step <= 1000; step++) {
    control.report({ phase: 'reading', filesDone: step });
    await clock.advance(1);
  }
  control.report({ filesDone: 1001 });
  finish(summary);
  const snapshots = await reading;
  expect(snapshots[0]).toMatchObject({ state: 'running', filesDone: 0 });
  expect(snapshots.length).toBeGreaterThan(5);
  expect(snapshots.length).toBeLessThanOrEqual(12);
  const running = snapshots.slice(0, -1).map((snapshot) => snapshot.elapsedMs);
  for (const [index, atMs] of running.entries()) {
    if (index > 0) expect(atMs - (running[index - 1] ?? 0)).toBeGreaterThanOrEqual(100);
  }
  expect(snapshots.at(-1)).toMatchObject({ state: 'done', phase: 'reading', filesDone: 1001, summary, error: null });
  expect(jobs.list()).toEqual([snapshots.at(-1)]);
  await settle();
  expect(changes()).toBe(2);
});

test('a quiet job still says how long it has been running', async () => {
  const { clock, start, read, jobs } = setUp();
  const { jobId, finish } = start();
  const reading = read(jobId);
  await settle();
  await clock.advance(3500);
  finish(summary);
  expect((await reading).map((snapshot) => snapshot.elapsedMs)).toEqual([0, 1000, 2000, 3000, 3500]);
  await clock.advance(5000);
  expect(jobs.list()[0]?.elapsedMs).toBe(3500);
});

test('rate and remaining time follow the last seconds, not the whole run', async () => {
  const { clock, jobs, start } = setUp();
  const { control } = start();
  let bytesDone = 0;
  let eventsRead = 0;
  async function work(seconds: number, bytesPerSecond: number, eventsPerSecond: number): Promise<void> {
    for (let step = 0; step < seconds * 10; step++) {
      bytesDone += bytesPerSecond / 10;
      eventsRead += eventsPerSecond / 10;
      control.report({ bytesDone, bytesTotal: 100_000, eventsRead });
      await clock.advance(100);
    }
  }
  expect(jobs.list()[0]).toMatchObject({ eventsPerSecond: 0, remainingMs: null });
  await work(20, 100, 10);
  await work(10, 2000, 500);
  // 2,000 + 20,000 of 100,000 bytes are done; the present speed is 2,000 a second.
  const snapshot = jobs.list()[0];
  expect(snapshot?.eventsPerSecond).toBeGreaterThan(480);
  expect(snapshot?.eventsPerSecond).toBeLessThan(520);
  expect(snapshot?.remainingMs).toBeGreaterThan(37_000);
  expect(snapshot?.remainingMs).toBeLessThan(41_000);
  await work(10, 0, 0);
  expect(jobs.list()[0]).toMatchObject({ eventsPerSecond: 0, remainingMs: null });
});

test('a foreseen error shows its sentence, a defect only a general one and the log the rest', async () => {
  const { jobs, logged, start, read } = setUp();
  const foreseen = start();
  foreseen.fail(new TrailbenchError('IO_FAILED', 'The disk is full.'));
  expect((await read(foreseen.jobId)).at(-1)).toMatchObject({
    state: 'failed',
    error: 'The disk is full.',
    summary: null,
  });
  expect(logged).toEqual([]);

  const defect = start();
  defect.fail(new TypeError('secret of a record'));
  const last = (await read(defect.jobId)).at(-1);
  expect(last).toMatchObject({ state: 'failed', error: expect.stringContaining('log file') as string });
  expect(last?.error).not.toContain('secret');
  expect(logged).toEqual([expect.stringContaining('secret of a record')]);
  expect(jobs.isBusy()).toBe(false);
});

test('a job that throws before it awaits anything has failed, not the engine', async () => {
  const { jobs, read } = setUp();
  const jobId = jobs.start('import', 'logs', () => {
    throw new TrailbenchError('NOT_FOUND', 'There is no such folder.');
  });
  expect((await read(jobId)).at(-1)).toMatchObject({ state: 'failed', error: 'There is no such folder.' });
});

test('cancelling aborts the signal; the job is running until it has stopped', async () => {
  const { jobs, start, read } = setUp();
  const { jobId, control, fail } = start();
  const reading = read(jobId);
  expect(control.signal.aborted).toBe(false);
  jobs.cancel(jobId);
  expect(control.signal.aborted).toBe(true);
  expect(jobs.isBusy()).toBe(true);
  fail(new TrailbenchError('CANCELLED', 'Cancelled.'));
  expect((await reading).at(-1)).toMatchObject({ state: 'cancelled', error: null });
  expect(jobs.isBusy()).toBe(false);
  jobs.cancel(jobId);
});

test('cancelAll waits for the end of every job', async () => {
  const { jobs, start } = setUp();
  const { control, fail } = start();
  control.signal.addEventListener('abort', () => setTimeout(() => fail(control.signal.reason), 5));
  await jobs.cancelAll();
  expect(jobs.list().map((job) => job.state)).toEqual(['cancelled']);
});

test('leaving a stream ends it, for its reader alone', async () => {
  const { jobs, start, read, clock } = setUp();
  const { jobId, control, finish } = start();
  const staying = read(jobId);
  const controller = new AbortController();
  const leaving = jobs.watch(jobId, controller.signal);
  await leaving.next();
  const pending = leaving.next();
  controller.abort();
  expect(await pending).toEqual({ done: true, value: undefined });

  const left = jobs.watch(jobId);
  await left.next();
  const waiting = left.next();
  await left.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });

  control.report({ filesDone: 3 });
  await clock.advance(100);
  finish(summary);
  expect((await staying).map((snapshot) => snapshot.filesDone)).toEqual([0, 3, 3]);
});

test('a job that has ended still answers those who ask later; an unknown one is not found', async () => {
  const { jobs, start, read } = setUp();
  const { jobId, finish } = start();
  finish(summary);
  await settle();
  expect(await read(jobId)).toHaveLength(1);
  expect(() => jobs.watch('unknown')).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
  expect(() => jobs.cancel('unknown')).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
});

test('jobs are listed newest first, and old ones are forgotten only once they have ended', async () => {
  const { jobs, start } = setUp();
  const { jobId: running } = start();
  for (let index = 0; index < 60; index++) {
    start().finish(summary);
    await settle();
  }
  const listed = jobs.list();
  expect(listed.length).toBeLessThanOrEqual(52);
  expect(listed.at(-1)?.jobId).toBe(running);
  expect(listed.filter((job) => job.state === 'running')).toHaveLength(1);
});

test('a paused fetch says so and its gate holds until it is resumed or cancelled; an import can’t be paused', async () => {
  const { jobs, start } = setUp();
  const { jobId, control, finish } = start('fetch');
  jobs.pause(jobId);
  expect(jobs.list()[0]).toMatchObject({ state: 'running', isPaused: true });
  const steps: string[] = [];
  void control.gate.pass(control.signal).then(() => steps.push('passed'));
  await settle();
  expect(steps).toEqual([]);
  jobs.resume(jobId);
  await settle();
  expect(steps).toEqual(['passed']);
  expect(jobs.list()[0]).toMatchObject({ isPaused: false });

  jobs.pause(jobId);
  void control.gate.pass(control.signal).then(() => steps.push('let go'));
  jobs.cancel(jobId);
  await settle();
  expect(steps).toEqual(['passed', 'let go']);
  finish(summary);
  await settle();
  expect(jobs.list()[0]).toMatchObject({ state: 'done', isPaused: false });

  const other = start('import');
  expect(() => jobs.pause(other.jobId)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }) as Error);
});

test('while a download goes on, it is what the remaining time is told of', async () => {
  const { clock, jobs, start } = setUp();
  const { control } = start('fetch');
  const download = { phase: 'downloading', objectsDone: 0, objectsTotal: 9, unchanged: 0, failed: 0, retries: 0 };
  for (let step = 1; step <= 100; step++) {
    control.report({
      bytesDone: step,
      bytesTotal: 1_000_000,
      download: { ...download, bytesDone: step * 100, bytesTotal: 20_000 },
    });
    await clock.advance(100);
  }
  // 10,000 of 20,000 bytes at 1,000 a second.
  expect(jobs.list()[0]?.remainingMs).toBeGreaterThan(9_000);
  expect(jobs.list()[0]?.remainingMs).toBeLessThan(11_000);
});
