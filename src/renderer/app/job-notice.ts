import type { JobSnapshot } from '#shared/api/index.ts';
import { formatCounted } from './format.ts';
import type { NoticeTone } from './notices.svelte.ts';

export interface JobNotice {
  readonly tone: NoticeTone;
  readonly text: string;
}

/** What to say of a job that ended; null: nothing. */
export function jobNotice(job: JobSnapshot): JobNotice | null {
  const isFetch = job.kind === 'fetch';
  if (job.state === 'failed') {
    const what = isFetch ? 'fetch' : 'import';
    const fallback = `The ${what} failed; the log file has the details. What was stored before stays.`;
    return { tone: 'bad', text: job.error ?? fallback };
  }
  if (job.state === 'cancelled') {
    const text = isFetch
      ? 'Fetch cancelled. What was already downloaded stays in the case; fetching again goes on from there.'
      : 'Import cancelled. What was already stored stays in the case.';
    return { tone: 'info', text };
  }
  return isFetch ? fetchFinished(job) : importFinished(job);
}

function importFinished({ summary }: JobSnapshot): JobNotice | null {
  if (!summary) return null;
  const { stored, rejected } = summary.records;
  const problems = rejected > 0 ? `, ${formatCounted(rejected, 'record')} rejected` : '';
  return {
    tone: rejected > 0 ? 'warn' : 'good',
    text: `Import finished: ${formatCounted(stored, 'record')} stored${problems}.`,
  };
}

function fetchFinished({ fetchSummary, summary }: JobSnapshot): JobNotice | null {
  if (!fetchSummary) return null;
  const { objectsDownloaded, objectsUnchanged, problems } = fetchSummary;
  const rejected = summary?.records.rejected ?? 0;
  const parts = [
    formatCounted(objectsDownloaded, 'object'),
    ...(objectsUnchanged > 0 ? [`${formatCounted(objectsUnchanged, 'object')} unchanged`] : []),
    ...(summary ? [`${formatCounted(summary.records.stored, 'event')} stored`] : []),
    ...(rejected > 0 ? [`${formatCounted(rejected, 'record')} rejected`] : []),
    ...(problems > 0 ? [formatCounted(problems, 'problem')] : []),
  ];
  return { tone: rejected + problems > 0 ? 'warn' : 'good', text: `Fetch finished: ${parts.join(', ')}.` };
}
