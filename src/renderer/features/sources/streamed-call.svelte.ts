interface ProgressEvent {
  readonly type: 'progress';
}

/** A call that tells how far it is until it has its result: shown as it goes, given up with `cancel`. */
export class StreamedCall<Event extends { readonly type: string }, Result> {
  isRunning = $state(false);
  progress = $state.raw<Extract<Event, ProgressEvent> | null>(null);
  result = $state.raw<Result | null>(null);
  error = $state.raw<unknown>(null);
  readonly #resultOf: (event: Event) => Result | null;
  #controller: AbortController | null = null;

  constructor(resultOf: (event: Event) => Result | null) {
    this.#resultOf = resultOf;
  }

  /** Starts anew; what ran before is given up. Resolves with the result; null: it failed or was given up. */
  async run(start: (signal: AbortSignal) => Promise<AsyncIterable<Event>>): Promise<Result | null> {
    this.clear();
    const controller = new AbortController();
    this.#controller = controller;
    this.isRunning = true;
    try {
      for await (const event of await start(controller.signal)) {
        if (controller.signal.aborted) return null;
        const result = this.#resultOf(event);
        if (result === null) this.progress = event as Extract<Event, ProgressEvent>;
        else this.result = result;
      }
      return this.result;
    } catch (error) {
      // Giving up a question that it asked (an MFA code) ends it as well, and has to be said.
      if (!controller.signal.aborted) this.error = error;
      return null;
    } finally {
      if (this.#controller === controller) this.isRunning = false;
    }
  }

  cancel(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.isRunning = false;
  }

  /** Forgets everything, and gives up what runs. */
  clear(): void {
    this.cancel();
    this.progress = null;
    this.result = null;
    this.error = null;
  }
}
