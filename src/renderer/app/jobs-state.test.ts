import { describe, expect, it } from 'vitest';
import type { Api, JobSnapshot, JobState } from '#shared/api/index.ts';
import { JobsState } from './jobs-state.svelte.ts';

function snapshot(jobId: string, state: JobState, eventsRead = 0): JobSnapshot {
  return {
    jobId,
    kind: 'import',
    title: '/logs',
    state,
    isPaused: false,
    phase: 'reading',
    filesDone: 0,
    filesTotal: null,
    bytesDone: 0,
    bytesTotal: null,
    eventsRead,
    eventsPerSecond: 0,
    remainingMs: null,
    elapsedMs: 0,
    problems: 0,
    error: null,
    summary: null,
    download: null,
    fetchSummary: null,
  };
}

/** An engine with these jobs, whose streams of snapshots are given in whole. */
function engineWith(list: readonly JobSnapshot[], streams: Readonly<Record<string, readonly JobSnapshot[]>>): Api {
  async function* stream(jobId: string) {
    for (const each of streams[jobId] ?? []) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      yield each;
    }
    if (!streams[jobId]) throw new Error('The wire closed.');
  }
  const jobs = {
    list: () => Promise.resolve(list),
    watch: ({ jobId }: { jobId: string }) => Promise.resolve(stream(jobId)),
  };
  return { jobs } as unknown as Api;
}

describe('JobsState', () => {
  it('follows a job found running to its end, and announces that once', async () => {
    const running = snapshot('a', 'running');
    const ended: string[] = [];
    const api = engineWith([running], { a: [snapshot('a', 'running', 5), snapshot('a', 'done', 9)] });
    const jobs = new JobsState(api, (job) => ended.push(job.jobId));
    await jobs.refresh();
    await jobs.refresh();
    expect(jobs.running?.jobId).toBe('a');
    await expect.poll(() => jobs.lastEnded?.eventsRead).toBe(9);
    expect(jobs.running).toBeNull();
    expect(ended).toEqual(['a']);
  });

  it('shows no outcome of jobs that ended before, and none while the next one runs', async () => {
    const api = engineWith([snapshot('old', 'done')], {
      new: [snapshot('new', 'running'), snapshot('new', 'cancelled')],
    });
    const jobs = new JobsState(api, () => undefined);
    await jobs.refresh();
    expect(jobs.lastEnded).toBeNull();
    await jobs.follow('new');
    expect(jobs.lastEnded?.state).toBe('cancelled');
    const following = jobs.follow('new');
    expect(jobs.lastEnded).toBeNull();
    await following;
  });

  it('survives a wire that closes, and follows the job again later', async () => {
    const jobs = new JobsState(engineWith([snapshot('a', 'running')], {}), () => undefined);
    await jobs.follow('a');
    expect(jobs.lastEnded).toBeNull();
    await jobs.follow('a');
  });
});
