import { setMaxListeners } from 'node:events';
import type { DownloadProgress } from '#shared/api/jobs.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsFailure } from '../access/aws-failure.ts';
import { awsError } from '../access/explain-aws.ts';
import type { S3Session } from '../access/s3-session.ts';
import { errorCode } from '../../io-error.ts';
import type { PauseGate } from '../../jobs/pause-gate.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { downloadObject } from './download-object.ts';
import type { ObjectArchive } from './object-archive.ts';
import type { ArchivedRecord, ListedObject, ObjectProblem } from './object-record.ts';
import { DownloadTally } from './download-tally.ts';
import { FailedCall, persist, Reachability, realPace, throwIfCancelled, type Pace } from './persistence.ts';
import { sessionEndpoint } from './session-endpoint.ts';
import { WorkQueue } from './work-queue.ts';

/** Listed objects that wait, some 30 MB: a fetch of fewer knows its total early. */
const mostWaiting = 50_000;
/** So many are looked up in the archive at once. */
const lookUpsAtOnce = 16;
/** After so many denials without a single success the next ones would fare no better. */
const denialsForAll = 20;

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  readonly concurrency: number;
  /** An object is whole in the archive: now, or from before. Downloads wait for what it returns. */
  readonly onArchived: (archived: ArchivedRecord, isNew: boolean) => void | Promise<void>;
  readonly onProblem: (problem: ObjectProblem, listed: ListedObject) => void;
  readonly onProgress: (progress: DownloadProgress) => void;
  readonly pace?: Pace;
}

/**
 * Downloads what the archive does not hold yet, several at once, while the list is still coming in. What fails for good
 * is told and passed over; what would make every further call fail ends the run: AWS_FAILED, IO_FAILED, CASE_DAMAGED,
 * CANCELLED. Whatever ends it, the archive holds whole objects only, and the next run goes on from there.
 */
export async function downloadObjects(
  session: S3Session,
  archive: ObjectArchive,
  pages: AsyncIterable<readonly ListedObject[]>,
  options: DownloadOptions,
): Promise<void> {
  const run = new DownloadRun(session, archive, options, await sessionEndpoint(session));
  try {
    await run.run(pages);
  } finally {
    await archive.close();
  }
}

class DownloadRun {
  readonly #session: S3Session;
  readonly #archive: ObjectArchive;
  readonly #options: DownloadOptions;
  readonly #endpoint: string;
  readonly #pace: Pace;
  readonly #reachability: Reachability;
  readonly #limit: AdaptiveLimit;
  readonly #queue = new WorkQueue<ListedObject>(mostWaiting);
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #retriesBefore: number;
  #failure: { readonly error: unknown } | null = null;
  readonly #tally = new DownloadTally();
  #denials = 0;
  /** Reading by version may be denied where reading what is current is not. */
  #mayNameVersions = true;

  constructor(session: S3Session, archive: ObjectArchive, options: DownloadOptions, endpoint: string) {
    this.#session = session;
    this.#archive = archive;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#pace = options.pace ?? realPace;
    this.#reachability = new Reachability(this.#pace);
    this.#limit = new AdaptiveLimit(options.concurrency, this.#pace);
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal]);
    // Every request and body listens.
    setMaxListeners(0, this.#signal);
    this.#retriesBefore = session.traffic.retries;
  }

  async run(pages: AsyncIterable<readonly ListedObject[]>): Promise<void> {
    this.#report();
    const stop = (): void => this.#queue.abandon();
    this.#signal.addEventListener('abort', stop);
    if (this.#signal.aborted) stop();
    const workers = Array.from({ length: this.#options.concurrency }, () => this.#work());
    await Promise.all([this.#takeIn(pages).catch((error: unknown) => this.#fail(error)), ...workers]);
    this.#signal.removeEventListener('abort', stop);
    throwIfCancelled(this.#options.signal);
    if (this.#failure) throw this.#failure.error;
    this.#tally.isComplete = true;
    this.#report();
  }

  async #takeIn(pages: AsyncIterable<readonly ListedObject[]>): Promise<void> {
    const iterator = pages[Symbol.asyncIterator]();
    const stopped = new Promise<null>((resolve) => this.#signal.addEventListener('abort', () => resolve(null)));
    try {
      while (!this.#signal.aborted) {
        await this.#options.gate.pass(this.#signal);
        const next = await Promise.race([iterator.next(), stopped]);
        if (next === null) return;
        if (next.done) break;
        this.#tally.list(next.value);
        await this.#queue.put(await this.#leaveOutHeld(next.value));
        this.#report();
      }
      this.#tally.isListed = true;
      this.#report();
    } finally {
      this.#queue.close();
      // Not waited for: it may be in the middle of a list that takes its time to fail.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }

  async #leaveOutHeld(page: readonly ListedObject[]): Promise<ListedObject[]> {
    const wanted: ListedObject[] = [];
    for (let from = 0; from < page.length; from += lookUpsAtOnce) {
      throwIfCancelled(this.#signal);
      const some = page.slice(from, from + lookUpsAtOnce);
      const found = await Promise.all(some.map((listed) => this.#archive.find(listed)));
      for (const [index, listed] of some.entries()) {
        const held = found[index];
        if (held) await this.#settle(held, listed, false);
        else wanted.push(listed);
      }
    }
    return wanted;
  }

  async #work(): Promise<void> {
    while (true) {
      await this.#options.gate.pass(this.#signal);
      await this.#limit.acquire();
      try {
        const listed = await this.#queue.take();
        if (listed === null) return;
        await this.#options.gate.pass(this.#signal);
        await this.#fetch(listed);
      } catch (error) {
        this.#fail(error);
        return;
      } finally {
        this.#limit.release();
      }
    }
  }

  async #fetch(listed: ListedObject): Promise<void> {
    const versionId = this.#versionToName(listed);
    try {
      const { archived, isNew } = await this.#get(listed, versionId);
      this.#limit.succeeded();
      this.#denials = -Infinity;
      await this.#settle(archived, listed, isNew);
    } catch (error) {
      if (
        error instanceof FailedCall &&
        error.failure.kind === 'denied' &&
        versionId !== undefined &&
        listed.isLatest
      ) {
        if (await this.#fetchUnnamed(listed)) return;
      }
      this.#passOver(error, listed, versionId);
    }
  }

  /** What is current can be had without naming its version: that takes another permission. */
  async #fetchUnnamed(listed: ListedObject): Promise<boolean> {
    try {
      const { archived, isNew } = await this.#get(listed, undefined);
      this.#mayNameVersions = false;
      this.#denials = -Infinity;
      await this.#settle(archived, listed, isNew);
      return true;
    } catch (error) {
      if (error instanceof FailedCall && error.failure.kind === 'denied') return false;
      this.#passOver(error, listed, undefined);
      return true;
    }
  }

  #versionToName({ versionId, isLatest }: ListedObject): string | undefined {
    if (versionId === null) return undefined;
    return isLatest && (versionId === 'null' || !this.#mayNameVersions) ? undefined : versionId;
  }

  async #get(listed: ListedObject, versionId: string | undefined) {
    const resource = `s3://${this.#session.bucket}/${listed.key}`;
    const call = { action: actionFor(versionId), resource };
    return persist(() => this.#attempt(listed, versionId), {
      signal: this.#signal,
      reachability: this.#reachability,
      pace: this.#pace,
      explain: (error) => this.#session.explain(error, call),
      onRetry: ({ kind }) => {
        this.#tally.retries++;
        if (kind === 'throttled') this.#limit.throttled();
        this.#report();
      },
    });
  }

  async #attempt(listed: ListedObject, versionId: string | undefined) {
    // Not within the wait for a retry: a paused job starts nothing.
    await this.#options.gate.pass(this.#signal);
    throwIfCancelled(this.#signal);
    const part = this.#archive.newPart();
    let bytesCame = 0;
    try {
      const { record, bytes } = await downloadObject(this.#session, {
        listed,
        versionId,
        part,
        endpoint: this.#endpoint,
        signal: this.#signal,
        onAnswer: () => this.#reachability.answered(),
        onBytes: (sizeBytes) => {
          bytesCame += sizeBytes;
          this.#tally.addBytes(sizeBytes);
          this.#report();
        },
      });
      const kept = await this.#archive.keep(bytes ?? part, record);
      // From here on `settle` counts them.
      this.#tally.addBytes(-bytesCame);
      return kept;
    } catch (error) {
      this.#tally.addBytes(-bytesCame);
      await this.#archive.discard(part);
      throw error;
    }
  }

  async #settle(archived: ArchivedRecord, listed: ListedObject, isNew: boolean): Promise<void> {
    this.#tally.settle(archived.record.sizeBytes, listed.sizeBytes, isNew);
    this.#report();
    await this.#options.onArchived(archived, isNew);
  }

  /** Tells of an object that can't be had, and rethrows what concerns the others as well. */
  #passOver(error: unknown, listed: ListedObject, versionId: string | undefined): void {
    const failure = failureOf(error);
    if (failure === null || (error instanceof FailedCall && error.concernsAll)) throw error;
    this.#tally.failed++;
    const { code, sentence } = failure;
    const problem = {
      key: listed.key,
      versionId: listed.versionId,
      action: actionFor(versionId),
      code,
      reason: sentence,
    };
    this.#options.onProblem(problem, listed);
    this.#report();
    if ((failure.kind === 'denied' || failure.kind === 'kms') && ++this.#denials >= denialsForAll) throw error;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error: error instanceof FailedCall ? this.#endOfRun(error.failure) : error };
    this.#stopping.abort();
  }

  #endOfRun({ kind, code, httpStatus, sentence }: AwsFailure): TrailbenchError {
    const came = `${this.#tally.objectsDone} of ${this.#tally.objectsListed} objects listed so far are in the archive`;
    return awsError({
      kind,
      code,
      httpStatus,
      sentence: `${sentence} ${came}: fetch again, and only the rest is downloaded.`,
    });
  }

  #report(): void {
    const otherRetries = this.#session.traffic.retries - this.#retriesBefore;
    this.#options.onProgress(this.#tally.progress(this.#reachability.isAway, otherRetries));
  }
}

function actionFor(versionId: string | undefined): string {
  return versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
}

/** Why a single object can't be had; null: the error is not about that object. */
function failureOf(error: unknown): AwsFailure | null {
  if (error instanceof FailedCall) return error.failure;
  if (!(error instanceof TrailbenchError)) return null;
  const code = errorCode(error.cause);
  // Names that this file system won't take, however they are encoded.
  if (code !== 'ENAMETOOLONG' && code !== 'EILSEQ' && code !== 'EINVAL') return null;
  return { kind: 'other', code, httpStatus: null, sentence: error.message };
}
