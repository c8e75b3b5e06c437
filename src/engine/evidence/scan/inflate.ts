import { gunzipSync, constants } from 'node:zlib';

/** Files whose inflated size stays below this are read at once; larger ones are streamed. */
export const wholeFileBytes = 64 * 1024 * 1024;

/** gzip of real logs is 5 to 20 times smaller; deflate's limit is 1,032. */
const bombRatio = 250;
const bombFloorBytes = 256 * 1024 * 1024;

export function isBomb(compressedBytes: number, inflatedBytes: number): boolean {
  return inflatedBytes > bombFloorBytes && inflatedBytes / compressedBytes > bombRatio;
}

export const bombReason = `Inflates to more than ${bombRatio} times its size: a decompression bomb`;

export const multiMemberFlag = 'multi-member gzip: not what CloudTrail delivers';
export const cutOffFlag = 'salvaged: the gzip data is cut off';

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** ISIZE: the inflated size modulo 2³² that the last gzip member claims. Chosen by whoever made the file: a hint only. */
export function inflatedSizeHint(bytes: Buffer): number {
  return bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4);
}

export type Inflated =
  | { readonly kind: 'whole'; readonly bytes: Buffer; readonly flags: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'too large' };

/** Inflates a gzip file in memory, if it stays below `wholeFileBytes`. */
export function inflateWhole(compressed: Buffer): Inflated {
  const hint = inflatedSizeHint(compressed);
  if (hint > wholeFileBytes) return { kind: 'too large' };
  const chunkSize = Math.min(Math.max(hint + 64, 16 * 1024), wholeFileBytes);
  try {
    const bytes = gunzipSync(compressed, { chunkSize, maxOutputLength: wholeFileBytes });
    const flags = bytes.length % 2 ** 32 === hint ? [] : [multiMemberFlag];
    return { kind: 'whole', bytes, flags };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too large' };
    if (code === 'Z_BUF_ERROR') return salvage(compressed);
    return { kind: 'broken', reason: inflateReason(error) };
  }
}

/** A file that was cut off: what could be inflated. Its end carries no checksum, so the flag stays with the file. */
function salvage(compressed: Buffer): Inflated {
  try {
    const bytes = gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: wholeFileBytes });
    return { kind: 'whole', bytes, flags: [cutOffFlag] };
  } catch (error) {
    return { kind: 'broken', reason: inflateReason(error) };
  }
}

/** A sentence for zlib's error. */
export function inflateReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('incorrect data check')) return 'The gzip checksum (CRC-32) does not match the content';
  if (message.includes('incorrect length check')) return 'The gzip length does not match the content';
  if (message.includes('unexpected end of file')) return 'The gzip data is cut off';
  if (message.includes('incorrect header check')) return 'Bytes that are no gzip data follow the gzip data';
  return `The gzip data is damaged (${message})`;
}
