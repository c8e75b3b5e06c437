/**
 * Tells of a change once the frame that shows it was painted: what follows from a keystroke (the notebook read anew, thirty
 * cells asked whether it concerns them) has no time within its frame. `flush` tells at once; the last state is what is told.
 */
export class LateChanges {
  readonly #tell: () => void;
  #isPending = false;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  changed(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    // A timer set in a frame's callback runs once the frame is done.
    requestAnimationFrame(() => setTimeout(() => this.flush()));
  }

  flush(): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    this.#tell();
  }
}
