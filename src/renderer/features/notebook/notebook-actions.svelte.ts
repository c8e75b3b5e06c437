import type {
  ExportedFile,
  NotebookReference,
  Pin,
  QueryResult,
  ReportEvent,
  ReportFormat,
} from '#shared/api/index.ts';
import { visibleLine } from '#shared/visible-text.ts';
import type { AppState } from '../../app/app-state.svelte.ts';
import { describeError } from '../../app/describe-error.ts';
import { formatCounted } from '../../app/format.ts';
import { QuerySession } from '../query/query-session.svelte.ts';
import { StreamedCall } from '../sources/streamed-call.svelte.ts';
import type { KeyedBlock } from './block-keys.ts';
import type { NotebookSession } from './notebook-session.svelte.ts';

/** The dialog on show. */
export type NotebookDialog =
  | { readonly kind: 'rename' | 'remove' | 'keys' | 'front-matter' }
  | { readonly kind: 'export-result' | 'translation'; readonly key: string }
  | { readonly kind: 'exported'; readonly file: ExportedFile; readonly note: string | null }
  | { readonly kind: 'result'; readonly title: string; readonly result: QueryResult };

/** What buttons and menus of a notebook's page do beside editing and running it. Failures become notices. */
export class NotebookActions {
  readonly #app: AppState;
  readonly #session: NotebookSession;
  readonly #casePath: string;
  readonly report = new StreamedCall<ReportEvent, { readonly file: ExportedFile; readonly failedCells: number }>(
    (event) => (event.type === 'written' ? event : null),
  );
  dialog = $state.raw<NotebookDialog | null>(null);
  /** True while a conflict is being resolved. */
  isResolving = $state(false);

  constructor(app: AppState, session: NotebookSession, casePath: string) {
    this.#app = app;
    this.#session = session;
    this.#casePath = casePath;
  }

  show(dialog: NotebookDialog): void {
    this.dialog = dialog;
  }

  closeDialog(): void {
    this.dialog = null;
  }

  openNotebook({ place, name }: NotebookReference): void {
    this.#app.router.go('notebook', { place: place === 'case' ? null : place, name });
  }

  /** Opens the notebook beside this one; a copied starter's links lead to the other starters. */
  async followLink(name: string): Promise<void> {
    await this.#app.attempt(async () => {
      const all = await this.#app.api.notebook.list();
      const places = [this.#session.reference.place, 'starter'] as const;
      const found = places
        .map((place) => all.find((entry) => entry.place === place && entry.name === name))
        .find((entry) => entry !== undefined);
      if (found) this.openNotebook(found);
      else this.#app.notices.add('warn', `There is no notebook “${visibleLine(name)}” beside this one.`);
    });
  }

  async keepMine(): Promise<void> {
    if (this.#session.file.conflict?.theirs === null) await this.writeAgain();
    else await this.#resolve(() => this.#session.file.keepMine());
  }

  async takeTheirs(): Promise<void> {
    await this.#resolve(() => this.#session.file.takeTheirs());
  }

  /** Writes a removed notebook again, under another name if that is taken by now. */
  async writeAgain(): Promise<void> {
    await this.#app.attempt(async () => {
      const made = await this.#session.file.writeAgain();
      if (made.name !== this.#session.reference.name) this.openNotebook(made);
    });
  }

  async pin(key: string): Promise<void> {
    const { cells, runs, reference } = this.#session;
    const index = cells.findIndex((cell) => cell.key === key);
    const run = runs.runOf(key);
    if (index < 0 || run.view === null || run.isGone) {
      this.#app.notices.add('info', 'Run the cell first: a pin keeps its result.');
      return;
    }
    const { resultId } = run.view.result;
    const cell = cells[index]?.block.name ?? null;
    const title = cell ?? `Cell ${index + 1}`;
    await this.#app.attempt(async () => {
      await this.#app.api.pins.add({ resultId, notebook: reference.name, cell, title });
      this.#app.notices.add('good', `Pinned: ${title}.`);
    });
  }

  async writeReport(format: ReportFormat): Promise<void> {
    const { file, reference, typed } = this.#session;
    const input = { source: { ...reference }, parameters: { ...typed.texts }, format };
    const written = await this.report.run(async (signal) => {
      await file.saveFirst();
      return this.#app.api.notebook.report(input, { signal });
    });
    if (written !== null) {
      const { failedCells } = written;
      const note = failedCells > 0 ? `${formatCounted(failedCells, 'cell')} failed: the file says why.` : null;
      this.show({ kind: 'exported', file: written.file, note });
    } else if (this.report.error !== null) {
      this.#app.notices.add('bad', describeError(this.report.error).sentence);
    }
  }

  async exportFile(): Promise<void> {
    await this.#app.attempt(async () => {
      await this.#session.file.saveFirst();
      const file = await this.#app.api.notebook.exportFile({ ...this.#session.reference });
      this.show({ kind: 'exported', file, note: null });
    });
  }

  async copyTo(to: 'case' | 'library'): Promise<void> {
    const { file, reference } = this.#session;
    await this.#app.attempt(async () => {
      await file.saveFirst();
      const copy = await this.#app.api.notebook.copy({ from: { ...reference }, to });
      if (to === 'library' && reference.place !== 'library') {
        this.#app.notices.add('good', `Copied to your library as ${visibleLine(copy.name)}.`);
      } else this.openNotebook(copy);
    });
  }

  setTitle(title: string): void {
    void this.#app.attempt(() => {
      this.#session.document.setTitle(title);
      return Promise.resolve();
    });
  }

  /** Puts other text in place of the front matter, fences included. */
  saveFrontMatter(typed: string): void {
    const { document } = this.#session;
    const { frontMatter, text } = document.notebook;
    const written = typed.trim() === '' ? '' : `${typed.trim()}\n`;
    document.finishDraft();
    document.edit(written + (frontMatter === null ? `\n${text}` : text.slice(frontMatter.to)));
    this.closeDialog();
  }

  openInSqlPage(key: string): void {
    const { cells, parameters, typed } = this.#session;
    const cell = cells.find((each) => each.key === key)?.block;
    if (cell === undefined) return;
    const page = new QuerySession(this.#app.api, this.#casePath);
    page.replace(cell.sql, cell.dialect);
    for (const { name, defaultText } of parameters) {
      const text = typed.texts[name] ?? defaultText;
      if (text !== '') page.setParameter(name, text);
    }
    page.keep();
    this.#app.router.go('sql');
  }

  async #resolve(choose: () => Promise<NotebookReference | null>): Promise<void> {
    this.isResolving = true;
    await this.#app.attempt(async () => {
      const other = await choose();
      if (other !== null) this.#app.notices.add('info', `The other version is kept as ${visibleLine(other.name)}.`);
    });
    this.isResolving = false;
  }
}

/** Whether one of the pins keeps a result of this very statement. */
export function isPinned({ block }: KeyedBlock, pins: readonly Pin[]): boolean {
  if (block.kind !== 'cell') return false;
  const sql = block.sql.trim();
  return pins.some((pin) => pin.cell === block.name && pin.sql.trim() === sql && pin.dialect === block.dialect);
}
