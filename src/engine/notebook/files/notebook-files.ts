import type { InferContractRouterInputs } from '@orpc/contract';
import { basename, join, resolve } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import type {
  contract,
  ExportedFile,
  NotebookEntry,
  NotebookFile,
  NotebookPlace,
  NotebookReference,
  SaveOutcome,
} from '#shared/api/index.ts';
import { caseLayout } from '#engine/case/case-folder.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import type { EngineContext } from '#engine/engine-context.ts';
import { ioError } from '#engine/io-error.ts';
import { renameNotebookOfPins } from '#engine/pins/pin-store.ts';
import { FolderWatch } from './folder-watch.ts';
import { fileOf, newNotebookText } from './notebook-entry.ts';
import { NotebookFolder } from './notebook-folder.ts';
import { copyName, newName, slugName } from './notebook-name.ts';
import { addFile, lookAt } from './plain-file.ts';

type Inputs = InferContractRouterInputs<typeof contract>['notebook'];

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The notebooks of the three places: see `notebookContract`. Whatever changes them, pages are told. */
export class NotebookFiles {
  readonly #context: EngineContext;
  readonly #library: NotebookFolder;
  readonly #starters: NotebookFolder | null;
  readonly #ofCase = new WeakMap<OpenCase, NotebookFolder>();
  readonly #watches = new Map<NotebookFolder, Promise<FolderWatch>>();
  /** Those that are not to be watched again. */
  readonly #ended = new WeakSet<NotebookFolder>();

  constructor(context: EngineContext) {
    const { dataFolder, starterFolder } = context.options;
    this.#context = context;
    this.#library = new NotebookFolder('library', join(dataFolder, 'notebooks'));
    this.#starters = starterFolder === undefined ? null : new NotebookFolder('starter', starterFolder);
  }

  async list(): Promise<readonly NotebookEntry[]> {
    const folders = [this.#caseFolder(this.#context.cases.current()), this.#library, this.#starters];
    const lists = await Promise.all(
      folders.map(async (folder) => {
        if (folder === null) return [];
        await this.#watch(folder);
        return folder.list();
      }),
    );
    return lists.flat().sort((a, b) => collator.compare(a.title, b.title) || collator.compare(a.name, b.name));
  }

  async read(reference: NotebookReference): Promise<NotebookFile> {
    const folder = this.#folder(reference.place);
    await this.#watch(folder);
    return fileOf(reference, await folder.read(reference.name));
  }

  async save({ place, name, text, baseHash }: Inputs['save']): Promise<SaveOutcome> {
    const outcome = await this.#folder(place).save(name, text, baseHash);
    if (outcome.state === 'saved') this.#notify();
    return outcome;
  }

  async create({ place, title, text }: Inputs['create']): Promise<NotebookFile> {
    const made = await this.#folder(place).add(slugName(title), Buffer.from(text ?? newNotebookText(title)));
    this.#notify();
    return made;
  }

  async copy({ from, to }: Inputs['copy']): Promise<NotebookFile> {
    const openCase = this.#caseAt(to);
    const { bytes } = await this.#folder(from.place).read(from.name);
    const made = await this.#folder(to).add(copyName(from.name), bytes);
    await this.#record(openCase, 'notebook copied', { name: made.name, sha256: made.hash, from });
    return made;
  }

  async rename({ place, name, newName: typed }: Inputs['rename']): Promise<NotebookFile> {
    const openCase = this.#caseAt(place);
    const wanted = newName(typed);
    const renamed = await this.#folder(place).rename(name, wanted, async (move) => {
      if (openCase === null) await move();
      else await renameNotebookOfPins(openCase, name, wanted, move);
    });
    await this.#record(openCase, 'notebook renamed', { from: name, to: wanted });
    return renamed;
  }

  async remove({ place, name }: Inputs['remove']): Promise<void> {
    const openCase = this.#caseAt(place);
    const folder = this.#folder(place);
    const found = await lookAtQuietly(folder, name);
    const movedTo = await folder.remove(name);
    await this.#record(openCase, 'notebook removed', { name, sha256: found?.hash ?? null, movedTo });
  }

  async importFile({ path, to }: Inputs['importFile']): Promise<NotebookFile> {
    const openCase = this.#caseAt(to);
    const from = resolve(path);
    const found = await lookAt(from, true);
    if (!found) throw new TrailbenchError('NOT_FOUND', `There is no file “${from}”. Check the path.`);
    if (found.problem !== null) {
      throw new TrailbenchError('BAD_INPUT', `“${from}” can’t be imported as a notebook. ${found.problem}`);
    }
    const made = await this.#folder(to).add(copyName(basename(from)), found.bytes);
    await this.#record(openCase, 'notebook imported', { name: made.name, sha256: made.hash, from });
    return made;
  }

  async exportFile(reference: NotebookReference): Promise<ExportedFile> {
    const openCase = this.#context.requireCase();
    const { bytes, hash } = await this.#folder(reference.place).read(reference.name);
    const folder = openCase.exportsPath;
    const name = await addFile(folder, copyName(reference.name), bytes).catch((error: unknown) => {
      throw ioError(`“${reference.name}” cannot be written to “${folder}”`, error);
    });
    const written = { sizeBytes: bytes.length, sha256: hash };
    const { place } = reference;
    await openCase.recordCustody('exported', {
      path: `exports/${name}`,
      ...written,
      kind: 'notebook',
      notebook: { place, name: reference.name },
    });
    return { path: join(folder, name), ...written };
  }

  /** The library is not watched any longer; a case’s folder ends with the case. */
  async close(): Promise<void> {
    await this.#unwatch(this.#library);
  }

  /** Throws NO_CASE, NOT_FOUND without starters. */
  #folder(place: NotebookPlace): NotebookFolder {
    const folder =
      place === 'library'
        ? this.#library
        : place === 'starter'
          ? this.#starters
          : this.#caseFolder(this.#context.requireCase());
    if (folder) return folder;
    throw new TrailbenchError('NOT_FOUND', 'This Trailbench came without starter notebooks. Install it anew.');
  }

  #caseAt(place: NotebookPlace): OpenCase | null {
    return place === 'case' ? this.#context.requireCase() : null;
  }

  #caseFolder(openCase: OpenCase | null): NotebookFolder | null {
    if (openCase === null) return null;
    const known = this.#ofCase.get(openCase);
    if (known) return known;
    const folder = new NotebookFolder('case', caseLayout(openCase.path).notebooks);
    this.#ofCase.set(openCase, folder);
    openCase.onClose(() => this.#unwatch(folder));
    return folder;
  }

  /** From the first time that someone looks. */
  async #watch(folder: NotebookFolder): Promise<void> {
    if (folder === this.#starters || this.#ended.has(folder)) return;
    const watch = this.#watches.get(folder) ?? FolderWatch.start(folder.path, () => this.#notify());
    this.#watches.set(folder, watch);
    await watch;
  }

  async #unwatch(folder: NotebookFolder): Promise<void> {
    this.#ended.add(folder);
    const watch = this.#watches.get(folder);
    this.#watches.delete(folder);
    (await watch)?.close();
  }

  #notify(): void {
    this.#context.changes.notify('notebooks');
  }

  /** Tells pages, and writes what concerns the case to its custody log. */
  async #record(openCase: OpenCase | null, action: string, detail: Record<string, unknown>): Promise<void> {
    this.#notify();
    await openCase?.recordCustody(action, detail);
  }
}

/** What can't be opened can be removed all the same. */
async function lookAtQuietly(folder: NotebookFolder, name: string): Promise<{ readonly hash: string } | null> {
  return folder.read(name).catch((error: unknown) => {
    if (error instanceof TrailbenchError) return null;
    throw error;
  });
}

// The engine's cases are one object; the context of a call may be a copy.
const files = new WeakMap<object, NotebookFiles>();

export function notebookFilesOf(context: EngineContext): NotebookFiles {
  let found = files.get(context.cases);
  if (!found) {
    found = new NotebookFiles(context);
    files.set(context.cases, found);
  }
  return found;
}

/** Stops watching, if anything is watched. */
export async function closeNotebookFiles(context: EngineContext): Promise<void> {
  await files.get(context.cases)?.close();
}
