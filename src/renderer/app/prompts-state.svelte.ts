import type { AccessPrompt, Api } from '#shared/api/index.ts';

/** Questions that running calls have for the person. They outlive dialogs and reloads: the engine keeps them. */
export class PromptsState {
  list = $state.raw<readonly AccessPrompt[]>([]);
  /** The one to show: the first that came. */
  first = $derived(this.list[0] ?? null);
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async refresh(): Promise<void> {
    this.list = await this.#api.acquisition.prompts();
  }

  /** Answers a question; null gives it up. One that was settled meanwhile is gone with the next refresh. */
  async answer(promptId: string, answer: string | null): Promise<void> {
    await this.#api.acquisition.answerPrompt({ promptId, answer });
    this.list = this.list.filter((prompt) => prompt.promptId !== promptId);
  }
}
