import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { caseFolded } from '#engine/evidence/archive-path.ts';
import { errorCode, ioError } from '#engine/io-error.ts';
import { numberedName } from './notebook-name.ts';

/** More than any notebook a person reads. */
export const maxNotebookBytes = 4 * 1024 * 1024;

export const tooLarge = 'It is larger than 4 MiB. Notebooks are text; keep data elsewhere.';

interface Looks {
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** Permissions. */
  readonly mode: number;
}

export interface TextFile extends Looks {
  readonly problem: null;
  readonly bytes: Buffer;
  /** Byte order mark and line breaks as they are. */
  readonly text: string;
  readonly hash: string;
}

/** What lies at a path: a text, or something that can't be opened, and why, as a sentence. */
export type FoundFile = TextFile | (Looks & { readonly problem: string });

// A pipe would keep the opening waiting. Windows has neither flag, nor pipes in folders.
const readingFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const noFollow = constants.O_NOFOLLOW ?? 0;

/**
 * Looks at a file without following a link, unless `followsLinks`: a stranger's case may hold links, devices and pipes.
 * Null if there is nothing.
 */
export async function lookAt(path: string, followsLinks = false): Promise<FoundFile | null> {
  let looks: Looks = { sizeBytes: 0, modifiedAt: new Date(0), mode: 0o600 };
  try {
    const stats = await (followsLinks ? stat(path) : lstat(path));
    looks = looksOf(stats);
    if (!stats.isFile()) return { ...looks, problem: kindProblem(stats) };
    const file = await open(path, readingFlags | (followsLinks ? 0 : noFollow));
    try {
      const opened = await file.stat();
      looks = looksOf(opened);
      if (!opened.isFile()) return { ...looks, problem: kindProblem(opened) };
      if (opened.size > maxNotebookBytes) return { ...looks, problem: tooLarge };
      const chunks: Buffer[] = [];
      const stream = file.createReadStream({ autoClose: false, start: 0, end: maxNotebookBytes });
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return textFile(Buffer.concat(chunks), looks);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) return null;
    return { ...looks, problem: ioError('It cannot be read', error).message };
  }
}

/** The bytes as text, if they are UTF-8 through and through. */
function textFile(bytes: Buffer, looks: Looks): FoundFile {
  if (bytes.length > maxNotebookBytes) return { ...looks, problem: tooLarge };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { ...looks, problem: null, sizeBytes: bytes.length, bytes, text, hash: sha256(bytes) };
  } catch {
    return { ...looks, problem: 'It is not UTF-8 text. Save it as UTF-8 with a text editor.' };
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a new hidden file, on the disk when this returns; its path. */
export async function writeHidden(folder: string, bytes: Buffer, mode = 0o666): Promise<string> {
  const path = join(folder, `.${randomUUID()}.partial`);
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** Writes a new file under `wanted`, or with a number where that is taken; its name. */
export async function addFile(folder: string, wanted: string, bytes: Buffer): Promise<string> {
  const hidden = await writeHidden(folder, bytes);
  try {
    return await moveToFreeName(hidden, folder, wanted);
  } finally {
    await rm(hidden, { force: true }).catch(() => undefined);
  }
}

/** Moves a file to `wanted` in `folder`, or with a number where that is taken (in any case of letters); its name there. */
export async function moveToFreeName(from: string, folder: string, wanted: string): Promise<string> {
  const taken = new Set((await readdir(folder)).map(caseFolded));
  for (let copy = 1; ; copy++) {
    const name = numberedName(wanted, copy);
    if (!taken.has(caseFolded(name)) && (await moveWithoutReplacing(from, join(folder, name)))) return name;
  }
}

/** False if there is something at `to`: it is left as it is, and so is `from`. */
export async function moveWithoutReplacing(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // Not every file system has hard links, nor every kind of entry.
    if (await lstat(to).catch(() => null)) return false;
    await rename(from, to);
    return true;
  }
  await unlink(from);
  return true;
}

function looksOf(stats: Stats): Looks {
  const { size, mtime, mode } = stats;
  const modifiedAt = Number.isNaN(mtime.getTime()) ? new Date(0) : mtime;
  return { sizeBytes: size, modifiedAt, mode: mode & 0o777 };
}

function kindProblem(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'It is a link, and links are not followed here. Put the file itself in its place.';
  if (stats.isDirectory()) return 'It is a folder. Notebooks are plain files.';
  return 'It is a device, a pipe or a socket. Notebooks are plain files.';
}
