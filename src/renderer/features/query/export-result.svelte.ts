import type { Api } from '#shared/api/index.ts';
import type { ExportedFile, ExportFormat, ResultFilter, ResultSort } from '#shared/api/query.ts';
import { isAbort } from '../../app/describe-error.ts';

/** What of a result is written. */
export interface ExportedRows {
  readonly resultId: string;
  readonly sort: readonly ResultSort[];
  readonly filters: readonly ResultFilter[];
}

/** One result on its way into files of the case’s `exports` folder. */
export class ResultExport {
  readonly #api: Api;
  #running: AbortController | null = null;
  format = $state<ExportFormat>('csv');
  /** Of CSV: cells that a spreadsheet would take for formulas are disarmed. */
  isGuarded = $state(true);
  isRunning = $state(false);
  /** The last one written. */
  file = $state.raw<ExportedFile | null>(null);
  error = $state.raw<unknown>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  async write({ resultId, sort, filters }: ExportedRows, title: string): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    this.isRunning = true;
    this.error = null;
    this.file = null;
    const { format, isGuarded } = this;
    try {
      this.file = await this.#api.query.export(
        { resultId, format, title, sort: [...sort], filters: [...filters], isGuarded },
        { signal: controller.signal },
      );
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.error = error;
    } finally {
      if (this.#running === controller) this.isRunning = false;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }
}
