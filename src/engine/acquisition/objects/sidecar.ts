import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import * as v from 'valibot';
import { errorCode } from '../../io-error.ts';
import type { ObjectRecord } from './object-record.ts';

/** What follows an object's name in its sidecar's; encoding never makes it, so no key is stored under such a name. */
export const sidecarSuffix = '%meta.json';

const version = 1;
/** S3 takes 2 KB of metadata; other stores more. A larger file is none of ours. */
const largestSidecarBytes = 1024 * 1024;

const text = v.string();
const textOrNull = v.nullable(v.string());
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const sidecarSchema = v.object({
  sidecarVersion: v.literal(version),
  bucket: text,
  key: text,
  versionId: textOrNull,
  etag: textOrNull,
  sizeBytes: size,
  lastModifiedAt: textOrNull,
  isLatest: v.boolean(),
  storageClass: textOrNull,
  contentType: textOrNull,
  contentEncoding: textOrNull,
  encryption: textOrNull,
  kmsKeyId: textOrNull,
  metadata: v.record(text, text),
  missingMetadataCount: size,
  checksums: v.record(text, text),
  listed: v.object({ etag: textOrNull, sizeBytes: size, lastModifiedAt: textOrNull }),
  hasChangedSinceListed: v.boolean(),
  sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
  verifiedBy: v.array(text),
  endpoint: text,
  requestId: textOrNull,
  downloadedAt: text,
});

export function formatSidecar(record: ObjectRecord): string {
  return `${JSON.stringify({ sidecarVersion: version, ...record }, null, 2)}\n`;
}

/** The record in a sidecar's text; null if it is not as Trailbench writes it. */
export function parseSidecar(content: string | null): ObjectRecord | null {
  if (content === null) return null;
  try {
    const parsed = v.safeParse(sidecarSchema, JSON.parse(content));
    if (!parsed.success) return null;
    const { sidecarVersion: _version, ...record } = parsed.output;
    return record;
  } catch {
    return null;
  }
}

/** The text of a sidecar; null if there is none or it is too large to be one. `path` must be no link. */
export async function readSidecar(path: string): Promise<string | null> {
  try {
    return await readSmallFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The same at once. */
export function readSidecarSync(path: string): string | null {
  let file;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return fstatSync(file).size > largestSidecarBytes ? null : readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

async function readSmallFile(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { size: sizeBytes } = await file.stat();
    return sizeBytes > largestSidecarBytes ? null : await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
