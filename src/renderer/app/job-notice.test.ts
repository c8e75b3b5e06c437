import { describe, expect, it } from 'vitest';
import type { FetchSummary, ImportSummary, JobSnapshot } from '#shared/api/index.ts';
import { jobNotice } from './job-notice.ts';

const job: JobSnapshot = {
  jobId: 'a',
  kind: 'import',
  title: '/logs',
  state: 'done',
  isPaused: false,
  phase: 'finishing',
  filesDone: 0,
  filesTotal: null,
  bytesDone: 0,
  bytesTotal: null,
  eventsRead: 0,
  eventsPerSecond: 0,
  remainingMs: null,
  elapsedMs: 0,
  problems: 0,
  error: null,
  summary: null,
  download: null,
  fetchSummary: null,
};

function imported(stored: number, rejected = 0): ImportSummary {
  return {
    files: { seen: 1, imported: 1, unchanged: 0, rejected: 0, other: 0 },
    records: { read: stored + rejected, stored, duplicate: 0, rejected },
    bytes: 1,
    elapsedMs: 1,
  };
}

function fetched(changes: Partial<FetchSummary>): FetchSummary {
  return {
    objectsSelected: 0,
    bytesSelected: 0,
    objectsDownloaded: 0,
    bytesDownloaded: 0,
    objectsUnchanged: 0,
    objectsFailed: 0,
    problems: 0,
    requests: 0,
    retries: 0,
    elapsedMs: 0,
    ...changes,
  };
}

describe('jobNotice', () => {
  it('counts what a fetch brought', () => {
    const fetchSummary = fetched({ objectsDownloaded: 1204 });
    expect(jobNotice({ ...job, kind: 'fetch', fetchSummary, summary: imported(12_345) })).toEqual({
      tone: 'good',
      text: 'Fetch finished: 1,204 objects, 12,345 events stored.',
    });
  });

  it('warns of what could not be had, whatever else went well', () => {
    const fetchSummary = fetched({ objectsDownloaded: 1, objectsUnchanged: 7, objectsFailed: 2, problems: 3 });
    expect(jobNotice({ ...job, kind: 'fetch', fetchSummary, summary: imported(0, 2) })).toEqual({
      tone: 'warn',
      text: 'Fetch finished: 1 object, 7 objects unchanged, 0 events stored, 2 records rejected, 3 problems.',
    });
  });

  it('speaks of imports as before', () => {
    expect(jobNotice({ ...job, summary: imported(5) })?.text).toBe('Import finished: 5 records stored.');
    expect(jobNotice({ ...job, state: 'cancelled' })?.text).toMatch(/^Import cancelled\./);
    expect(jobNotice({ ...job, kind: 'fetch', state: 'cancelled' })?.text).toMatch(/^Fetch cancelled\./);
    expect(jobNotice({ ...job, state: 'failed', error: 'No space is left.' })).toEqual({
      tone: 'bad',
      text: 'No space is left.',
    });
  });
});
