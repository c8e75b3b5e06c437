import { createContext } from 'svelte';
import type { Api, AppInfo, CaseInfo, ChangeTopic, FetchRequest, JobSnapshot, SourceKind } from '#shared/api/index.ts';
import type { Desktop } from '#shared/desktop.ts';
import type { Connection } from '../connection/connection.svelte.ts';
import { describeError } from './describe-error.ts';
import { jobNotice } from './job-notice.ts';
import { JobsState } from './jobs-state.svelte.ts';
import { Notices } from './notices.svelte.ts';
import type { PathPicker } from './path-picker.svelte.ts';
import { PromptsState } from './prompts-state.svelte.ts';
import { Router } from './router.svelte.ts';
import type { Theme } from './theme.svelte.ts';

/** What hosts, tests and the page's start put together. */
export interface AppParts {
  readonly connection: Connection;
  readonly desktop: Desktop;
  readonly picker: PathPicker;
  readonly theme: Theme;
}

/** Sources for the import dialog. */
export interface ImportStart {
  readonly paths: readonly string[];
  /** Something was dropped whose place the host does not tell. */
  readonly hasUnknownDrop: boolean;
}

/** What the source dialog starts with: a kind, or an earlier request to go on from. */
export interface SourceStart {
  readonly kind: SourceKind;
  readonly request: FetchRequest | null;
}

/** What the whole page shares: the wire, the open case, jobs, theme, place and notices. */
export class AppState {
  readonly api: Api;
  readonly connection: Connection;
  readonly desktop: Desktop;
  readonly picker: PathPicker;
  readonly theme: Theme;
  readonly router = new Router();
  readonly notices = new Notices();
  readonly jobs: JobsState;
  readonly prompts: PromptsState;

  info = $state.raw<AppInfo | null>(null);
  /** The open case; null: none. */
  currentCase = $state.raw<CaseInfo | null>(null);
  /** What the import dialog starts with; null: it is closed. */
  importStart = $state.raw<ImportStart | null>(null);
  /** What the source dialog starts with; null: it is closed. */
  sourceStart = $state.raw<SourceStart | null>(null);
  /** True while the source dialog asks a bucket what it holds. */
  isContacting = $state(false);
  /** False until it is known whether a case is open. */
  isReady = $state(false);
  /** Counts the engine's change notices by topic: read one in a resource's input to fetch again when it changes. */
  changes = $state<Record<ChangeTopic, number>>({
    case: 0,
    evidence: 0,
    sources: 0,
    jobs: 0,
    prompts: 0,
    custody: 0,
    notebooks: 0,
    pins: 0,
  });

  constructor({ connection, desktop, picker, theme }: AppParts) {
    this.api = connection.api;
    this.connection = connection;
    this.desktop = desktop;
    this.picker = picker;
    this.theme = theme;
    this.jobs = new JobsState(connection.api, (job) => this.#announce(job));
    this.prompts = new PromptsState(connection.api);
  }

  /** Fetches what every page needs and follows the engine's changes until the returned function is called. */
  start(): () => void {
    const stops = [
      this.router.start(),
      this.connection.onChange((topic) => void this.#changed(topic)),
      this.connection.onRestart(() => void this.#refresh()),
    ];
    void this.#refresh().then(() => {
      // The host opened the case that it was started with; the address names no page yet.
      if (window.location.hash === '' && this.currentCase) this.enterCase(this.currentCase);
    });
    return () => stops.forEach((stop) => stop());
  }

  /** Makes `opened` the open case and shows its first page: the timeline, or the evidence page of an empty case. */
  enterCase(opened: CaseInfo): void {
    this.#setCase(opened);
    this.router.go(opened.eventCount > 0 ? 'timeline' : 'evidence');
  }

  /** Opens the import dialog, with what was dropped already in it. */
  chooseEvidence(dropped: readonly File[] = []): void {
    if (this.#isBusy()) return;
    const paths = dropped.map((file) => this.desktop.pathOf(file)).filter((path) => path !== null);
    this.importStart = { paths, hasUnknownDrop: paths.length < dropped.length };
  }

  /** Opens the source dialog, empty or filled in with an earlier request. */
  chooseSource(kind: SourceKind, request: FetchRequest | null = null): void {
    if (!this.#isBusy()) this.sourceStart = { kind, request };
  }

  async closeCase(): Promise<void> {
    await this.attempt(async () => {
      await this.api.case.close();
      this.#setCase(null);
      this.router.go('welcome');
    });
  }

  /** Runs an action whose failure has no better place to show than a notice. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.notices.add('bad', describeError(error).sentence);
    }
  }

  async copy(text: string, what: string): Promise<void> {
    await this.attempt(async () => {
      await navigator.clipboard.writeText(text);
      this.notices.add('info', `${what} copied.`);
    });
  }

  async #refresh(): Promise<void> {
    await this.attempt(async () => {
      this.info = await this.api.app.info();
      this.#setCase(await this.api.case.current());
      await this.jobs.refresh();
      await this.prompts.refresh();
    });
    this.isReady = true;
  }

  async #changed(topic: ChangeTopic): Promise<void> {
    this.changes[topic] += 1;
    await this.attempt(async () => {
      if (topic === 'case' || topic === 'evidence') this.#setCase(await this.api.case.current());
      if (topic === 'jobs') await this.jobs.refresh();
      if (topic === 'prompts') await this.prompts.refresh();
    });
  }

  #setCase(current: CaseInfo | null): void {
    if (current?.path !== this.currentCase?.path) this.jobs.lastEnded = null;
    this.currentCase = current;
    this.desktop.setTitle(current === null ? 'Trailbench' : `${current.name} · Trailbench`);
  }

  /** One job at a time writes to the case: says so if one runs. */
  #isBusy(): boolean {
    const job = this.jobs.running;
    if (job === null) return false;
    const what = job.kind === 'fetch' ? 'A fetch' : 'An import';
    this.notices.add('info', `${what} is running. Wait for it to end, or cancel it, then bring in more.`);
    return true;
  }

  #announce(job: JobSnapshot): void {
    const { page } = this.router;
    const isShown = page === 'evidence' || (page === 'sources' && job.kind === 'fetch');
    const notice = jobNotice(job);
    // A page that shows the job says how it went; only what went wrong is worth saying twice.
    if (notice && !(isShown && job.state === 'done')) this.notices.add(notice.tone, notice.text);
  }
}

const [useApp, provideApp] = createContext<AppState>();
/** `useApp()`: the app's state, for any component below App. */
export { useApp, provideApp };
