import { lstat, open, rm, type FileHandle } from 'node:fs/promises';
import { notPlain } from './objects/archive-folder.ts';

/**
 * Opens a file of this name anew for writing. What is there is removed and never written through: a case from a stranger
 * may hold a link under a name that can be foreseen.
 */
export async function openNewFile(path: string): Promise<FileHandle> {
  await rm(path, { recursive: true, force: true });
  return open(path, 'wx');
}

/** Errors: CASE_DAMAGED for a link or a file in a folder's place. */
export async function assertPlainFolder(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) throw notPlain(path);
}
