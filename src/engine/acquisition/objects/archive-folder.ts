import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import { caseFolded } from '../../evidence/archive-path.ts';
import { errorCode, ioError } from '../../io-error.ts';

type EntryKind = 'file' | 'folder' | 'odd';

/**
 * One folder of the archive, as it was found and as this process has filled it since. Only plain files and folders are
 * touched: a case from a stranger may hold links that lead out of it. Read and made synchronously, so that two who need
 * the same folder get the same one.
 */
export class ArchiveFolder {
  readonly path: string;
  /** Below the case folder, with `/`. */
  readonly storedPath: string;
  readonly #kinds = new Map<string, EntryKind>();
  /** Names as file systems compare them that ignore case. */
  readonly #folded = new Set<string>();
  /** The names with `%=N` of those that have any. */
  readonly #copies = new Map<string, string[]>();
  /** How many have it in use: what they take is not on the disk yet. */
  users = 0;

  private constructor(path: string, storedPath: string) {
    this.path = path;
    this.storedPath = storedPath;
  }

  /** A folder whose parent is known to be a plain one; null if it is not there. Errors: CASE_DAMAGED, IO_FAILED. */
  static open(path: string, storedPath: string): ArchiveFolder | null {
    const folder = new ArchiveFolder(path, storedPath);
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        folder.#add(entry.name, entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'odd');
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw ioError(`The folder “${path}” of the archive cannot be read`, error);
    }
    return folder;
  }

  get size(): number {
    return this.#kinds.size;
  }

  entries(): IterableIterator<[string, EntryKind]> {
    return this.#kinds.entries();
  }

  /** Errors: CASE_DAMAGED if it is neither file nor folder. */
  hasFile(name: string): boolean {
    const kind = this.#kinds.get(name);
    if (kind === 'odd') throw notPlain(join(this.path, name));
    return kind === 'file';
  }

  /** The subfolder that stands for a segment, or null. */
  find(encoded: string): ArchiveFolder | null {
    const name = this.#named(encoded).find((candidate) => this.#kinds.get(candidate) === 'folder');
    return name === undefined ? null : ArchiveFolder.open(join(this.path, name), `${this.storedPath}/${name}`);
  }

  /** The same, made if it is not there. */
  make(encoded: string): ArchiveFolder {
    const found = this.find(encoded);
    if (found) return found;
    const name = this.take(encoded, 'folder');
    const path = join(this.path, name);
    try {
      mkdirSync(path);
    } catch (error) {
      this.release(name);
      throw ioError(`The folder “${path}” cannot be made in the archive`, error);
    }
    return new ArchiveFolder(path, `${this.storedPath}/${name}`);
  }

  /** The names under which files of one encoded name lie here, without sidecars. */
  namesOf(encoded: string): string[] {
    return this.#named(encoded).filter((name) => this.#kinds.get(name) === 'file');
  }

  /** Takes the first free name: the encoded one, or `%=2` and on behind it. */
  take(encoded: string, kind: 'file' | 'folder'): string {
    let name = encoded;
    for (let copy = 2; this.#isTaken(name); copy++) name = `${encoded}%=${copy}`;
    this.#add(name, kind);
    return name;
  }

  /** Gives a name back that was taken and not used. */
  release(name: string): void {
    this.#kinds.delete(name);
    this.#folded.delete(caseFolded(name));
  }

  /** The entries that may stand for one encoded name, whatever they are. */
  #named(encoded: string): string[] {
    const names = [encoded, ...(this.#copies.get(encoded) ?? [])].filter((name) => this.#kinds.has(name));
    for (const name of names) if (this.#kinds.get(name) === 'odd') throw notPlain(join(this.path, name));
    return names;
  }

  #isTaken(name: string): boolean {
    return this.#kinds.has(name) || this.#folded.has(caseFolded(name));
  }

  #add(name: string, kind: EntryKind): void {
    this.#kinds.set(name, kind);
    this.#folded.add(caseFolded(name));
    const base = name.replace(/%=\d+$/, '');
    if (base === name) return;
    const copies = this.#copies.get(base);
    if (!copies) this.#copies.set(base, [name]);
    else if (!copies.includes(name)) copies.push(name);
  }
}

/** CASE_DAMAGED for what is neither a plain file nor a plain folder. */
export function notPlain(path: string): TrailbenchError {
  return new TrailbenchError(
    'CASE_DAMAGED',
    `“${path}” in the archive of this case is a link or a device, so Trailbench does not touch it. Remove it if you trust the case.`,
  );
}
