import { untrack } from 'svelte';

/** What a view fetches: its last value, whether a fetch is under way, and the error of the last one. */
export class Resource<T> {
  /** The last value fetched. Stays while it is fetched again, so that nothing jumps. */
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  isLoading = $state(false);
  #generation = $state(0);

  /** True until the first fetch has ended: the moment for a skeleton. */
  get isFirstLoad(): boolean {
    return this.value === null && this.error === null;
  }

  /** Fetches again with the same input. */
  reload(): void {
    this.#generation += 1;
  }

  /** Read by `resource()` so that `reload()` re-runs it. */
  get generation(): number {
    return this.#generation;
  }
}

/**
 * Fetches whenever what `input` reads changes, and aborts the fetch before. An input of null fetches nothing and
 * clears the value. Call it while a component is being set up: leaving the view aborts what is under way.
 */
export function resource<I, T>(
  input: () => I | null,
  load: (input: I, signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const state = new Resource<T>();
  $effect(() => {
    void state.generation;
    const current = input();
    if (current === null) {
      untrack(() => {
        state.value = null;
        state.error = null;
        state.isLoading = false;
      });
      return;
    }
    const controller = new AbortController();
    untrack(() => void run(state, load(current, controller.signal), controller.signal));
    return () => controller.abort();
  });
  return state;
}

async function run<T>(state: Resource<T>, pending: Promise<T>, signal: AbortSignal): Promise<void> {
  state.isLoading = true;
  try {
    const value = await pending;
    if (signal.aborted) return;
    state.value = value;
    state.error = null;
  } catch (error) {
    if (signal.aborted) return;
    state.error = error;
  }
  state.isLoading = false;
}
