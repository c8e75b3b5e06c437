import type { EventHistoryFetchRequest } from '#shared/api/acquisition.ts';
import { realClock, type Clock } from '#engine/jobs/clock.ts';
import type { PauseGate } from '#engine/jobs/pause-gate.ts';
import { sharedSignal } from '#engine/shared-signal.ts';
import type { AwsFailure } from '../access/aws-failure.ts';
import type { AwsClients } from '../access/s3-session.ts';
import { isRegionName, regionHint } from '../proof/region-name.ts';
import { fetchRegion, type HistoryFile } from './fetch-region.ts';
import { selectDays } from './history-days.ts';
import { RequestPace } from './request-pace.ts';

export interface HistoryProblem {
  /** The region, or `region/YYYY-MM-DD`. */
  readonly key: string;
  readonly versionId: null;
  readonly action: string;
  readonly code: string;
  readonly reason: string;
}

export interface HistoryProgress {
  readonly daysDone: number;
  readonly daysTotal: number;
  readonly events: number;
  readonly requests: number;
}

export interface EventHistoryOptions {
  /** Where the days are kept, absolute: `<region>/<YYYY-MM-DD>.json`. One folder for each account. */
  readonly folder: string;
  /** Whose history it is; null: not known. Days of another account are asked for again. */
  readonly accountId: string | null;
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  /** A day's file, also one that the archive held whole (`isNew` false). */
  readonly onFile: (file: HistoryFile, isNew: boolean) => Promise<void> | void;
  readonly onProblem: (problem: HistoryProblem) => void;
  readonly onProgress: (progress: HistoryProgress) => void;
  /** For the pace of requests. */
  readonly clock?: Clock;
  readonly now?: () => Date;
}

export interface EventHistoryResult extends HistoryProgress {
  readonly files: number;
  /** What of the request can't be had, in sentences. */
  readonly notes: readonly string[];
}

const action = 'cloudtrail:LookupEvents';

/**
 * CloudTrail allows two requests a second for each account and region; a little less leaves room for requests that
 * travel at uneven speed.
 */
const requestIntervalMs = 520;

/**
 * Fetches CloudTrail's event history, the regions side by side, a file for each day that has events. Days kept whole
 * before are not asked for again. Errors: IO_FAILED, the signal's reason.
 */
export async function fetchEventHistory(
  clients: AwsClients,
  request: Pick<EventHistoryFetchRequest, 'regions' | 'from' | 'to'>,
  options: EventHistoryOptions,
): Promise<EventHistoryResult> {
  const now = options.now ?? (() => new Date(Date.now() - (clients.traffic.clockSkewMs ?? 0)));
  const { days, notes } = selectDays(request.from, request.to, now());
  const regions = [...new Set(request.regions)];
  const progress = { daysDone: 0, daysTotal: regions.length * days.length, events: 0, requests: 0 };
  let files = 0;
  const report = (): void => options.onProgress({ ...progress });
  const problem = (key: string, code: string, reason: string): void =>
    options.onProblem({ key, versionId: null, action, code, reason });

  // When one region fails for good (a full disk), the others must not go on behind the caller's back.
  const stop = new AbortController();
  const signal = sharedSignal(options.signal, stop.signal);
  const fetchOne = async (region: string): Promise<void> => {
    const client = isRegionName(region) ? clients.cloudTrail(region) : null;
    if (!client) {
      progress.daysDone += days.length;
      const reason = isRegionName(region)
        ? 'No endpoint of CloudTrail is configured. Set AWS_ENDPOINT_URL_CLOUDTRAIL, or use a profile of AWS itself.'
        : `“${region}” is no name of an AWS region. Write it as in “eu-central-1”.`;
      problem(region, 'NotAsked', reason);
      report();
      return;
    }
    const explain = (error: unknown): AwsFailure => clients.explain(error, { action, resource: region });
    await fetchRegion({
      ...{ client, region, days, signal, explain, now },
      accountId: options.accountId,
      folder: options.folder,
      pace: new RequestPace(requestIntervalMs, options.clock ?? realClock),
      beforePage: () => options.gate.pass(signal),
      kindOf: (error) => explain(error).kind,
      onRequest: () => void progress.requests++,
      onPage: (events) => {
        progress.events += events;
        report();
      },
      onDay: () => {
        progress.daysDone++;
        report();
      },
      onFile: async (file, isNew) => {
        files++;
        await options.onFile(file, isNew);
      },
      onFailure: (failure, day, daysGivenUp) => {
        problem(`${region}/${day}`, failure.code, reasonOf(failure, region, daysGivenUp));
        progress.daysDone += daysGivenUp;
        report();
      },
    });
  };
  await Promise.allSettled(
    regions.map((region) =>
      fetchOne(region).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    ),
  );
  options.signal.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  return { ...progress, files, notes };
}

function reasonOf({ code, sentence }: AwsFailure, region: string, daysGivenUp: number): string {
  const rest = daysGivenUp > 0 ? `${daysGivenUp} further days of ${region} were not asked for.` : null;
  return [sentence, regionHint(code, region), rest].filter((part) => part !== null).join(' ');
}
