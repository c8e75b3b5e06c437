import type { KeyedBlock } from './block-keys.ts';

/** A state of the notebook that one can go back to. */
export interface TextState {
  readonly text: string;
  readonly blocks: readonly KeyedBlock[];
}

const mostStates = 200;

/** What was before each change of a notebook, for undo at the level of blocks. Typing in one place is one change. */
export class TextHistory {
  #past: TextState[] = [];
  #future: TextState[] = [];
  #place: string | null = null;

  /** Remembers `before`, the state that a change at `place` ends; null: a change of its own. */
  add(before: TextState, place: string | null): void {
    const isSameChange = place !== null && place === this.#place && this.#future.length === 0 && this.#past.length > 0;
    this.#place = place;
    if (isSameChange) return;
    this.#past = [...this.#past, before].slice(-mostStates);
    this.#future = [];
  }

  /** The state before the last change; null if there is none. */
  undo(now: TextState): TextState | null {
    return this.#step(this.#past, this.#future, now);
  }

  redo(now: TextState): TextState | null {
    return this.#step(this.#future, this.#past, now);
  }

  #step(from: TextState[], to: TextState[], now: TextState): TextState | null {
    this.#place = null;
    const state = from.pop();
    if (state === undefined) return null;
    to.push(now);
    return state;
  }
}
