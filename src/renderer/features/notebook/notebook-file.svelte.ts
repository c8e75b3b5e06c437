import type { Api, NotebookFile, NotebookReference } from '#shared/api/index.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { describeError } from '../../app/describe-error.ts';
import { UnsavedTextStore } from './unsaved-text.ts';

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed';

/** Two versions of one notebook: what is on the page, and what lies on disk (null: it was removed). */
export interface EditConflict {
  readonly theirs: NotebookFile | null;
}

export interface NotebookFileParts {
  readonly api: Api;
  readonly storage: Storage;
  readonly casePath: string;
  readonly reference: NotebookReference;
  /** The text as it stands on the page. */
  readonly text: () => string;
  /** Shows the text of the file, in place of what is on the page. */
  readonly show: (text: string) => void;
}

const settleMs = 600;
const retryMs = 5000;

/**
 * The file behind a notebook on the page: reads it, writes what is edited a moment after the last key, takes what was
 * changed elsewhere, and never loses either side. What is not on disk yet is also in the browser's store.
 */
export class NotebookFileState {
  readonly #parts: NotebookFileParts;
  readonly #unsaved: UnsavedTextStore;
  /** One read or write after another: an answer that is out of date is never taken for a change. */
  #chain: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** What is known to be on disk; null until it was read. */
  file = $state.raw<NotebookFile | null>(null);
  loadError = $state.raw<unknown>(null);
  saveState = $state<SaveState>('saved');
  /** Why the last save failed. */
  saveProblem = $state<string | null>(null);
  conflict = $state.raw<EditConflict | null>(null);
  /** True after the file went away while nothing was unsaved. */
  isRemoved = $state(false);
  /** True if text of an earlier visit, which was not saved then, was found and taken. */
  wasRestored = $state(false);

  constructor(parts: NotebookFileParts) {
    this.#parts = parts;
    const { storage, casePath, reference } = parts;
    this.#unsaved = new UnsavedTextStore(storage, casePath, reference.place, reference.name);
  }

  get isReadOnly(): boolean {
    return this.#parts.reference.place === 'starter';
  }

  get isDirty(): boolean {
    return this.file !== null && !this.isReadOnly && this.#parts.text() !== this.file.text;
  }

  /** Reads the file for the first time, and again after it could not be read. */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        const file = await this.#parts.api.notebook.read(this.#parts.reference);
        this.loadError = null;
        const unsaved = this.isReadOnly ? null : this.#unsaved.read();
        this.file = file;
        if (unsaved === null || unsaved.text === file.text) {
          this.#unsaved.clear();
          this.#parts.show(file.text);
          return;
        }
        this.#parts.show(unsaved.text);
        this.saveState = 'unsaved';
        this.wasRestored = true;
        if (unsaved.baseHash === file.hash) this.#schedule(0);
        else this.conflict = { theirs: file };
      } catch (error) {
        this.loadError = error;
      }
    });
  }

  /** The text on the page has changed. */
  edited(): void {
    if (this.isReadOnly || this.file === null) return;
    if (!this.isDirty) {
      clearTimeout(this.#timer);
      this.#unsaved.clear();
      if (this.saveState !== 'saving') this.saveState = 'saved';
      return;
    }
    this.#unsaved.write({ text: this.#parts.text(), baseHash: this.file.hash });
    if (this.saveState !== 'saving') this.saveState = 'unsaved';
    if (this.conflict === null) this.#schedule(settleMs);
  }

  /** Writes what is unsaved now. True if nothing is unsaved afterwards. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#unsaved.flush();
    await this.#inTurn(() => this.#write());
    return !this.isDirty && this.conflict === null;
  }

  /** Saves before the file is used elsewhere. Throws IO_FAILED if what is on the page can't be written now. */
  async saveFirst(): Promise<void> {
    if (this.isReadOnly || (await this.save())) return;
    const reason = this.conflict === null ? (this.saveProblem ?? '') : 'It was changed elsewhere: settle that first.';
    throw new TrailbenchError('IO_FAILED', `The notebook could not be saved. ${reason}`.trim());
  }

  /** Something changed in the notebooks' folder: takes it over, or shows the conflict with what is unsaved here. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.file;
      if (before === null || this.#isClosed) return;
      const found = await this.#readOrNull();
      if (found === undefined || found?.hash === before.hash) {
        if (found && this.conflict?.theirs === null) this.conflict = null;
        if (found) this.isRemoved = false;
        return;
      }
      if (this.isDirty) this.conflict = { theirs: found };
      else if (found === null) this.isRemoved = true;
      else this.#take(found);
    });
  }

  /** Keeps the page's text in the file and theirs as a copy. Resolves with the file's reference, another one if it was removed. */
  async keepMine(): Promise<NotebookReference> {
    const { api, reference, text } = this.#parts;
    const { conflict } = this;
    if (conflict === null || reference.place === 'starter') return reference;
    const { place, name } = reference;
    if (conflict.theirs === null) return this.writeAgain();
    const title = `${titleOf(conflict.theirs)} (other version)`;
    await api.notebook.create({ place, title, text: conflict.theirs.text });
    await this.#inTurn(async () => {
      this.file = conflict.theirs;
      this.conflict = null;
      const outcome = await api.notebook.save({ place, name, text: text(), baseHash: conflict.theirs?.hash ?? '' });
      if (outcome.state === 'saved') this.#saved(outcome.file);
      else this.conflict = { theirs: outcome.theirs };
    });
    return reference;
  }

  /** Keeps the page's text as a copy and shows what is on disk. Resolves with the copy. */
  async takeTheirs(): Promise<NotebookReference | null> {
    const { api, reference, text } = this.#parts;
    const { conflict } = this;
    if (conflict === null || reference.place === 'starter') return null;
    const title = `${this.file === null ? 'Notebook' : titleOf(this.file)} (my version)`;
    const copy = await api.notebook.create({ place: reference.place, title, text: text() });
    this.conflict = null;
    if (conflict.theirs === null) {
      this.#unsaved.clear();
      this.isRemoved = true;
      if (this.file !== null) this.#parts.show(this.file.text);
    } else this.#take(conflict.theirs);
    return { place: copy.place, name: copy.name };
  }

  /** Writes the text of the page as a new file, after its own was removed. */
  async writeAgain(): Promise<NotebookReference> {
    const { api, reference, text } = this.#parts;
    if (reference.place === 'starter') return reference;
    const title = reference.name.replace(/\.md$/i, '');
    const made = await api.notebook.create({ place: reference.place, title, text: text() });
    this.#unsaved.clear();
    this.conflict = null;
    this.isRemoved = false;
    if (made.name === reference.name) this.#saved(made);
    return { place: made.place, name: made.name };
  }

  /** Leaving the page: saves at once. What can't be saved stays in the browser's store and is found at the next visit. */
  close(): void {
    if (this.isDirty && this.conflict === null) void this.save();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#unsaved.flush();
  }

  async #write(): Promise<void> {
    const { api, reference } = this.#parts;
    const { file } = this;
    if (file === null || reference.place === 'starter' || this.conflict !== null || !this.isDirty) return;
    const text = this.#parts.text();
    this.saveState = 'saving';
    try {
      const { place, name } = reference;
      await this.#checkCase();
      const outcome = await api.notebook.save({ place, name, text, baseHash: file.hash });
      if (outcome.state === 'saved') this.#saved(outcome.file);
      else {
        this.conflict = { theirs: outcome.theirs };
        this.saveState = 'unsaved';
      }
    } catch (error) {
      this.saveState = 'failed';
      this.saveProblem = describeError(error).sentence;
      if (!this.#isClosed) this.#schedule(retryMs);
    }
  }

  /** Another case may have a notebook of the same name and text: what was typed into this one is not for it. */
  async #checkCase(): Promise<void> {
    if (this.#parts.reference.place !== 'case') return;
    const current = await this.#parts.api.case.current();
    if (current?.path === this.#parts.casePath) return;
    throw new TrailbenchError(
      'NO_CASE',
      'The case of this notebook is no longer open. Open it again to save the edit.',
    );
  }

  /** The text of `file` is on disk; more may have been typed since. */
  #saved(file: NotebookFile): void {
    this.file = file;
    this.saveProblem = null;
    this.isRemoved = false;
    this.saveState = 'saved';
    this.edited();
  }

  #take(file: NotebookFile): void {
    this.#unsaved.clear();
    this.file = file;
    this.isRemoved = false;
    this.saveState = 'saved';
    this.#parts.show(file.text);
  }

  /** Null: there is no such file; undefined: it can't be told now. */
  async #readOrNull(): Promise<NotebookFile | null | undefined> {
    try {
      return await this.#parts.api.notebook.read(this.#parts.reference);
    } catch (error) {
      return describeError(error).code === 'NOT_FOUND' ? null : undefined;
    }
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), delayMs);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#chain.then(work);
    this.#chain = done.catch(() => undefined);
    return done;
  }
}

function titleOf(file: NotebookFile): string {
  return file.title.trim() || file.name.replace(/\.md$/i, '');
}
