import { access, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import { errorCode, ioError } from '../io-error.ts';

const extension = '.trailbench';

/** Where the parts of a case lie below its folder. */
export function caseLayout(folder: string) {
  const exports = join(folder, 'exports');
  return {
    database: join(folder, 'case.duckdb'),
    lock: join(folder, 'case.lock'),
    archive: join(folder, 'archive'),
    notebooks: join(folder, 'notebooks'),
    exports,
    /** The one folder that DuckDB may write files to; the engine moves finished exports out of it. */
    exportStaging: join(exports, '.staging'),
  };
}

/** The absolute path of a case folder: `.trailbench` is added if missing. Throws BAD_INPUT for a name that is none. */
export function caseFolderPath(path: string): string {
  const absolute = resolve(path);
  const folder = absolute.toLowerCase().endsWith(extension) ? absolute : absolute + extension;
  if (caseName(folder) === '' || dirname(absolute) === absolute) {
    throw new TrailbenchError('BAD_INPUT', `“${path}” names no case. Give the case a name.`);
  }
  return folder;
}

export function caseName(folder: string): string {
  return basename(folder).slice(0, -extension.length);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the case folder as a whole or not at all: `fill` writes into a folder beside it, which is then renamed.
 * What a crash left of an earlier attempt is removed. Errors: CASE_EXISTS, IO_FAILED, and those of `fill`.
 */
export async function createCaseFolder(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = join(dirname(folder), `.${basename(folder)}.partial`);
  if (await lstat(folder).catch(() => null)) {
    throw new TrailbenchError('CASE_EXISTS', `“${folder}” exists already. Open it, or choose another name.`);
  }
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(partial);
    await prepareFolders(partial);
    await fill(partial);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof TrailbenchError) throw error;
    throw ioError(`The case “${folder}” cannot be created`, error);
  }
}

/**
 * Makes the folders of a case that are not there (version control and some copy tools drop empty ones) and drops
 * exports that a killed process left unfinished. Only for a folder whose database is locked by this process.
 */
export async function prepareFolders(folder: string): Promise<void> {
  const { archive, notebooks, exportStaging } = caseLayout(folder);
  await rm(exportStaging, { recursive: true, force: true });
  for (const path of [archive, notebooks, exportStaging]) await mkdir(path, { recursive: true });
}

/**
 * The real path of a case folder that is safe to work in: nothing in it that the engine writes to leads elsewhere.
 * Errors: NOT_FOUND, CASE_DAMAGED, IO_FAILED.
 */
export async function resolveCaseFolder(path: string): Promise<string> {
  const given = resolve(path);
  const folder = await realpath(given).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw ioError(`The case “${given}” cannot be opened`, error);
    throw new TrailbenchError(
      'NOT_FOUND',
      `There is no case at “${given}”. Check the path, or whether its disk is plugged in.`,
    );
  });
  const layout = caseLayout(folder);
  if (!(await lstat(folder)).isDirectory() || !(await lstat(layout.database).catch(() => null))) {
    throw new TrailbenchError(
      'NOT_FOUND',
      `“${given}” is not a case: a case is a folder with a file case.duckdb in it.`,
    );
  }
  await refuseOddEntries(folder);
  return folder;
}

/** A case that came from a stranger may hold links, devices or pipes where the engine reads and writes. */
async function refuseOddEntries(folder: string): Promise<void> {
  const { database, lock, archive, notebooks, exports, exportStaging } = caseLayout(folder);
  for (const path of [database, `${database}.wal`, lock]) await refuseOddEntry(folder, path, 'file');
  for (const path of [archive, notebooks, exports, exportStaging]) await refuseOddEntry(folder, path, 'folder');
  // Below these, imports make folders of their own.
  for (const origin of await readdir(archive).catch(() => [])) {
    await refuseOddEntry(folder, join(archive, origin), 'folder');
    for (const part of await readdir(join(archive, origin)).catch(() => [])) {
      await refuseOddEntry(folder, join(archive, origin, part), 'folder');
    }
  }
}

async function refuseOddEntry(folder: string, path: string, kind: 'file' | 'folder'): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found) return;
  const target = found.isSymbolicLink() ? await realpath(path).catch(() => null) : path;
  const isInside = target?.startsWith(folder + sep) ?? false;
  const stats = isInside && target ? await lstat(target) : null;
  if (stats && (kind === 'file' ? stats.isFile() : stats.isDirectory())) return;
  throw new TrailbenchError(
    'CASE_DAMAGED',
    `“${path}” is not a plain ${kind} inside the case folder, so Trailbench does not touch it. Replace it by the ${kind} itself if you trust the case.`,
  );
}
