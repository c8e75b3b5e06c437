import type { CaseInfo } from '#shared/api/index.ts';
import type { AppState } from '../../app/app-state.svelte.ts';

export type OpeningStep = 'create' | 'open' | 'sample';

/** Opens a case one way or another; one at a time, the last failure kept for the form that asked for it. */
export class CaseOpener {
  step = $state<OpeningStep | null>(null);
  failure = $state.raw<{ readonly step: OpeningStep; readonly error: unknown } | null>(null);
  readonly #app: AppState;

  constructor(app: AppState) {
    this.#app = app;
  }

  async create(name: string): Promise<void> {
    const path = await this.#app.desktop.chooseNewCasePath(name);
    if (path !== null) await this.#run('create', () => this.#app.api.case.create({ path }));
  }

  async choose(): Promise<void> {
    const path = await this.#app.desktop.chooseCase();
    if (path !== null) await this.open(path);
  }

  open(path: string): Promise<void> {
    return this.#run('open', () => this.#app.api.case.open({ path }));
  }

  sample(): Promise<void> {
    return this.#run('sample', () => this.#app.api.case.openSample());
  }

  fail(step: OpeningStep, error: unknown): void {
    this.failure = { step, error };
  }

  async #run(step: OpeningStep, open: () => Promise<CaseInfo>): Promise<void> {
    if (this.step !== null) return;
    this.step = step;
    this.failure = null;
    try {
      this.#app.enterCase(await open());
    } catch (error) {
      this.fail(step, error);
    } finally {
      this.step = null;
    }
  }
}
