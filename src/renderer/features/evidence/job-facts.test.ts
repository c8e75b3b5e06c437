import { describe, expect, it } from 'vitest';
import type { DownloadProgress, JobSnapshot } from '#shared/api/index.ts';
import { downloadFacts, phaseWords } from './job-facts.ts';

const download: DownloadProgress = {
  phase: 'listing',
  objectsDone: 1204,
  objectsTotal: null,
  bytesDone: 1536,
  bytesTotal: null,
  unchanged: 0,
  failed: 0,
  retries: 0,
};

describe('what a job is at', () => {
  const at = (changes: Partial<JobSnapshot>): string =>
    phaseWords({ isPaused: false, phase: 'reading', download: null, ...changes } as JobSnapshot);

  it('is its phase, and of a fetch that of its download until that is complete', () => {
    expect(at({})).toBe('reading');
    expect(at({ download })).toBe('listing');
    expect(at({ download: { ...download, phase: 'waiting' } })).toBe('waiting for the network');
    expect(at({ download: { ...download, phase: 'complete' } })).toBe('downloaded, reading');
    expect(at({ download, isPaused: true })).toBe('paused');
  });
});

describe('a download’s facts', () => {
  const value = (progress: DownloadProgress, label: string): unknown =>
    downloadFacts(progress).find((fact) => fact.label === label);

  it('name a total once everything is listed, and mark failures', () => {
    expect(value(download, 'Objects')).toEqual({ label: 'Objects', value: '1,204' });
    const listed = { ...download, objectsTotal: 6000, bytesTotal: 1024 ** 2, failed: 2 };
    expect(value(listed, 'Objects')).toEqual({ label: 'Objects', value: '1,204 of 6,000' });
    expect(value(listed, 'Size')).toEqual({ label: 'Size', value: '1.5 KiB of 1.0 MiB' });
    expect(value(listed, 'Failed')).toEqual({ label: 'Failed', value: '2', isBad: true });
  });
});
