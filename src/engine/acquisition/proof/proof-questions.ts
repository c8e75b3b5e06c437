import type { AwsCall } from '../access/aws-failure.ts';
import type { AwsClients } from '../access/s3-session.ts';
import { unsaved, type ProofFinding } from './proof-finding.ts';
import { regionHint } from './region-name.ts';
import { plainJson, saveAnswer } from './saved-answer.ts';

/** Long enough for a far region on a bad line, short enough that a dead one does not hold up a fetch. */
const defaultTimeoutMs = 20_000;

/** What the SDK adds to every answer. */
interface WithMetadata {
  readonly $metadata: { readonly requestId?: string | undefined };
}

export interface ProofQuestion<Answer extends WithMetadata> {
  readonly subject: string;
  /** As IAM names it; the permission that a denial is about. */
  readonly action: string;
  readonly region: string | null;
  readonly resource: string | null;
  /** Of the file, without `.json`. */
  readonly fileName: string;
  readonly request: Readonly<Record<string, unknown>>;
  send(signal: AbortSignal): Promise<Answer>;
  /** What the answer says, in a sentence; null: it says that there is no such thing. */
  describe(answer: Answer): string | null;
  /** Error codes that mean: there is no such thing. */
  readonly noneCodes?: readonly string[];
  /** The sentence for that. */
  readonly none?: string;
  /** What else may help where it failed. */
  readonly hint?: string | null;
}

export interface ProofAnswer<Answer> {
  readonly finding: ProofFinding;
  readonly answer: Answer | null;
  /** The error's code if it failed. */
  readonly code: string | null;
}

/** Asks what later proof needs, each question in a limited time, and keeps every answer as a file. */
export class ProofQuestions {
  readonly #clients: AwsClients;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #fileNames = new Set<string>();

  constructor(clients: AwsClients, folder: string, signal: AbortSignal, timeoutMs = defaultTimeoutMs) {
    this.#clients = clients;
    this.#folder = folder;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
  }

  /** Never throws for what AWS says or fails to say: that is the finding. Errors: IO_FAILED, the signal's reason. */
  async ask<Answer extends WithMetadata>(question: ProofQuestion<Answer>): Promise<ProofAnswer<Answer>> {
    const { subject, action, region, resource, request } = question;
    this.#signal.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let answer: Answer;
    try {
      answer = await question.send(AbortSignal.any([this.#signal, timeout]));
    } catch (error) {
      this.#signal.throwIfAborted();
      return this.#failed(question, error, timeout.aborted);
    }
    const description = question.describe(answer);
    const finding = { subject, region, resource };
    const detail = description ?? question.none ?? null;
    if (description === null) return { finding: unsaved({ ...finding, state: 'none', detail }), answer, code: null };
    const fetchedAt = new Date().toISOString();
    const { requestId } = answer.$metadata;
    const saved = await saveAnswer(this.#folder, this.#takeName(question.fileName), {
      ...{ action, request: plainJson(request), region, fetchedAt },
      requestId: requestId ?? null,
      response: answer,
    });
    return { finding: { ...finding, state: 'saved', detail, ...saved, fetchedAt }, answer, code: null };
  }

  #failed<Answer extends WithMetadata>(
    question: ProofQuestion<Answer>,
    error: unknown,
    isTimeout: boolean,
  ): ProofAnswer<Answer> {
    const { subject, action, region, resource, none = null } = question;
    const finding = { subject, region, resource };
    const code = error instanceof Error ? error.name : 'Error';
    if (question.noneCodes?.includes(code)) {
      return { finding: unsaved({ ...finding, state: 'none', detail: none }), answer: null, code };
    }
    if (isTimeout) {
      const detail = `No answer to ${action} within ${this.#timeoutMs / 1000} seconds. Fetch again to try once more.`;
      return { finding: unsaved({ ...finding, state: 'failed', detail }), answer: null, code: 'TimeoutError' };
    }
    const call: AwsCall = { action, resource: resource ?? '*' };
    const failure = this.#clients.explain(error, call);
    const sentence = failure.sentence.includes(action) ? failure.sentence : `${action}: ${failure.sentence}`;
    const hints = [region === null ? null : regionHint(code, region), question.hint ?? null];
    const detail = [sentence, ...hints].filter((part) => part !== null).join(' ');
    const state = failure.kind === 'denied' ? 'denied' : 'failed';
    return { finding: unsaved({ ...finding, state, detail }), answer: null, code };
  }

  /** Names that differ only in case would be one file on macOS and Windows. */
  #takeName(wanted: string): string {
    let name = wanted;
    for (let copy = 2; this.#fileNames.has(name.toLowerCase()); copy++) name = `${wanted}-${copy}`;
    this.#fileNames.add(name.toLowerCase());
    return name;
  }
}
