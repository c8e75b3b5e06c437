import { Worker } from 'node:worker_threads';
import { cancelledIndex, postedIndex, type FromWorker, type ToWorker, type WorkerStart } from './scan-protocol.ts';

/** One scan worker: a thread that reads, hashes, copies and scans files. */
export class ScanWorker {
  readonly #worker: Worker;
  readonly #maximumPosted: number;
  readonly #control = new Int32Array(new SharedArrayBuffer(8));

  constructor(url: URL, maximumPosted: number, onMessage: (worker: ScanWorker, message: FromWorker) => void) {
    this.#maximumPosted = maximumPosted;
    const start: WorkerStart = {
      control: this.#control.buffer as SharedArrayBuffer,
      maximumPosted,
      isPlain: process.env['TRAILBENCH_SCAN'] === 'plain',
    };
    this.#worker = new Worker(url, {
      workerData: start,
      // Most of what a scan allocates dies at once.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    this.#worker.on('message', (message: FromWorker) => onMessage(this, message));
    this.#worker.on('error', (error) => onMessage(this, { type: 'failed', message: error.stack ?? error.message }));
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Gives the memory of a chunk that was copied back to the worker. */
  recycle(buffer: ArrayBuffer): void {
    this.#worker.postMessage({ type: 'recycle', buffer } satisfies ToWorker, [buffer]);
  }

  /** Lets the worker post `count` messages more: those taken are stored. */
  release(count: number): void {
    Atomics.sub(this.#control, postedIndex, count);
    Atomics.notify(this.#control, postedIndex);
  }

  /** True if it waits (or soon will) for `release`. */
  get isHeldBack(): boolean {
    return Atomics.load(this.#control, postedIndex) >= this.#maximumPosted - 1;
  }

  async stop(): Promise<void> {
    Atomics.store(this.#control, cancelledIndex, 1);
    Atomics.notify(this.#control, postedIndex);
    await this.#worker.terminate();
  }
}
