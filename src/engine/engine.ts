import type { Router } from '@orpc/server';
import { join } from 'node:path';
import type { contract } from '#shared/api/index.ts';
import { acquisitionHandlers } from './acquisition/acquisition-handlers.ts';
import { Prompts } from './acquisition/prompts.ts';
import { appHandlers } from './app-handlers.ts';
import { caseHandlers } from './case/case-handlers.ts';
import { Cases } from './case/cases.ts';
import { Changes } from './changes.ts';
import type { EngineContext, EngineOptions } from './engine-context.ts';
import { evidenceHandlers } from './evidence/evidence-handlers.ts';
import { os } from './implementer.ts';
import { jobsHandlers } from './jobs/jobs-handlers.ts';
import { RunningJobs } from './jobs/running-jobs.ts';
import { createLog } from './log.ts';
import { closeNotebookFiles } from './notebook/files/notebook-files.ts';
import { notebookHandlers } from './notebook/notebook-handlers.ts';
import { pinHandlers } from './pins/pin-handlers.ts';
import { queryHandlers } from './query/query-handlers.ts';
import { timelineHandlers } from './timeline/timeline-handlers.ts';

type EngineRouter = Router<typeof contract, EngineContext>;

const router: EngineRouter = os.router({
  app: appHandlers,
  case: caseHandlers,
  jobs: jobsHandlers,
  evidence: evidenceHandlers,
  acquisition: acquisitionHandlers,
  query: queryHandlers,
  notebook: notebookHandlers,
  pins: pinHandlers,
  timeline: timelineHandlers,
});

/** The engine behind every wire: a router, and the context that its calls are made with. */
export interface Engine {
  readonly router: EngineRouter;
  readonly context: EngineContext;
  /** Cancels jobs, closes the case and ends every stream. The engine can't be used afterwards. */
  close(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const logPath = join(options.dataFolder, 'trailbench.log');
  const log = createLog(logPath, options.now);
  const changes = new Changes();
  const jobs = new RunningJobs(log, () => changes.notify('jobs'));
  const cases = new Cases({ options, log, notify: (topic) => changes.notify(topic) }, () => jobs.cancelAll());
  const prompts = new Prompts(() => changes.notify('prompts'));
  const context = { options, jobs, prompts, cases, changes, logPath, log, requireCase: () => cases.require() };

  async function close(): Promise<void> {
    await jobs.cancelAll();
    await cases.close();
    await closeNotebookFiles(context);
    changes.close();
  }

  log(`Engine ${options.version} started on Node ${process.versions.node}, ${process.platform} ${process.arch}`);
  return { router, context, close };
}
