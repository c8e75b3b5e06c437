import type { PickRequest } from '../connection/browser-desktop.ts';

/**
 * Our own folder browser's state, for hosts without native dialogs; `PathDialog` shows it. The paths are those of the
 * machine the engine runs on.
 */
export class PathPicker {
  /** What is asked for; null: nothing, the dialog is closed. */
  request = $state.raw<PickRequest | null>(null);
  #answer: ((paths: string[] | null) => void) | null = null;

  /** Asks; resolves with the chosen paths, or null if cancelled. */
  pick(request: PickRequest): Promise<string[] | null> {
    this.answer(null);
    this.request = request;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(paths: readonly string[] | null): void {
    this.#answer?.(paths && [...paths]);
    this.#answer = null;
    this.request = null;
  }
}

/** Puts a name below a folder, in the folder's own way of writing paths. */
export function joinPath(folder: string, name: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(folder) ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}
