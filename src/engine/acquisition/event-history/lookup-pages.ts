import {
  LookupEventsCommand,
  type CloudTrailClient,
  type Event,
  type LookupEventsCommandInput,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { FailureKind } from '../access/aws-failure.ts';
import type { RequestPace } from './request-pace.ts';
import type { DayWindow } from './history-days.ts';

/** One account's event history in one region, and the pace at which it may be asked. */
export interface HistoryRegion {
  readonly client: CloudTrailClient;
  readonly pace: RequestPace;
  /** Passed before each page: a paused job waits here. */
  readonly beforePage: () => Promise<void>;
  readonly kindOf: (error: unknown) => FailureKind;
  readonly signal: AbortSignal;
  /** Called for each request, retries included. */
  readonly onRequest: () => void;
}

/** Waits between attempts at one page after the SDK gave it up, in turn. */
const backOffMs = [2_000, 4_000, 8_000, 16_000, 30_000];

const maximumResults = 50;

/** The pages of a window, newest event first. Errors: the SDK's, after several attempts; the signal's reason. */
export async function* lookupPages(region: HistoryRegion, { startAt, endAt }: DayWindow): AsyncGenerator<Event[]> {
  let token: string | undefined;
  do {
    await region.beforePage();
    // A token is good for the very same parameters only.
    const input = { StartTime: startAt, EndTime: endAt, MaxResults: maximumResults };
    const page = await lookup(region, token === undefined ? input : { ...input, NextToken: token });
    yield page.Events ?? [];
    token = page.NextToken;
  } while (token);
}

async function lookup(region: HistoryRegion, input: LookupEventsCommandInput): Promise<LookupEventsCommandOutput> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await region.client.send(pacedCommand(region, input), { abortSignal: region.signal });
    } catch (error) {
      region.signal.throwIfAborted();
      const kind = region.kindOf(error);
      const waitMs = kind === 'throttled' || kind === 'connection' ? backOffMs[attempt] : undefined;
      if (waitMs === undefined) throw error;
      region.pace.holdOff(waitMs * (0.75 + Math.random() / 2));
    }
  }
}

/** The SDK retries below `send`: those requests count against the limit as well, so each waits its turn. */
function pacedCommand(region: HistoryRegion, input: LookupEventsCommandInput): LookupEventsCommand {
  const command = new LookupEventsCommand(input);
  const pace = <Request, Answer>(next: (request: Request) => Promise<Answer>) => {
    return async (request: Request): Promise<Answer> => {
      await region.pace.take(region.signal);
      region.onRequest();
      return next(request);
    };
  };
  const name = 'trailbenchLookupPace';
  command.middlewareStack.addRelativeTo(pace, { name, relation: 'after', toMiddleware: 'retryMiddleware' });
  return command;
}
