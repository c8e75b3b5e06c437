import type { ContractRouterClient } from '@orpc/contract';
import { acquisitionContract } from './acquisition.ts';
import { appContract } from './app.ts';
import { caseContract } from './case.ts';
import { evidenceContract } from './evidence.ts';
import { jobsContract } from './jobs.ts';
import { notebookContract } from './notebook.ts';
import { pinsContract } from './pins.ts';
import { queryContract } from './query.ts';
import { timelineContract } from './timeline.ts';

/** The one contract between page and engine, whatever the wire. */
export const contract = {
  app: appContract,
  case: caseContract,
  jobs: jobsContract,
  evidence: evidenceContract,
  acquisition: acquisitionContract,
  query: queryContract,
  notebook: notebookContract,
  pins: pinsContract,
  timeline: timelineContract,
};

/** What the page, the tests and the command line's remote mode hold. */
export type Api = ContractRouterClient<typeof contract>;

export * from './acquisition.ts';
export * from './app.ts';
export * from './case.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './jobs.ts';
export * from './notebook.ts';
export * from './pins.ts';
export * from './query.ts';
export * from './timeline.ts';
