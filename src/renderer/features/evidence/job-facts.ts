import type { DownloadProgress, FetchSummary, JobSnapshot } from '#shared/api/index.ts';
import { formatBytes, formatCount, formatDuration } from '../../app/format.ts';

/** One value of a job's progress, with its name. */
export interface JobFact {
  readonly label: string;
  readonly value: string;
  readonly isBad?: boolean;
}

/** What a running job is at, in a word or two. */
export function phaseWords({ isPaused, phase, download }: JobSnapshot): string {
  if (isPaused) return 'paused';
  if (download === null) return phase;
  if (download.phase === 'waiting') return 'waiting for the network';
  return download.phase === 'complete' ? `downloaded, ${phase}` : download.phase;
}

export function importFacts(job: JobSnapshot): readonly JobFact[] {
  return [
    { label: 'Files', value: ofTotal(job.filesDone, job.filesTotal, formatCount) },
    { label: 'Size', value: ofTotal(job.bytesDone, job.bytesTotal, formatBytes) },
    { label: 'Events', value: formatCount(job.eventsRead) },
    { label: 'Rate', value: `${formatCount(job.eventsPerSecond)}/s` },
    { label: 'Elapsed', value: formatDuration(job.elapsedMs) },
    { label: 'Remaining', value: job.remainingMs === null ? '–' : formatDuration(job.remainingMs) },
    { label: 'Problems', value: formatCount(job.problems), isBad: job.problems > 0 },
  ];
}

export function downloadFacts(download: DownloadProgress): readonly JobFact[] {
  return [
    { label: 'Objects', value: ofTotal(download.objectsDone, download.objectsTotal, formatCount) },
    { label: 'Size', value: ofTotal(download.bytesDone, download.bytesTotal, formatBytes) },
    { label: 'Unchanged', value: formatCount(download.unchanged) },
    { label: 'Retries', value: formatCount(download.retries) },
    { label: 'Failed', value: formatCount(download.failed), isBad: download.failed > 0 },
  ];
}

/** What a fetch brought. */
export function fetchedFacts(summary: FetchSummary): readonly JobFact[] {
  return [
    {
      label: 'Downloaded',
      value: `${formatCount(summary.objectsDownloaded)} of ${formatCount(summary.objectsSelected)} objects`,
    },
    { label: 'Size', value: formatBytes(summary.bytesDownloaded) },
    { label: 'Unchanged', value: formatCount(summary.objectsUnchanged) },
    { label: 'Failed', value: formatCount(summary.objectsFailed), isBad: summary.objectsFailed > 0 },
    { label: 'Problems', value: formatCount(summary.problems), isBad: summary.problems > 0 },
    { label: 'Requests', value: formatCount(summary.requests) },
    { label: 'Retries', value: formatCount(summary.retries) },
  ];
}

function ofTotal(done: number, total: number | null, format: (value: number) => string): string {
  return total === null ? format(done) : `${format(done)} of ${format(total)}`;
}
