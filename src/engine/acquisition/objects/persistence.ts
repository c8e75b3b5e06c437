import { setTimeout as wait } from 'node:timers/promises';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsFailure, FailureKind } from '../access/aws-failure.ts';

/** Time and chance, so that tests can do without them. */
export interface Pace {
  nowMs(): number;
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

export const realPace: Pace = {
  nowMs: () => performance.now(),
  // Not unref'd: while the network is away nothing else keeps the command line alive.
  sleep: (delayMs, signal) => wait(delayMs, undefined, { signal }),
  random: Math.random,
};

/** Expired credentials are forgotten when they are found out, so a second attempt may have new ones. */
const attemptsOf: Partial<Record<FailureKind, number>> = { connection: 6, damaged: 6, throttled: 12, expired: 2 };
const firstDelayMs = 250;
const longestDelayMs = 15_000;
/** An absence of the network that is no hiccup any more. */
const goneAfterMs = 120_000;

/** A call that failed for good. */
export class FailedCall extends Error {
  readonly failure: AwsFailure;
  /** Whether every further call would fail the same way. */
  readonly concernsAll: boolean;

  constructor(failure: AwsFailure, concernsAll: boolean, cause?: unknown) {
    super(failure.sentence, { cause });
    this.name = 'FailedCall';
    this.failure = failure;
    this.concernsAll = concernsAll;
  }
}

const kindsThatConcernAll: readonly FailureKind[] = [
  'credentials',
  'expired',
  'no-bucket',
  'wrong-region',
  'clock-skew',
];

/** Whether the server answers at all, by what all calls of a run see. */
export class Reachability {
  readonly #pace: Pace;
  #awaySinceMs: number | null = null;
  #answers = 0;

  constructor(pace: Pace = realPace) {
    this.#pace = pace;
  }

  /** No answer since a call failed without one. */
  get isAway(): boolean {
    return this.#awaySinceMs !== null;
  }

  get isGone(): boolean {
    return this.#awaySinceMs !== null && this.#pace.nowMs() - this.#awaySinceMs >= goneAfterMs;
  }

  /** How many answers there were. */
  get answers(): number {
    return this.#answers;
  }

  answered(): void {
    this.#answers++;
    this.#awaySinceMs = null;
  }

  silent(): void {
    this.#awaySinceMs ??= this.#pace.nowMs();
  }
}

export interface Persistence {
  readonly signal: AbortSignal;
  readonly reachability: Reachability;
  readonly pace: Pace;
  explain(error: unknown): AwsFailure;
  /** Called before each further attempt's wait. */
  onRetry?(failure: AwsFailure): void;
}

/**
 * Makes a call until it succeeds: what is transient is tried again with growing, random delays; while the server does
 * not answer to anybody, for two minutes however many attempts that takes. Errors: FailedCall; TrailbenchError as it
 * comes (the disk's, say); CANCELLED.
 */
export async function persist<Result>(work: () => Promise<Result>, persistence: Persistence): Promise<Result> {
  const { signal, reachability, pace, explain, onRetry } = persistence;
  let attempts = 0;
  let answersThen = -1;
  for (let delays = 0; ; delays++) {
    throwIfCancelled(signal);
    try {
      const result = await work();
      reachability.answered();
      return result;
    } catch (error) {
      throwIfCancelled(signal);
      if (error instanceof TrailbenchError) throw error;
      const failure = error instanceof FailedCall ? error.failure : explain(error);
      noteReachability(failure, reachability);
      if (reachability.isGone) throw new FailedCall(failure, true, error);
      // While nobody gets an answer, attempts do not count.
      if (!reachability.isAway || reachability.answers > answersThen) attempts++;
      answersThen = reachability.answers;
      if (attempts >= (attemptsOf[failure.kind] ?? 1)) {
        throw new FailedCall(failure, kindsThatConcernAll.includes(failure.kind), error);
      }
      onRetry?.(failure);
      const longestMs = Math.min(longestDelayMs, firstDelayMs * 2 ** delays);
      await pace.sleep(longestMs * (0.5 + pace.random() / 2), signal).catch(() => throwIfCancelled(signal));
    }
  }
}

/** A server that answers with an error is there; one that drops the connection before it answered may not be. */
function noteReachability({ kind, httpStatus }: AwsFailure, reachability: Reachability): void {
  if (kind === 'connection' && httpStatus === null) reachability.silent();
  else reachability.answered();
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new TrailbenchError('CANCELLED', 'The fetch was cancelled.');
}
