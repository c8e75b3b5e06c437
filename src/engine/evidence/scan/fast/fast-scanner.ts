import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { ChunkBuilder } from '../chunk-builder.ts';
import {
  eventNameColumn,
  eventSourceColumn,
  feedColumns,
  fileIdColumn,
  otherFieldsColumn,
  recordIndexColumn,
  sourceIPAddressColumn,
  sourceIpColumn,
} from '../record-layout.ts';
import { writeFieldTables } from './field-tables.ts';

/** What the module (see `assembly/record-scanner.ts`) exports. Addresses and counts are unsigned 32-bit numbers. */
interface Exports {
  configure(columns: number, columnCount: number, fieldTables: number, overlay: number, heap: number): void;
  nameColumns(...columns: number[]): void;
  scan(at: number, row: number, heapBytes: number, fileId: number, recordIndex: number): number;
  rowCount(): number;
  heapBytes(): number;
}

/** The module's own data lie at the memory's beginning. */
const columnsOffset = 64 * 1024;
const tablesOffset = columnsOffset + 64 * 1024;
const windowOffset = tablesOffset + 128 * 1024;
/** Bytes of a file that are before the module at a time. It takes records of up to 1 MiB. */
const windowBytes = 2 * 1024 * 1024;
const largestRecordBytes = 1024 * 1024;
const paddingBytes = 64;
const overlayOffset = windowOffset + windowBytes + 64 * 1024;
const chunkOffset = overlayOffset + windowBytes + 64 * 1024;
/** What one record can add to the heap: each of its bytes twice. */
const heapBytesPerRecord = 2 * windowBytes + 64 * 1024;
const maximumPages = 16 * 1024;

const decoder = new TextDecoder();

/**
 * Reads ordinary records with WebAssembly into the chunk that it shares with the plain RecordScanner. What is not
 * ordinary it leaves alone, so that a caller gets the same rows with it and without it.
 */
export class FastScanner {
  readonly chunk: ChunkBuilder;
  /** How many records the last `take` took. */
  taken = 0;
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  #source: Uint8Array | null = null;
  /** The part of the source that lies in the window. */
  #from = 0;
  #to = 0;
  /** Up to here the source was seen not to be UTF-8: not checked again for each record. */
  #refusedTo = 0;

  /** Loads the built module. Throws where it is missing or the machine can't run it (it needs SIMD). */
  constructor(modulePath: URL) {
    const module = new WebAssembly.Module(readFileSync(modulePath));
    const memory = new WebAssembly.Memory({ initial: (chunkOffset >> 16) + 1, maximum: maximumPages });
    this.#memory = memory;
    this.chunk = new ChunkBuilder(memory, chunkOffset);
    const host = { isIPv6: (start: number, length: number) => (this.#isIPv6(start, length) ? 1 : 0) };
    const env = {
      memory,
      abort: () => {
        throw new Error('the scanner module stopped');
      },
    };
    this.#exports = new WebAssembly.Instance(module, { env, host }).exports as unknown as Exports;
    const { columns, usedOffset, heapOffset } = this.chunk.layout;
    const words = new Uint32Array(memory.buffer, columnsOffset, feedColumns.length * 4);
    columns.forEach(({ dataOffset, validityOffset, sharedOffset }, column) => {
      words.set([dataOffset, validityOffset, sharedOffset, usedOffset + column], column * 4);
    });
    writeFieldTables(new Uint8Array(memory.buffer, tablesOffset, windowOffset - tablesOffset), tablesOffset);
    this.#exports.configure(columnsOffset, feedColumns.length, tablesOffset, overlayOffset, heapOffset);
    this.#exports.nameColumns(
      eventNameColumn,
      eventSourceColumn,
      sourceIPAddressColumn,
      sourceIpColumn,
      otherFieldsColumn,
      fileIdColumn,
      recordIndexColumn,
    );
  }

  /** Forgets the bytes it holds a copy of: they are about to change. */
  forget(): void {
    this.#source = null;
    this.#refusedTo = 0;
  }

  /**
   * Takes records from the `{` at `start` on, each followed by a comma but for the last, as rows of the chunk: until
   * it is full, a record is not ordinary, or `limit`. Returns where the last one ends; -1 if none was taken.
   */
  take(bytes: Uint8Array, start: number, limit: number, fileId: number, recordIndex: number): number {
    if (start < this.#refusedTo) return -1;
    if (!this.#holds(bytes, start, limit) && !this.#load(bytes, start, limit)) return -1;
    const { chunk } = this;
    chunk.reserveHeap(heapBytesPerRecord);
    const rows = chunk.rowCount;
    const shift = windowOffset - this.#from;
    const end = this.#exports.scan(start + shift, rows, chunk.heapBytes, fileId, recordIndex);
    chunk.adopt(this.#exports.rowCount(), this.#exports.heapBytes());
    this.taken = chunk.rowCount - rows;
    return end === 0 ? -1 : end - shift;
  }

  #holds(bytes: Uint8Array, start: number, limit: number): boolean {
    if (this.#source !== bytes || start < this.#from || start >= this.#to) return false;
    return this.#to === limit || this.#to - start >= largestRecordBytes;
  }

  #load(bytes: Uint8Array, start: number, limit: number): boolean {
    const to = Math.min(limit, start + windowBytes);
    const part = bytes.subarray(start, to);
    // A window may end within a character: then only whole ones count, as a record ends with one.
    const whole = to === limit ? part : part.subarray(0, wholeCharacters(part));
    if (!isUtf8(whole)) {
      this.#refusedTo = to;
      return false;
    }
    const window = new Uint8Array(this.#memory.buffer, windowOffset, whole.length + paddingBytes);
    window.set(whole);
    // Zeros stop the module's scanner wherever it is.
    window.fill(0, whole.length);
    this.#source = bytes;
    this.#from = start;
    this.#to = to === limit ? to : start + whole.length;
    return true;
  }

  #isIPv6(start: number, length: number): boolean {
    return isIPv6(decoder.decode(new Uint8Array(this.#memory.buffer, start, length)));
  }
}

/** The length without a last character that may be cut off. */
function wholeCharacters(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes.length - length < 4 && (bytes[length - 1]! & 0xc0) === 0x80) length--;
  return length > 0 && bytes[length - 1]! >= 0xc0 ? length - 1 : bytes.length;
}
