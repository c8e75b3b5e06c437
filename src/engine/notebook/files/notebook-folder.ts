import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { NotebookEntry, NotebookFile, NotebookPlace, SaveOutcome } from '#shared/api/notebook.ts';
import { caseFolded } from '#engine/evidence/archive-path.ts';
import { errorCode, ioError } from '#engine/io-error.ts';
import { SerialQueue } from '#engine/serial-queue.ts';
import { entryOf, fileOf } from './notebook-entry.ts';
import { checkedName, isNotebookName, isSafeName } from './notebook-name.ts';
import {
  addFile,
  lookAt,
  maxNotebookBytes,
  moveToFreeName,
  moveWithoutReplacing,
  sha256,
  tooLarge,
  writeHidden,
  type FoundFile,
  type TextFile,
} from './plain-file.ts';

const removedFolder = '.removed';

/**
 * The notebooks of one folder. Whatever changes a file takes turns. Only plain files directly in the folder are opened,
 * and nothing is ever written through a link or over a file that was not seen.
 */
export class NotebookFolder {
  readonly place: NotebookPlace;
  readonly path: string;
  readonly #turns = new SerialQueue();

  constructor(place: NotebookPlace, path: string) {
    this.place = place;
    this.path = path;
  }

  /** Every notebook, those too that can't be opened, with the reason. None without a folder. Throws IO_FAILED. */
  async list(): Promise<readonly NotebookEntry[]> {
    const names = await readdir(this.path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw ioError(`The notebooks in “${this.path}” cannot be listed`, error);
    });
    const entries: NotebookEntry[] = [];
    for (const name of names.filter(isNotebookName)) {
      const found = isSafeName(name) ? await lookAt(join(this.path, name)) : unsafelyNamed;
      if (found) entries.push(entryOf({ place: this.place, name }, found));
    }
    return entries;
  }

  /** The file's bytes and text. Throws NOT_FOUND, BAD_INPUT (a name that is none, a file that can't be opened). */
  async read(name: string): Promise<TextFile> {
    const found = await this.#find(checkedName(name));
    if (!found) throw this.#notFound(name);
    return found;
  }

  /** Writes the text unless the file is no longer the one with `baseHash`. Throws BAD_INPUT, IO_FAILED. */
  save(name: string, text: string, baseHash: string): Promise<SaveOutcome> {
    const bytes = Buffer.from(text);
    if (bytes.length > maxNotebookBytes)
      throw new TrailbenchError('BAD_INPUT', `“${name}” can’t be saved. ${tooLarge}`);
    return this.#write(`“${name}” cannot be saved`, async () => {
      const path = join(this.path, checkedName(name));
      const current = await this.#find(name);
      if (current?.hash === sha256(bytes)) return { state: 'saved', file: this.#fileOf(name, current) };
      if (current?.hash !== baseHash) return this.#conflict(name, current);
      await access(path, constants.W_OK);
      const hidden = await writeHidden(this.path, bytes);
      try {
        await chmod(hidden, current.mode);
        const last = await this.#find(name);
        if (last?.hash !== baseHash) return this.#conflict(name, last);
        await rename(hidden, path);
      } finally {
        await rm(hidden, { force: true }).catch(() => undefined);
      }
      return { state: 'saved', file: this.#fileOf(name, await this.read(name)) };
    });
  }

  /** A new file of these bytes under `wanted`, or with a number where that is taken. Throws BAD_INPUT, IO_FAILED. */
  add(wanted: string, bytes: Buffer): Promise<NotebookFile> {
    if (bytes.length > maxNotebookBytes)
      throw new TrailbenchError('BAD_INPUT', `“${wanted}” can’t be kept here. ${tooLarge}`);
    return this.#write(`“${wanted}” cannot be written to “${this.path}”`, async () => {
      await mkdir(this.path, { recursive: true });
      const name = await addFile(this.path, wanted, bytes);
      return this.#fileOf(name, await this.read(name));
    });
  }

  /**
   * Gives a notebook another name. `inStep` does what belongs to it around the move; where it fails afterwards, the file
   * gets its name back. Throws NOT_FOUND, BAD_INPUT if the name is taken, IO_FAILED.
   */
  rename(name: string, wanted: string, inStep: (move: () => Promise<void>) => Promise<void>): Promise<NotebookFile> {
    return this.#write(`“${name}” cannot be renamed`, async () => {
      const [from, to] = [join(this.path, checkedName(name)), join(this.path, wanted)];
      const before = await this.read(name);
      let hasMoved = false;
      try {
        if (name !== wanted) {
          await inStep(async () => {
            if (!(await move(from, to))) throw this.#taken(wanted);
            hasMoved = true;
          });
        }
      } catch (error) {
        if (hasMoved) await move(to, from);
        throw error;
      }
      return this.#fileOf(wanted, before);
    });
  }

  /** Moves whatever lies there into the folder `.removed` beside it; its path from here. Throws NOT_FOUND, IO_FAILED. */
  remove(name: string): Promise<string> {
    return this.#write(`“${name}” cannot be removed`, async () => {
      const path = join(this.path, checkedName(name));
      if (!(await lstat(path).catch(() => null))) throw this.#notFound(name);
      const removed = join(this.path, removedFolder);
      await mkdir(removed, { recursive: true });
      if (!(await lstat(removed)).isDirectory()) {
        const advice = 'Remove that if you trust it, then try again.';
        throw new TrailbenchError(
          'IO_FAILED',
          `“${removed}” is not a plain folder, so nothing is moved there. ${advice}`,
        );
      }
      return `${removedFolder}/${await moveToFreeName(path, removed, name)}`;
    });
  }

  /** Null if there is nothing. Throws BAD_INPUT for what can't be opened. */
  async #find(name: string): Promise<TextFile | null> {
    const found = await lookAt(join(this.path, name));
    if (!found || found.problem === null) return found;
    throw new TrailbenchError('BAD_INPUT', `“${name}” can’t be opened. ${found.problem}`);
  }

  async #write<T>(failure: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      try {
        return await work();
      } catch (error) {
        throw errorCode(error) === null || error instanceof TrailbenchError ? error : ioError(failure, error);
      }
    });
  }

  #conflict(name: string, theirs: TextFile | null): SaveOutcome {
    return { state: 'conflict', theirs: theirs && this.#fileOf(name, theirs) };
  }

  #fileOf(name: string, found: TextFile): NotebookFile {
    return fileOf({ place: this.place, name }, found);
  }

  #notFound(name: string): TrailbenchError {
    return new TrailbenchError('NOT_FOUND', `There is no notebook “${name}” (any more). Look at the list again.`);
  }

  #taken(name: string): TrailbenchError {
    return new TrailbenchError('BAD_INPUT', `There is a notebook “${name}” already. Choose another name.`);
  }
}

const unsafelyNamed: FoundFile = {
  sizeBytes: 0,
  modifiedAt: new Date(0),
  mode: 0,
  problem: 'Its name has characters that a file’s name should not have. Rename the file.',
};

/** Like `moveWithoutReplacing`, also where only the case of letters changes and the file system does not mind it. */
async function move(from: string, to: string): Promise<boolean> {
  if (await moveWithoutReplacing(from, to)) return true;
  if (caseFolded(from) !== caseFolded(to)) return false;
  const [one, other] = await Promise.all([lstat(from), lstat(to)]);
  if (one.ino !== other.ino || one.dev !== other.dev || one.nlink !== 1) return false;
  await rename(from, to);
  return true;
}
