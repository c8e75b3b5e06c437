import { createContext } from 'svelte';
import type { Api, AppInfo, CaseInfo, ChangeTopic, JobSnapshot } from '#shared/api/index.ts';
import type { Desktop } from '#shared/desktop.ts';
import { describeError } from './describe-error.ts';
import { formatCounted } from './format.ts';
import { JobsState } from './jobs-state.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Paths } from './paths.svelte.ts';
import { Router } from './router.svelte.ts';
import { Theme } from './theme.svelte.ts';

export type ConnectionState = 'connecting' | 'connected' | 'reconnecting';

/** What the whole page shares: the wire, the open case, jobs, theme, place and notices. */
export class AppState {
  readonly api: Api;
  readonly desktop: Desktop;
  readonly router = new Router();
  readonly theme = new Theme();
  readonly notices = new Notices();
  readonly jobs: JobsState;
  readonly paths: Paths;

  connection = $state<ConnectionState>('connecting');
  info = $state.raw<AppInfo | null>(null);
  /** The open case; null: none. */
  currentCase = $state.raw<CaseInfo | null>(null);
  /** Counts the engine's change notices by topic: read one in a resource's input to fetch again when it changes. */
  changes = $state<Record<ChangeTopic, number>>({ case: 0, evidence: 0, jobs: 0, custody: 0 });

  constructor(api: Api, desktop: Desktop) {
    this.api = api;
    this.desktop = desktop;
    this.paths = new Paths(desktop);
    this.jobs = new JobsState(api, (job) => this.#announce(job));
  }

  /**
   * Fetches what every page needs and follows the engine's change notices. Called when the wire is up: at start, and
   * again after the engine was restarted, when the case that was open is opened again.
   */
  async connected(): Promise<void> {
    const openBefore = this.currentCase;
    this.info = await this.api.app.info();
    let current = await this.api.case.current();
    if (current === null && openBefore !== null) current = await this.#reopen(openBefore);
    this.#setCase(current);
    this.connection = 'connected';
    void this.#followChanges();
    await this.jobs.refresh();
    for (const topic of Object.keys(this.changes) as ChangeTopic[]) this.changes[topic] += 1;
  }

  /** The wire broke: the engine is being restarted or the server is gone. */
  disconnected(): void {
    this.connection = 'reconnecting';
  }

  /** Makes `opened` the open case and shows its first page: the timeline, or the evidence page of an empty case. */
  enterCase(opened: CaseInfo): void {
    this.#setCase(opened);
    this.router.go(opened.eventCount > 0 ? 'timeline' : 'evidence');
  }

  async closeCase(): Promise<void> {
    await this.api.case.close();
    this.#setCase(null);
    this.router.go('welcome');
  }

  #setCase(current: CaseInfo | null): void {
    this.currentCase = current;
    this.desktop.setTitle(current === null ? 'Trailbench' : `${current.name} · Trailbench`);
  }

  async #reopen(before: CaseInfo): Promise<CaseInfo | null> {
    try {
      const current = await this.api.case.open({ path: before.path });
      this.notices.add(
        'warn',
        `The engine stopped and was restarted. “${before.name}” is open again; everything committed is there.`,
      );
      return current;
    } catch (error) {
      this.notices.add(
        'bad',
        `The engine was restarted, but “${before.name}” could not be opened again. ${describeError(error).sentence}`,
      );
      return null;
    }
  }

  async #followChanges(): Promise<void> {
    try {
      for await (const notice of await this.api.app.changes()) {
        this.changes[notice.topic] += 1;
        if (notice.topic === 'case' || notice.topic === 'evidence') this.#setCase(await this.api.case.current());
        if (notice.topic === 'jobs') await this.jobs.refresh();
      }
    } catch {
      // The wire closed; `connected()` follows again once it is back.
    }
  }

  #announce(job: JobSnapshot): void {
    if (job.state === 'failed')
      this.notices.add('bad', job.error ?? 'The import failed. The log file has the details.');
    if (job.state === 'cancelled')
      this.notices.add('info', 'Import cancelled. What was already stored stays in the case.');
    if (job.state === 'done' && job.summary) {
      const { stored, rejected } = job.summary.records;
      const problems = rejected > 0 ? `, ${formatCounted(rejected, 'record')} rejected` : '';
      this.notices.add(
        rejected > 0 ? 'warn' : 'good',
        `Import finished: ${formatCounted(stored, 'event')} stored${problems}.`,
      );
    }
  }
}

const [getAppState, setAppState] = createContext<AppState>();
/** The app's state, for any component below App. */
export const useApp = getAppState;
export const provideApp = setAppState;
