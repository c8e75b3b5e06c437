import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Folder, FolderEntry } from '#shared/api/app.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { errorCode, ioError } from '../io-error.ts';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Lists a folder of this machine (null: the home folder). Links show as what they lead to; entries that can't be
 * looked at show as files without a size. Errors: NOT_FOUND, IO_FAILED.
 */
export async function listFolder(path: string | null): Promise<Folder> {
  const folder = resolve(path ?? homedir());
  const names = await readdir(folder).catch((error: unknown) => {
    const code = errorCode(error);
    if (code === 'ENOENT') throw new TrailbenchError('NOT_FOUND', `There is no folder “${folder}”. Check the path.`);
    if (code === 'ENOTDIR') throw new TrailbenchError('NOT_FOUND', `“${folder}” is a file, not a folder.`);
    throw ioError(`The folder “${folder}” cannot be listed`, error);
  });
  const entries = await Promise.all(names.map((name) => describe(join(folder, name), name)));
  entries.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || collator.compare(a.name, b.name));
  const parent = dirname(folder);
  return { path: folder, parent: parent === folder ? null : parent, entries };
}

async function describe(path: string, name: string): Promise<FolderEntry> {
  const stats = await stat(path).catch(() => null);
  return { name, path, isFolder: stats?.isDirectory() ?? false, sizeBytes: stats?.isFile() ? stats.size : null };
}
