import type { CaseInfo } from '#shared/api/case.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { SerialQueue } from '../serial-queue.ts';
import { readCaseInfo } from './case-info.ts';
import { createCase, openCase, type CaseEnvironment, type OpenedCase } from './opened-case.ts';
import { resolveCaseFolder } from './case-folder.ts';
import { RecentCases } from './recent-cases.ts';

/** The engine's one open case, and the way to another. Changes of it take turns. */
export class Cases {
  readonly recent: RecentCases;
  readonly environment: CaseEnvironment;
  readonly #beforeClose: () => Promise<void>;
  readonly #turns = new SerialQueue();
  #current: OpenedCase | null = null;

  /** `beforeClose` ends what works on the case while its database can still be written. */
  constructor(environment: CaseEnvironment, beforeClose: () => Promise<void>) {
    this.environment = environment;
    this.recent = new RecentCases(environment.options.dataFolder);
    this.#beforeClose = beforeClose;
  }

  /** Throws NO_CASE. */
  require(): OpenedCase {
    if (this.#current) return this.#current;
    throw new TrailbenchError('NO_CASE', 'No case is open. Open or create one first.');
  }

  /** Null: none is open. */
  current(): OpenedCase | null {
    return this.#current;
  }

  async info(): Promise<CaseInfo | null> {
    return this.#current ? readCaseInfo(this.#current) : null;
  }

  /** Makes a case and opens it. */
  create(path: string): Promise<CaseInfo> {
    return this.#turns.run(async () => this.#switchTo(await createCase(path, this.environment)));
  }

  open(path: string): Promise<CaseInfo> {
    return this.#turns.run(() => this.#switchTo(path));
  }

  /** Opens what `prepare` returns the path of; nothing else is opened or closed in between. */
  openPrepared(prepare: () => Promise<string>): Promise<CaseInfo> {
    return this.#turns.run(async () => this.#switchTo(await prepare()));
  }

  close(): Promise<void> {
    return this.#turns.run(() => this.#closeCurrent());
  }

  /** The case that was open stays open if the other one can't be opened. */
  async #switchTo(path: string): Promise<CaseInfo> {
    const folder = await resolveCaseFolder(path);
    if (this.#current?.path !== folder) {
      const next = await openCase(folder, this.environment);
      await this.#closeCurrent();
      this.#current = next;
      this.environment.notify('case');
    }
    const { options, log } = this.environment;
    await this.recent
      .remember(folder, options.now?.() ?? new Date())
      .catch((error: unknown) => log('The list of recent cases could not be written', error));
    return readCaseInfo(this.require());
  }

  async #closeCurrent(): Promise<void> {
    const closing = this.#current;
    if (!closing) return;
    await this.#beforeClose();
    this.#current = null;
    await closing.close();
    this.environment.notify('case');
  }
}
