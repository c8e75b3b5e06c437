import type { Cases } from './case/cases.ts';
import type { OpenCase } from './case/open-case.ts';
import type { Changes } from './changes.ts';
import type { Prompts } from './acquisition/prompts.ts';
import type { Jobs } from './jobs/jobs.ts';

/** What differs between hosts and tests; nothing in the engine reads the environment on its own. */
export interface EngineOptions {
  /** Folder for what is not part of a case: recent cases, the log file, the sample case. */
  readonly dataFolder: string;
  readonly version: string;
  /** The built scan worker (a JS module), run in worker threads by the import. */
  readonly scanWorkerUrl: URL;
  /** The notebooks that come with Trailbench (`resources/notebooks`). Default: there are none. */
  readonly starterFolder?: string;
  /** DuckDB's memory budget for imports and queries together. Default: a quarter of the machine, at most 448 MiB. */
  readonly memoryLimitBytes?: number;
  /** DuckDB's threads and the import's workers. Default: the machine's cores. */
  readonly threads?: number;
  /** Inflated bytes (estimated) that an import commits at once. Default: 2 GiB, more than a million events. */
  readonly importBatchBytes?: number;
  readonly now?: () => Date;
}

/** Handed to every handler of the router. */
export interface EngineContext {
  readonly options: EngineOptions;
  readonly jobs: Jobs;
  readonly prompts: Prompts;
  readonly cases: Cases;
  readonly changes: Changes;
  readonly logPath: string;
  /** The open case. Throws NO_CASE. */
  requireCase(): OpenCase;
  /** Writes to the log file; never log a record's content. */
  log(message: string, error?: unknown): void;
}
