import type { Desktop } from '#shared/desktop.ts';

/** What is to be picked on the engine's machine when there is no native dialog. */
export type PathRequest =
  | { readonly kind: 'newCase'; readonly name: string }
  | { readonly kind: 'case' }
  | { readonly kind: 'files' }
  | { readonly kind: 'folder' };

/**
 * Asks for paths: native dialogs in Electron, our own folder browser (shown by `PathDialog`) in a browser, where the
 * paths are those of the machine the engine runs on.
 */
export class Paths {
  /** What the folder browser is asked for; null: it is closed. */
  request = $state.raw<PathRequest | null>(null);
  readonly #desktop: Desktop;
  #answer: ((paths: readonly string[]) => void) | null = null;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  /** The path for a new case; null: cancelled. */
  async newCase(name: string): Promise<string | null> {
    if (this.#desktop.host === 'electron') return this.#desktop.chooseNewCasePath(name);
    return (await this.#ask({ kind: 'newCase', name }))[0] ?? null;
  }

  /** An existing case folder; null: cancelled. */
  async existingCase(): Promise<string | null> {
    if (this.#desktop.host === 'electron') return this.#desktop.chooseCase();
    return (await this.#ask({ kind: 'case' }))[0] ?? null;
  }

  /** Files, or a folder, to import; empty: cancelled. */
  async evidence(kind: 'files' | 'folder'): Promise<readonly string[]> {
    if (this.#desktop.host === 'electron') return this.#desktop.chooseEvidence(kind);
    return this.#ask({ kind });
  }

  /** Ends the folder browser with its choice; empty: cancelled. */
  answer(paths: readonly string[]): void {
    this.#answer?.(paths);
    this.#answer = null;
    this.request = null;
  }

  #ask(request: PathRequest): Promise<readonly string[]> {
    this.answer([]);
    this.request = request;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
}

/** Puts a name below a folder, in the folder's own way of writing paths. */
export function joinPath(folder: string, name: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(folder) ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}
