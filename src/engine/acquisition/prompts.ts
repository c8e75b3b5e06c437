import { randomUUID } from 'node:crypto';
import type { AccessPrompt } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';

/** A question without its number. */
export type Question = AccessPrompt extends infer Prompt
  ? Prompt extends AccessPrompt
    ? Omit<Prompt, 'promptId'>
    : never
  : never;

interface Pending {
  readonly prompt: AccessPrompt;
  readonly settle: (answer: string | null) => void;
}

/** Questions that running calls have for the person: an MFA code, a sign-in page to open. */
export class Prompts {
  readonly #pending = new Map<string, Pending>();
  readonly #onChange: () => void;

  /** `onChange` is called when a question comes up and when it is settled. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  list(): readonly AccessPrompt[] {
    return [...this.#pending.values()].map(({ prompt }) => prompt);
  }

  /** Asks and waits. Null: the person gave it up, or `signal` aborted, which also withdraws the question. */
  async ask(question: Question, signal?: AbortSignal): Promise<string | null> {
    if (signal?.aborted) return null;
    const promptId = randomUUID();
    return new Promise((resolve) => {
      const settle = (answer: string | null): void => {
        signal?.removeEventListener('abort', withdraw);
        if (this.#pending.delete(promptId)) this.#onChange();
        resolve(answer);
      };
      const withdraw = (): void => settle(null);
      signal?.addEventListener('abort', withdraw);
      this.#pending.set(promptId, { prompt: { ...question, promptId } as AccessPrompt, settle });
      this.#onChange();
    });
  }

  answer(promptId: string, answer: string | null): void {
    const pending = this.#pending.get(promptId);
    if (!pending) throw new TrailbenchError('NOT_FOUND', 'That question is settled already.');
    pending.settle(answer);
  }
}
