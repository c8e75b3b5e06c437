/** A queue between one who lists and several who work; the lister waits while it is full. */
export class WorkQueue<Item> {
  readonly #capacity: number;
  #items: Item[] = [];
  #head = 0;
  #isClosed = false;
  readonly #takers: (() => void)[] = [];
  #roomy: () => void = () => undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Resolves once there is room for more. */
  async put(items: readonly Item[]): Promise<void> {
    for (const item of items) this.#items.push(item);
    for (const wake of this.#takers.splice(0)) wake();
    while (this.length >= this.#capacity && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#roomy = resolve));
    }
  }

  /** The next item; null: there is none any more. */
  async take(): Promise<Item | null> {
    while (this.length === 0) {
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => this.#takers.push(resolve));
    }
    const item = this.#items[this.#head++]!;
    // A shift would move the whole rest each time.
    if (this.#head >= 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    if (this.length < this.#capacity) this.#roomy();
    return item;
  }

  /** No more will come; what is in it can still be taken. */
  close(): void {
    this.#isClosed = true;
    for (const wake of this.#takers.splice(0)) wake();
    this.#roomy();
  }

  /** Drops what is in it, too. */
  abandon(): void {
    this.#items = [];
    this.#head = 0;
    this.close();
  }
}
