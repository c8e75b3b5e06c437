import { setFrontMatter, type FrontMatterChanges } from '#shared/notebook/edit-front-matter.ts';
import type { Notebook } from '#shared/notebook/notebook.ts';
import {
  insertBlock,
  moveBlock,
  removeBlock,
  replaceProse,
  replaceSql,
  setCellOptions,
  type NewBlock,
} from '#shared/notebook/edit-notebook.ts';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { applyKeys, keyBlocks, newBlockKey, type KeyedBlock } from './block-keys.ts';
import { TextHistory, type TextState } from './text-history.ts';

/** Prose that is being written. It joins the text when its editor is left: half a code fence would cut the notebook up. */
export interface ProseDraft {
  /** The block that is edited; null: a new one. */
  readonly key: string | null;
  /** The block before which a new one goes; null: at the end. */
  readonly before: string | null;
  readonly text: string;
}

/** A notebook's text on the page, its blocks under lasting keys, and the edits of it. */
export class NotebookDocument {
  readonly #history = new TextHistory();
  readonly #onEdit: () => void;
  notebook = $state.raw<Notebook>(parseNotebook(''));
  blocks = $state.raw<readonly KeyedBlock[]>([]);
  draft = $state.raw<ProseDraft | null>(null);

  /** `onEdit` is called after each change that was made here. */
  constructor(onEdit: () => void) {
    this.#onEdit = onEdit;
  }

  /** The text as it would be saved now, prose that is being written included. */
  get text(): string {
    return this.draft === null ? this.notebook.text : this.#textWith(this.draft);
  }

  /** Takes a text that was not made here. */
  show(text: string): void {
    this.draft = null;
    if (this.notebook.text !== '') this.#history.add(this.#state(), null);
    this.#put(text, null);
  }

  indexOf(key: string): number {
    return this.blocks.findIndex((block) => block.key === key);
  }

  writeSql(key: string, sql: string): void {
    const block = this.notebook.blocks[this.indexOf(key)];
    if (block?.kind === 'cell') this.edit(replaceSql(this.notebook, block, sql), this.#keys(), `sql ${key}`);
  }

  setOptions(key: string, changes: Readonly<Record<string, string | null>>): void {
    const block = this.notebook.blocks[this.indexOf(key)];
    if (block?.kind === 'cell') this.edit(setCellOptions(this.notebook, block, changes), this.#keys());
  }

  /** Throws BAD_INPUT if the front matter there is can't be changed. */
  setFrontMatter(changes: FrontMatterChanges): void {
    this.finishDraft();
    this.edit(setFrontMatter(this.notebook, changes));
  }

  /** Changes the title, and the heading that the text begins with if it says the same. Throws BAD_INPUT as above. */
  setTitle(title: string): void {
    const before = this.notebook.title?.trim();
    this.setFrontMatter({ title });
    const [first] = this.notebook.blocks;
    if (first?.kind !== 'prose') return;
    const [heading = ''] = /^# .*/.exec(first.text) ?? [];
    if (heading.slice(2).replace(/\\(.)/g, '$1').trim() !== before) return;
    const text = `# ${title.replace(/[\\`*_[\]<>&]/g, '\\$&')}${first.text.slice(heading.length)}`;
    this.edit(replaceProse(this.notebook, first, text), this.#keys());
  }

  /** Inserts a block before the block `index`; returns its key, or that of the prose that it became part of. */
  insert(index: number, block: NewBlock): string | null {
    this.finishDraft();
    const key = newBlockKey();
    this.edit(insertBlock(this.notebook, index, block), this.#keys().toSpliced(index, 0, key));
    return this.#keyAt(index, key);
  }

  remove(key: string): void {
    if (this.draft?.key === key) this.draft = null;
    this.finishDraft();
    const index = this.indexOf(key);
    if (index >= 0) this.edit(removeBlock(this.notebook, index), this.#keys().toSpliced(index, 1));
  }

  /** Moves a block by one place, up (-1) or down (1). */
  move(key: string, step: -1 | 1): void {
    this.finishDraft();
    const from = this.indexOf(key);
    const to = from + step;
    if (from < 0 || to < 0 || to >= this.blocks.length) return;
    this.edit(moveBlock(this.notebook, from, to), this.#keys().toSpliced(from, 1).toSpliced(to, 0, key));
  }

  /** Makes a cell of prose, or prose of a cell; returns the key of what it is now. */
  convert(key: string, kind: 'cell' | 'prose'): string | null {
    this.finishDraft();
    const index = this.indexOf(key);
    const block = this.blocks[index]?.block;
    if (block === undefined || block.kind === kind) return key;
    const text = block.kind === 'cell' ? block.sql : block.text;
    if (kind === 'prose' && text.trim() === '') {
      const before = this.blocks[index + 1]?.key ?? null;
      this.remove(key);
      this.startDraft(null, before);
      return null;
    }
    const without = parseNotebook(removeBlock(this.notebook, index));
    const added: NewBlock = kind === 'cell' ? { kind, sql: text } : { kind, text };
    const newKey = newBlockKey();
    this.edit(insertBlock(without, index, added), this.#keys().toSpliced(index, 1, newKey));
    return this.#keyAt(index, newKey);
  }

  /** Begins to write prose: of a block, or new prose before a block (null: at the end). */
  startDraft(key: string | null, before: string | null = null): void {
    if (this.draft !== null && this.draft.key === key && this.draft.before === before) return;
    this.finishDraft();
    const block = key === null ? undefined : this.blocks[this.indexOf(key)]?.block;
    this.draft = { key, before, text: block?.kind === 'prose' ? block.text : '' };
  }

  writeDraft(text: string): void {
    if (this.draft === null || this.draft.text === text) return;
    this.draft = { ...this.draft, text };
    this.#onEdit();
  }

  /** Puts what was written into the text; returns the key of the block it is in. */
  finishDraft(): string | null {
    const { draft } = this;
    if (draft === null) return null;
    const index = draft.key === null ? this.#placeOf(draft) : this.indexOf(draft.key);
    const text = this.#textWith(draft);
    this.draft = null;
    if (text === this.notebook.text) return draft.key;
    const newKey = newBlockKey();
    this.edit(text, draft.key === null ? this.#keys().toSpliced(index, 0, newKey) : this.#keys());
    return draft.key ?? this.#keyAt(index, newKey);
  }

  undo(): void {
    this.finishDraft();
    this.#restore(this.#history.undo(this.#state()));
  }

  redo(): void {
    this.finishDraft();
    this.#restore(this.#history.redo(this.#state()));
  }

  /**
   * Takes a text that an edit made. `keys`: the blocks it should have; `place`: edits of one place that follow each other
   * are undone at once.
   */
  edit(text: string, keys: readonly string[] | null = this.#keys(), place: string | null = null): void {
    if (text === this.notebook.text) return;
    this.#history.add(this.#state(), place);
    this.#put(text, keys);
    this.#onEdit();
  }

  #restore(state: TextState | null): void {
    if (state === null) return;
    this.#put(state.text, null, state.blocks);
    this.#onEdit();
  }

  #put(text: string, keys: readonly string[] | null, before: readonly KeyedBlock[] = this.blocks): void {
    const notebook = parseNotebook(text);
    this.blocks =
      (keys && applyKeys(keys, this.blocks, text, notebook.blocks)) ?? keyBlocks(before, text, notebook.blocks);
    this.notebook = notebook;
  }

  #textWith(draft: ProseDraft): string {
    if (draft.key === null)
      return insertBlock(this.notebook, this.#placeOf(draft), { kind: 'prose', text: draft.text });
    const block = this.notebook.blocks[this.indexOf(draft.key)];
    return block?.kind === 'prose' ? replaceProse(this.notebook, block, draft.text) : this.notebook.text;
  }

  /** The key of what was put in at `index`: its own, or that of the prose that it became part of. */
  #keyAt(index: number, key: string): string | null {
    if (this.indexOf(key) >= 0) return key;
    const before = this.blocks[index - 1];
    const at = before?.block.kind === 'prose' ? index - 1 : Math.min(index, this.blocks.length - 1);
    return this.blocks[at]?.key ?? null;
  }

  #placeOf({ before }: ProseDraft): number {
    const index = before === null ? -1 : this.indexOf(before);
    return index < 0 ? this.blocks.length : index;
  }

  #keys(): readonly string[] {
    return this.blocks.map(({ key }) => key);
  }

  #state(): TextState {
    return { text: this.notebook.text, blocks: this.blocks };
  }
}
