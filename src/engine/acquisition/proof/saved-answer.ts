import { createHash } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSegment } from '#engine/evidence/archive-path.ts';
import { ioError } from '#engine/io-error.ts';
import { openNewFile } from '../new-file.ts';

/** What AWS answered, as it is kept: dates in ISO 8601, binary values in base64, nothing left out. */
export interface SavedAnswer {
  /** As IAM names it: `cloudtrail:ListPublicKeys`. */
  readonly action: string;
  readonly request: unknown;
  readonly region: string | null;
  readonly fetchedAt: string;
  /** AWS's id of the request; of an answer in pages, the last one's. */
  readonly requestId: string | null;
  readonly response: unknown;
}

export interface SavedFile {
  readonly fileName: string;
  readonly sha256: string;
}

/** Writes an answer whole, as JSON. Errors: IO_FAILED. */
export async function saveAnswer(folder: string, name: string, answer: SavedAnswer): Promise<SavedFile> {
  const fileName = `${encodeSegment(name)}.json`;
  const path = join(folder, fileName);
  const text = `${JSON.stringify(plainJson(answer), null, 2)}\n`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await openNewFile(`${path}.part`);
    await file.writeFile(text).finally(() => file.close());
    await rename(`${path}.part`, path);
  } catch (error) {
    throw ioError(`“${path}” cannot be written`, error);
  }
  return { fileName, sha256: createHash('sha256').update(text).digest('hex') };
}

/** A value of the SDK as plain JSON. The SDK's own `$metadata` is no part of an answer. */
export function plainJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plainJson);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([key, member]) => key !== '$metadata' && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plainJson(member)]));
}
