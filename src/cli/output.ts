import { once } from 'node:events';
import type { WriteStream } from 'node:tty';

/** The reader of our output has gone (`| head`): there is nobody left to write for. */
export class OutputClosed extends Error {}

/** stdout or stderr, written with back-pressure. */
export class Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal; null if it is none. */
  readonly columns: number | null;
  readonly #stream: NodeJS.WriteStream;
  #error: NodeJS.ErrnoException | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.columns = this.isTerminal ? (stream as WriteStream).columns : null;
    stream.on('error', (error) => {
      this.#error ??= error;
    });
  }

  /** Throws OutputClosed if the reader has gone. */
  async write(text: string): Promise<void> {
    this.#check();
    if (!this.#stream.write(text)) await this.#settled(once(this.#stream, 'drain'));
    this.#check();
  }

  /** Resolves when everything has been handed to the system. */
  async flush(): Promise<void> {
    if (this.#error) return;
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
  }

  async #settled(drained: Promise<unknown>): Promise<void> {
    // `once` rejects with the stream's error, which #check turns into ours.
    await drained.catch(() => undefined);
  }

  #check(): void {
    if (!this.#error) return;
    if (this.#error.code === 'EPIPE') throw new OutputClosed();
    throw this.#error;
  }
}
