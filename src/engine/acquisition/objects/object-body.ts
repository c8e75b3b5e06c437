import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ioError } from '../../io-error.ts';

/** What is larger is written as it comes; most log files are far smaller. */
const largestHeldBytes = 1024 * 1024;
/** A body of which nothing more has come for so long is given up. */
const longestSilenceMs = 60_000;

export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly md5: string;
  /** The bytes themselves; null: they were many, and are in the file. */
  readonly bytes: Buffer | null;
}

/**
 * Takes in a body, byte for byte, with its hashes: a small one into memory, a large one into a file that does not exist
 * yet. Errors: what the stream fails with; IO_FAILED for the disk's own. The file may be there afterwards, whatever
 * happens.
 */
export async function receiveBody(
  body: Readable,
  path: string,
  onBytes: (sizeBytes: number) => void,
): Promise<ReceivedBody> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  const held: Buffer[] = [];
  let heldBytes = 0;
  let sizeBytes = 0;
  let file: FileHandle | null = null;
  const watchdog = setTimeout(
    () => body.destroy(Object.assign(new Error('Nothing came for a minute'), { code: 'ETIMEDOUT' })),
    longestSilenceMs,
  );
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      watchdog.refresh();
      sha256.update(part);
      md5.update(part);
      sizeBytes += part.length;
      held.push(part);
      heldBytes += part.length;
      onBytes(part.length);
      if (heldBytes < largestHeldBytes) continue;
      file ??= await onDisk(path, () => open(path, 'wx'));
      await writeAll(file, path, held);
      held.length = 0;
      heldBytes = 0;
    }
    if (file) await writeAll(file, path, held);
  } finally {
    clearTimeout(watchdog);
    body.destroy();
    await file?.close();
  }
  const bytes = file ? null : held.length === 1 ? held[0]! : Buffer.concat(held);
  return { sizeBytes, sha256: sha256.digest('hex'), md5: md5.digest('hex'), bytes };
}

async function writeAll(file: FileHandle, path: string, parts: readonly Buffer[]): Promise<void> {
  if (parts.length === 0) return;
  await onDisk(path, () => file.appendFile(Buffer.concat(parts)));
}

async function onDisk<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw ioError(`“${path}” cannot be written`, error);
  }
}
