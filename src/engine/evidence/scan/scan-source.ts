import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { looksLikeCsv } from './csv-records.ts';
import type { FileScanner, FileScanResult } from './file-scanner.ts';
import {
  bombReason,
  cutOffFlag,
  inflateReason,
  inflateWhole,
  isBomb,
  isGzip,
  multiMemberFlag,
  wholeFileBytes,
} from './inflate.ts';
import { maximumItemBytes } from './record-walker.ts';

export interface SourceScan {
  readonly result: FileScanResult;
  readonly inflatedBytes: number | null;
  readonly inflatedSha256: string | null;
  /** True if the failure says nothing about the file's content (the disk is full): importing it again may help. */
  readonly isRetryable?: boolean;
}

const streamWindowBytes = 8 * 1024 * 1024;
const decoder = new TextDecoder();

function ended(verdict: 'rejected' | 'other', reason: string, flags: readonly string[] = []): FileScanResult {
  return { kind: 'other', shape: null, verdict, reason, flags, recordsRead: 0, recordsRejected: 0 };
}

/** True if the text can be JSON, ndjson or timestamped lines. */
function looksLikeLog(head: Buffer): boolean {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (at < head.length && head[at]! <= 0x20 && head[at] !== 0) at++;
  const byte = head[at];
  if (byte === undefined || byte === 0x7b || byte === 0x5b) return true;
  return /^\d{4}-\d\d-\d\dT[^{\n]{0,40}\{/.test(head.toString('latin1', at, at + 80));
}

function notALog(head: Buffer): string {
  return head.subarray(0, 1024).includes(0) ? 'Not a log file: binary data' : 'Not a log file: text that is not JSON';
}

/** UTF-16, as PowerShell writes redirected output, is turned into UTF-8. */
function asUtf8(bytes: Buffer, scanner: FileScanner): Buffer {
  if (!((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) return bytes;
  scanner.addFlag('UTF-16');
  const encoding = bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
  return Buffer.from(new TextDecoder(encoding).decode(bytes));
}

/** Scans a file whose bytes are in memory. Null: its content is too large for that; use `scanStream`. */
export function scanBytes(bytes: Buffer, scanner: FileScanner): SourceScan | null {
  let content = bytes;
  if (isGzip(bytes)) {
    const inflated = inflateWhole(bytes);
    if (inflated.kind === 'too large') return null;
    if (inflated.kind === 'broken') {
      return { result: ended('rejected', inflated.reason), inflatedBytes: null, inflatedSha256: null };
    }
    content = inflated.bytes;
    for (const flag of inflated.flags) scanner.addFlag(flag);
  }
  const inflatedBytes = content.length;
  const inflatedSha256 = createHash('sha256').update(content).digest('hex');
  const text = asUtf8(content, scanner);
  const result = orCutOff(scanContent(text, scanner));
  return { result, inflatedBytes, inflatedSha256 };
}

/** Of a file that is cut off before its first record nothing is known: not even that it is no log. */
function orCutOff(result: FileScanResult): FileScanResult {
  const isCutOff = result.verdict === 'other' && result.kind === 'other' && result.flags.includes(cutOffFlag);
  return isCutOff ? ended('rejected', 'The gzip data is cut off before the first record', result.flags) : result;
}

function scanContent(text: Buffer, scanner: FileScanner): FileScanResult {
  const head = text.subarray(0, 4096);
  if (looksLikeCsv(decoder.decode(head))) {
    try {
      if (!isUtf8(text)) scanner.addFlag('lossy: not UTF-8');
      scanner.scanCsv(decoder.decode(text));
    } catch (error) {
      return ended('rejected', `The CSV can't be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    return scanner.finish();
  }
  if (!looksLikeLog(head)) return ended('other', notALog(head));
  scanner.scanWhole(text);
  return scanner.finish();
}

/**
 * Scans a file of any size through a window of bounded size. Rows may have been handed on before damage shows; the
 * caller takes back what a file with verdict `rejected` had yielded.
 */
export async function scanStream(path: string, scanner: FileScanner, checkCancelled: () => void): Promise<SourceScan> {
  const file = await open(path);
  const magic = Buffer.alloc(2);
  const trailer = Buffer.alloc(4);
  await file.read(magic, 0, 2, 0);
  await file.read(trailer, 0, 4, Math.max(0, (await file.stat()).size - 4));
  await file.close();
  const raw = createReadStream(path, { highWaterMark: 1024 * 1024 });
  let compressedBytes = 0;
  raw.on('data', (chunk) => (compressedBytes += chunk.length));
  const isCompressed = isGzip(magic);
  const content = isCompressed ? raw.pipe(createGunzip({ chunkSize: 1024 * 1024 })) : raw;
  raw.on('error', (error) => content.destroy(error));
  const window = new StreamWindow(scanner);
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      checkCancelled();
      const reason = window.push(chunk);
      if (reason) return { result: ended('other', reason), inflatedBytes: null, inflatedSha256: null };
      if (isCompressed && isBomb(compressedBytes, window.inflatedBytes)) {
        return { result: ended('rejected', bombReason), inflatedBytes: null, inflatedSha256: null };
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') {
      if (!isCompressed || !String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
      return { result: ended('rejected', inflateReason(error)), inflatedBytes: null, inflatedSha256: null };
    }
    scanner.addFlag(cutOffFlag);
  } finally {
    raw.destroy();
  }
  window.end();
  const isWhole = !scanner.hasFlag(cutOffFlag);
  if (isCompressed && isWhole && window.inflatedBytes % 2 ** 32 !== trailer.readUInt32LE()) {
    scanner.addFlag(multiMemberFlag);
  }
  return {
    result: orCutOff(scanner.finish()),
    inflatedBytes: window.inflatedBytes,
    inflatedSha256: window.hash.digest('hex'),
  };
}

/** Collects a stream into windows for the scanner and carries what it has not used over to the next. */
class StreamWindow {
  readonly hash: Hash = createHash('sha256');
  inflatedBytes = 0;
  readonly #scanner: FileScanner;
  #buffer: Buffer = Buffer.alloc(2 * streamWindowBytes);
  #length = 0;
  /** Bytes that must be there before scanning is tried again: doubles while one record fills the window. */
  #threshold = streamWindowBytes;
  #baseOffset = 0;
  #isChecked = false;

  constructor(scanner: FileScanner) {
    this.#scanner = scanner;
  }

  /** Returns the reason if the content is no log. */
  push(chunk: Buffer): string | null {
    this.hash.update(chunk);
    this.inflatedBytes += chunk.length;
    this.#reserve(chunk.length);
    chunk.copy(this.#buffer, this.#length);
    this.#length += chunk.length;
    if (!this.#isChecked && this.#length >= 4096) {
      this.#isChecked = true;
      const head = this.#buffer.subarray(0, 4096);
      if (looksLikeCsv(decoder.decode(head))) return `A CSV of more than ${wholeFileBytes >> 20} MiB: split it first`;
      if (!looksLikeLog(head)) return notALog(head);
    }
    if (this.#length >= this.#threshold) this.#scan(false);
    return null;
  }

  end(): void {
    this.#scan(true);
  }

  #scan(isFinal: boolean): void {
    const used = this.#scanner.scanWindow(this.#buffer, 0, this.#length, isFinal, this.#baseOffset);
    this.#buffer.copyWithin(0, used, this.#length);
    this.#length -= used;
    this.#baseOffset += used;
    this.#threshold = Math.min(Math.max(streamWindowBytes, this.#length * 2), 2 * maximumItemBytes);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = Buffer.alloc(this.#buffer.length * 2);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
