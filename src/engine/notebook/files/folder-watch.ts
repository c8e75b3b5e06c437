import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A program that saves writes, renames and sets times: one notice is enough. */
const quietMs = 100;
/** How soon a folder is noticed that was made, replaced or came back. */
const lookMs = 2000;

/**
 * Tells of changes that any program makes in a folder, one that is not there yet too. Keeps no process running.
 * `onChange` comes shortly after the first of several changes, and again after later ones.
 */
export class FolderWatch {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #looking: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  /** Which folder is watched: one that was removed and made again is another one. */
  #identity: string | null = null;
  #notice: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(path: string, onChange: () => void) {
    this.#path = path;
    this.#onChange = onChange;
    this.#looking = setInterval(() => void this.#attach(), lookMs).unref();
  }

  /** Changes from when this returns on are noticed. */
  static async start(path: string, onChange: () => void): Promise<FolderWatch> {
    const started = new FolderWatch(path, onChange);
    await started.#attach(true);
    return started;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#looking);
    clearTimeout(this.#notice);
    this.#detach();
  }

  async #attach(isFirst = false): Promise<void> {
    const identity = await identityOf(this.#path);
    if (this.#isClosed || identity === this.#identity) return;
    this.#detach();
    try {
      if (identity !== null) this.#watcher = this.#watch();
      this.#identity = identity;
      if (!isFirst) this.#changed();
    } catch {
      // Gone again, or no watches are left: the next look tries anew.
    }
  }

  #watch(): FSWatcher {
    const watcher = watch(this.#path, { persistent: false }, (_kind, name) => {
      if (!name?.startsWith('.')) this.#changed();
    });
    watcher.on('error', () => this.#detach());
    return watcher;
  }

  #detach(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#identity = null;
  }

  #changed(): void {
    this.#notice ??= setTimeout(() => {
      this.#notice = undefined;
      this.#onChange();
    }, quietMs).unref();
  }
}

async function identityOf(path: string): Promise<string | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isDirectory() ? `${stats.dev}/${stats.ino}/${stats.birthtimeMs}` : null;
}
