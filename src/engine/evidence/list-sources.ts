import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import { fileNameFacts } from './file-name.ts';

/** One file to import. */
export interface Source {
  /** Where its bytes are to be read: for a member of a container, the unpacked temporary file. */
  readonly path: string;
  /** What the ledger calls it: the path, or `container!member`. */
  readonly name: string;
  /** Its place below the folder that was given, for the archive. */
  readonly segments: readonly string[];
  readonly sizeBytes: number;
  /** The container on disk, if this is a member. */
  readonly container: Source | null;
  readonly deliveredAt: string | null;
  /** Why it can't be imported, if that is known before reading. */
  readonly problem: string | null;
}

/** Files that operating systems strew about; they are no evidence and are not listed. */
const ignoredNames = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

/**
 * Lists the files below the given paths, in the order of the times in their names (so that events lie in time order in
 * the case). Links are not followed below a folder. Errors: NOT_FOUND for a given path that does not exist.
 */
export async function listSources(paths: readonly string[], signal?: AbortSignal): Promise<Source[]> {
  const sources = new Map<string, Source>();
  for (const given of paths) {
    const path = resolve(given);
    const info = await stat(path).catch(() => null);
    if (!info) throw new TrailbenchError('NOT_FOUND', `There is no file or folder “${path}”.`);
    if (!info.isDirectory()) {
      const problem = info.isFile() ? null : 'Not a regular file';
      sources.set(path, { ...source(path, [basename(path)], info.size), problem });
      continue;
    }
    for await (const entry of walk(path, signal)) {
      const segments = [basename(path) || 'root', ...relative(path, entry.path).split(sep)];
      sources.set(entry.path, { ...source(entry.path, segments, entry.sizeBytes), problem: entry.problem });
    }
  }
  return sortByTime([...sources.values()]);
}

/** By delivery time, then by name; files without a time in their name come last. */
export function sortByTime(sources: Source[]): Source[] {
  const key = (item: Source) => item.deliveredAt ?? '9999';
  const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
  return sources.sort((left, right) => compare(key(left), key(right)) || compare(left.name, right.name));
}

function source(path: string, segments: readonly string[], sizeBytes: number): Source {
  const { deliveredAt } = fileNameFacts(basename(path));
  return { path, name: path, segments, sizeBytes, container: null, deliveredAt, problem: null };
}

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly problem: string | null;
}

async function* walk(folder: string, signal?: AbortSignal): AsyncGenerator<Entry> {
  signal?.throwIfAborted();
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const problem = `The folder can't be read (${(error as NodeJS.ErrnoException).code})`;
    yield { path: folder, sizeBytes: 0, problem };
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (ignoredNames.has(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(path, signal);
    else if (entry.isSymbolicLink()) yield { path, sizeBytes: 0, problem: 'A symbolic link: give its target instead' };
    else if (!entry.isFile()) yield { path, sizeBytes: 0, problem: 'Not a regular file' };
    else {
      // Ten times faster than the promise; the await of each folder lets others run.
      const info = statSync(path, { throwIfNoEntry: false });
      yield { path, sizeBytes: info?.size ?? 0, problem: info ? null : goneReason(entry.name) };
    }
  }
}

/** Node gives names that are not UTF-8 with replacement characters, under which the file is not found. */
function goneReason(name: string): string {
  return name.includes('\uFFFD') ? 'Its name is not valid UTF-8: rename it' : 'The file is gone';
}

/** The case's own folder as a source would import the archive into itself. */
export function assertOutside(casePath: string, paths: readonly string[]): void {
  for (const given of paths) {
    const path = resolve(given);
    if (path === casePath || path.startsWith(casePath + sep) || casePath.startsWith(path + sep)) {
      const where = path.startsWith(casePath) ? 'lies inside this case' : 'contains this case';
      throw new TrailbenchError('BAD_INPUT', `“${path}” ${where}. Import from a folder outside ${dirname(casePath)}.`);
    }
  }
}
