import type { FetchRequest } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { fetchProblemsTable } from '#shared/tables/acquisition.ts';
import type { OpenCase } from '../case/open-case.ts';
import type { EngineOptions } from '../engine-context.ts';
import type { JobControl, JobOutcome } from '../jobs/jobs.ts';
import { sharedSignal } from '../shared-signal.ts';
import { timestampText } from '../timestamp-text.ts';
import { beginFetch, endFetch, type StartedFetch } from './fetch-ledger.ts';
import { FetchTally } from './fetch-tally.ts';
import { ImportFeed } from './import-feed.ts';
import type { ObjectProblem } from './objects/object-record.ts';
import type { Prompts } from './prompts.ts';
import { RowBuffer } from './row-buffer.ts';

export interface FetchEnvironment {
  readonly options: EngineOptions;
  readonly prompts: Prompts;
  log(message: string, error?: unknown): void;
}

/** What a download of either kind is handed. */
export interface DownloadTask<Request extends FetchRequest> {
  readonly openCase: OpenCase;
  readonly request: Request;
  readonly started: StartedFetch;
  readonly environment: FetchEnvironment;
  readonly tally: FetchTally;
  readonly feed: ImportFeed;
  /** Aborts when the job is cancelled or the import has failed. */
  readonly signal: AbortSignal;
  readonly gate: JobControl['gate'];
  /** To be called when the tally has changed. */
  report(): void;
  problem(problem: ObjectProblem): void;
  /** Ends the fetch with this error. */
  fail(error: unknown): void;
}

export type Download<Request extends FetchRequest> = (task: DownloadTask<Request>) => Promise<void>;

/**
 * Fetches into the archive and imports along with it; keeps the record of both. What has come stays, whatever ends it:
 * run again, it goes on from there. Errors: AWS_FAILED, IO_FAILED, CANCELLED.
 */
export async function fetchEvidence<Request extends FetchRequest>(
  openCase: OpenCase,
  url: string,
  request: Request,
  download: Download<Request>,
  environment: FetchEnvironment,
  control: JobControl,
): Promise<JobOutcome> {
  const { options, log } = environment;
  const { operator } = openCase;
  const start = { url, request, operator, startedAt: timestampText(options) };
  const started = await openCase.withConnection((connection) => beginFetch(connection, start));
  await openCase.recordCustody('fetch started', { fetchId: started.fetchId, url, request: forCustody(request) });
  openCase.notify('sources');

  const tally = new FetchTally();
  const feed = new ImportFeed(openCase, url);
  const stop = new AbortController();
  const signal = sharedSignal(control.signal, stop.signal);
  const report = (): void => control.report({ download: tally.progress() });
  const fail = (error: unknown): void => stop.abort(error);
  const problems = new RowBuffer(openCase, fetchProblemsTable, fail);
  const task: DownloadTask<Request> = {
    ...{ openCase, request, started, environment, tally, feed, signal, gate: control.gate, report, fail },
    problem(problem) {
      tally.problems++;
      problems.add({ fetchId: started.fetchId, ...problem, occurredAt: timestampText(options) });
      report();
    },
  };
  let failure: unknown = null;
  try {
    const downloading = download(task).finally(() => {
      tally.phase = 'complete';
      report();
      feed.end();
    });
    const importing = feed.run(options, control).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    });
    const [downloaded, imported] = await Promise.allSettled([downloading, importing]);
    // The import's failure is what stopped the download.
    if (imported.status === 'rejected') throw imported.reason;
    if (downloaded.status === 'rejected') throw downloaded.reason;
    return { summary: imported.value, fetchSummary: tally.summary() };
  } catch (error) {
    if (control.signal.aborted) failure = new TrailbenchError('CANCELLED', 'The fetch was cancelled.');
    // What a download says that was stopped from here is only that it was stopped.
    else failure = stop.signal.aborted ? stop.signal.reason : error;
    throw failure;
  } finally {
    await problems.flush().catch((error: unknown) => log('Problems of a fetch could not be written', error));
    const state = stateOf(failure);
    const end = {
      ...{ state, finishedAt: timestampText(options), importId: feed.importId, region: tally.region },
      ...{ principalArn: tally.principal.arn, principalAccountId: tally.principal.accountId },
      ...{ clockSkewMs: tally.traffic.clockSkewMs, hosts: tally.traffic.hosts, notes: [...tally.notes] },
      summary: tally.summary(),
      error: state === 'failed' ? sentenceOf(failure) : null,
    };
    await openCase.withConnection((connection) => endFetch(connection, started, end));
    const { principalArn, hosts, error } = end;
    const detail = { fetchId: started.fetchId, url, state, principalArn, hosts, error, ...end.summary };
    await openCase.recordCustody('fetch finished', detail);
    openCase.notify('sources');
  }
}

const mostStreamsInCustody = 50;

/** A choice among an organization's thousands of streams is told by their number; `fetches.request` has it whole. */
function forCustody(request: FetchRequest): unknown {
  if (request.kind !== 's3') return request;
  const { prefixes, ...selection } = request.selection;
  if (prefixes === null || prefixes.length <= mostStreamsInCustody) return request;
  return { ...request, selection: { ...selection, streams: prefixes.length } };
}

function stateOf(failure: unknown): 'done' | 'cancelled' | 'failed' {
  if (failure === null) return 'done';
  return failure instanceof TrailbenchError && failure.code === 'CANCELLED' ? 'cancelled' : 'failed';
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof TrailbenchError) return failure.message;
  return 'Trailbench ran into a defect of its own. Details are in the log file.';
}
