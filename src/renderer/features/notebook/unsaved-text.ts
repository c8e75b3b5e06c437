/** What was typed and is not on disk yet, and the hash of the file that it was typed into. */
export interface UnsavedText {
  readonly text: string;
  readonly baseHash: string;
}

/** Writing a long text to the browser's store takes milliseconds that a keystroke does not have. */
const settleMs = 150;

/** Keeps unsaved text of one notebook beyond the page, in the browser's store, until it is saved. */
export class UnsavedTextStore {
  readonly #storage: Storage;
  readonly #key: string;
  #pending: UnsavedText | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage, casePath: string, place: string, name: string) {
    this.#storage = storage;
    this.#key = `trailbench.notebook.unsaved.${JSON.stringify([place === 'case' ? casePath : '', place, name])}`;
  }

  read(): UnsavedText | null {
    if (this.#pending !== null) return this.#pending;
    const kept = this.#storage.getItem(this.#key);
    if (kept === null) return null;
    try {
      const { text, baseHash } = JSON.parse(kept) as Partial<UnsavedText>;
      return typeof text === 'string' && typeof baseHash === 'string' ? { text, baseHash } : null;
    } catch {
      return null;
    }
  }

  /** Soon; `flush` does it at once. */
  write(unsaved: UnsavedText): void {
    this.#pending = unsaved;
    this.#timer ??= setTimeout(() => this.flush(), settleMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending === null) return;
    try {
      this.#storage.setItem(this.#key, JSON.stringify(this.#pending));
    } catch {
      // The browser's store is full: the text is on the page alone until it is saved.
    }
    this.#pending = null;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = null;
    this.#storage.removeItem(this.#key);
  }
}
