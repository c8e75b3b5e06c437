import type { Api, JobSnapshot } from '#shared/api/index.ts';
import { JobProgressLine } from './job-progress-line.ts';
import type { Session } from './session.ts';

/** Shows a job's progress until it ends; Ctrl-C asks it to stop. Resolves with its last snapshot. */
export async function watchJob(api: Api, session: Session, jobId: string): Promise<JobSnapshot> {
  // The job may have ended by itself in the meantime.
  const cancel = (): void => void api.jobs.cancel({ jobId }).catch(() => undefined);
  if (session.signal.aborted) cancel();
  session.signal.addEventListener('abort', cancel, { once: true });
  const progress = new JobProgressLine(session.stderr);
  let last: JobSnapshot | null = null;
  try {
    for await (const snapshot of await api.jobs.watch({ jobId })) {
      last = snapshot;
      await progress.show(snapshot);
    }
  } finally {
    session.signal.removeEventListener('abort', cancel);
  }
  await progress.clear();
  if (!last) throw new Error('The job ended without a word. “trailbench info CASE” shows what the case holds.');
  return last;
}
