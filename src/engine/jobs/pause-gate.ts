/** A gate that work passes before each step; closed while the job is paused. */
export class PauseGate {
  #opened: Promise<void> | null = null;
  #open: () => void = () => undefined;

  get isClosed(): boolean {
    return this.#opened !== null;
  }

  close(): void {
    this.#opened ??= new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#opened = null;
    this.#open();
  }

  /** Resolves when the gate is open or `signal` aborts. */
  async pass(signal?: AbortSignal): Promise<void> {
    while (this.#opened && !signal?.aborted) {
      const opened = this.#opened;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal?.removeEventListener('abort', done);
          resolve();
        };
        signal?.addEventListener('abort', done);
        void opened.then(done);
      });
    }
  }
}
