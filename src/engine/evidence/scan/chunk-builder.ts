import { feedColumns } from './record-layout.ts';

/** DuckDB's vector size. */
export const rowsPerChunk = 2048;

/** A chunk is closed early once its long strings take this much. */
const fullHeapBytes = 4 * 1024 * 1024;

const widthOf = { text: 16, json: 16, uuid: 16, timestamp: 8, boolean: 1, integer: 4 } as const;

/** Strings up to this length lie inside DuckDB's 16-byte string entry; longer ones are handed over one by one. */
export const inlineBytes = 12;

export interface ChunkColumn {
  readonly column: number;
  /** Offset of the column's entries in `buffer`. */
  readonly dataOffset: number;
  /** Offset of the column's validity bits in `buffer`. */
  readonly validityOffset: number;
}

/**
 * Up to 2,048 rows in DuckDB's own vector layout, ready to be copied. A text entry is four 32-bit words: the length,
 * then either the bytes (up to 12), or for a longer string: its first four bytes, its offset in the heap, and 1 + the
 * row that holds the first copy of the same string (that row itself for the first).
 */
export interface Chunk {
  readonly rowCount: number;
  readonly buffer: ArrayBuffer;
  /** Columns that have at least one value; all others are NULL throughout. */
  readonly columns: readonly ChunkColumn[];
  readonly heapOffset: number;
  readonly heapBytes: number;
}

const bufferStepBytes = 1024 * 1024;
const maximumSpareBuffers = 8;

const validityBytesPerChunk = rowsPerChunk / 8;
const sharedSlots = 512;
const firstHeapBytes = 12 * 1024 * 1024;

/** Where a builder keeps its rows in its memory. All offsets are multiples of 16. */
export interface ChunkLayout {
  readonly columns: readonly {
    readonly dataOffset: number;
    readonly validityOffset: number;
    /** Per hash: row + 1 of a string of this chunk; 0 for columns whose values don't repeat. */
    readonly sharedOffset: number;
  }[];
  /** One byte a column: it has a value. */
  readonly usedOffset: number;
  readonly heapOffset: number;
}

export function chunkLayout(base: number): ChunkLayout {
  let next = base;
  const place = (bytes: number): number => {
    const offset = next;
    next += (bytes + 15) & ~15;
    return offset;
  };
  const columns = feedColumns.map((column) => ({
    dataOffset: place(rowsPerChunk * widthOf[column.kind]),
    validityOffset: place(validityBytesPerChunk),
    sharedOffset: column.isRepetitive ? place(sharedSlots * 2) : 0,
  }));
  return { columns, usedOffset: place(feedColumns.length), heapOffset: place(0) };
}

/** Memory that grows by pages of 64 KiB, as WebAssembly's does: after that its `buffer` is another one. */
export interface GrowableMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): unknown;
}

/** Memory that grows by being made anew: what a builder uses that shares nothing with WebAssembly. */
class PlainMemory implements GrowableMemory {
  buffer = new ArrayBuffer(0);

  grow(pages: number): void {
    const larger = new ArrayBuffer(this.buffer.byteLength + pages * pageBytes);
    new Uint8Array(larger).set(new Uint8Array(this.buffer));
    this.buffer = larger;
  }
}

const pageBytes = 64 * 1024;

/** Collects rows column by column. One row is open at a time: set its values, then `commitRow` or `dropRow`. */
export class ChunkBuilder {
  rowCount = 0;
  readonly layout: ChunkLayout;
  readonly #memory: GrowableMemory;
  #data: Uint8Array[] = [];
  #words: Uint32Array[] = [];
  #validity: Uint32Array[] = [];
  #shared: (Uint16Array | null)[] = [];
  #isUsed = new Uint8Array(0);
  #heap = new Uint8Array(0);
  #heapEnd = 0;
  readonly #spare: ArrayBuffer[] = [];
  #rowHeapStart = 0;

  /** With a WebAssembly memory the rows lie there from `base` on, so that a module can write them, too. */
  constructor(memory: GrowableMemory | null = null, base = 16) {
    this.#memory = memory ?? new PlainMemory();
    this.layout = chunkLayout(base);
    this.#attach(firstHeapBytes);
  }

  /** Makes room for a heap of so many bytes, and looks at the memory anew: growing detaches what looked at it before. */
  #attach(heapBytes: number): void {
    const { columns, usedOffset, heapOffset } = this.layout;
    const missing = heapOffset + heapBytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    const { buffer } = this.#memory;
    this.#data = columns.map(
      ({ dataOffset }, index) => new Uint8Array(buffer, dataOffset, rowsPerChunk * widthOf[feedColumns[index]!.kind]),
    );
    this.#words = this.#data.map(({ byteOffset, byteLength }) => new Uint32Array(buffer, byteOffset, byteLength >> 2));
    this.#validity = columns.map(
      ({ validityOffset }) => new Uint32Array(buffer, validityOffset, validityBytesPerChunk >> 2),
    );
    this.#shared = columns.map(({ sharedOffset }) =>
      sharedOffset === 0 ? null : new Uint16Array(buffer, sharedOffset, sharedSlots),
    );
    this.#isUsed = new Uint8Array(buffer, usedOffset, feedColumns.length);
    this.#heap = new Uint8Array(buffer, heapOffset);
  }

  get isFull(): boolean {
    return this.rowCount === rowsPerChunk || this.#heapEnd >= fullHeapBytes;
  }

  get heapBytes(): number {
    return this.#heapEnd;
  }

  /** Makes sure that the heap has so many bytes free. */
  reserveHeap(bytes: number): void {
    if (this.#heapEnd + bytes > this.#heap.length) this.#attach(Math.max(this.#heap.length * 2, this.#heapEnd + bytes));
  }

  /** Takes over rows that were written straight into the memory. */
  adopt(rowCount: number, heapBytes: number): void {
    this.rowCount = rowCount;
    this.#heapEnd = this.#rowHeapStart = heapBytes;
  }

  commitRow(): void {
    this.rowCount++;
    this.#rowHeapStart = this.#heapEnd;
  }

  dropRow(): void {
    const mask = ~(1 << (this.rowCount & 31));
    const word = this.rowCount >> 5;
    for (const validity of this.#validity) validity[word]! &= mask;
    this.#heapEnd = this.#rowHeapStart;
    for (const shared of this.#shared) {
      if (!shared) continue;
      for (let slot = 0; slot < sharedSlots; slot++) if (shared[slot]! > this.rowCount) shared[slot] = 0;
    }
  }

  isSet(column: number): boolean {
    return (this.#validity[column]![this.rowCount >> 5]! & (1 << (this.rowCount & 31))) !== 0;
  }

  #markSet(column: number): void {
    this.#validity[column]![this.rowCount >> 5]! |= 1 << (this.rowCount & 31);
    this.#isUsed[column] = 1;
  }

  setText(column: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const words = this.#words[column]!;
    const at = this.rowCount << 2;
    words[at] = length;
    this.#markSet(column);
    if (length <= inlineBytes) {
      words[at + 1] = words[at + 2] = words[at + 3] = 0;
      const data = this.#data[column]!;
      const to = (this.rowCount << 4) + 4;
      for (let index = 0; index < length; index++) data[to + index] = bytes[start + index]!;
      return;
    }
    words[at + 1] = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24);
    const shared = this.#shared[column]!;
    if (shared && length < 1024) {
      const slot =
        (length * 31 +
          bytes[start + 6]! * 7 +
          bytes[end - 1]! * 131 +
          bytes[end - 3]! * 257 +
          bytes[end - 6]! * 61 +
          bytes[start + (length >> 1)]! * 17) &
        (sharedSlots - 1);
      const first = shared[slot]!;
      if (first !== 0 && this.#holds(words, first - 1, bytes, start, length)) {
        words[at + 2] = words[((first - 1) << 2) + 2]!;
        words[at + 3] = first;
        return;
      }
      shared[slot] = this.rowCount + 1;
    }
    const offset = this.#append(bytes, start, end);
    // Appending may have moved the memory.
    this.#words[column]!.set([offset, this.rowCount + 1], at + 2);
  }

  #holds(words: Uint32Array, row: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (words[row << 2] !== length) return false;
    const heap = this.#heap;
    const from = words[(row << 2) + 2]!;
    for (let index = 0; index < length; index++) if (heap[from + index] !== bytes[start + index]) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const offset = this.#heapEnd;
    this.reserveHeap(length);
    if (length < 48) {
      const heap = this.#heap;
      for (let index = 0; index < length; index++) heap[offset + index] = bytes[start + index]!;
    } else {
      this.#heap.set(bytes.subarray(start, end), offset);
    }
    this.#heapEnd = offset + length;
    return offset;
  }

  setBoolean(column: number, value: boolean): void {
    this.#data[column]![this.rowCount] = value ? 1 : 0;
    this.#markSet(column);
  }

  setInteger(column: number, value: number): void {
    this.#words[column]![this.rowCount] = value;
    this.#markSet(column);
  }

  /** Microseconds since 1970 UTC, as a safe integer. */
  setTimestamp(column: number, micros: number): void {
    const high = Math.floor(micros / 4294967296);
    this.#words[column]![this.rowCount * 2] = micros - high * 4294967296;
    this.#words[column]![this.rowCount * 2 + 1] = high >>> 0;
    this.#markSet(column);
  }

  /** Sixteen bytes, most significant first. DuckDB keeps a UUID as a little-endian 128-bit integer, top bit flipped. */
  setUuid(column: number, uuid: Uint8Array): void {
    const data = this.#data[column]!;
    const at = this.rowCount << 4;
    for (let index = 0; index < 16; index++) data[at + index] = uuid[15 - index]!;
    data[at + 15]! ^= 0x80;
    this.#markSet(column);
  }

  /** Hands the rows over and starts afresh. */
  take(): Chunk {
    const rowCount = this.rowCount;
    const validityBytes = ((rowCount + 63) >> 6) << 3;
    const columns: ChunkColumn[] = [];
    let size = 0;
    feedColumns.forEach((feed, column) => {
      if (!this.#isUsed[column]) return;
      const dataBytes = (rowCount * widthOf[feed.kind] + 7) & ~7;
      columns.push({ column, dataOffset: size, validityOffset: size + dataBytes });
      size += dataBytes + validityBytes;
    });
    const buffer = this.#buffer(size + this.#heapEnd);
    const target = new Uint8Array(buffer);
    for (const { column, dataOffset, validityOffset } of columns) {
      const width = widthOf[feedColumns[column]!.kind];
      target.set(this.#data[column]!.subarray(0, rowCount * width), dataOffset);
      const validity = this.#validity[column]!;
      target.set(new Uint8Array(validity.buffer, validity.byteOffset, validityBytes), validityOffset);
    }
    target.set(this.#heap.subarray(0, this.#heapEnd), size);
    const chunk = { rowCount, buffer, columns, heapOffset: size, heapBytes: this.#heapEnd };
    this.#reset();
    return chunk;
  }

  /** Takes back a buffer that was copied: memory that is fresh for every chunk costs more than filling it. */
  recycle(buffer: ArrayBuffer): void {
    if (this.#spare.length < maximumSpareBuffers) this.#spare.push(buffer);
  }

  #buffer(size: number): ArrayBuffer {
    const index = this.#spare.findIndex((buffer) => buffer.byteLength >= size);
    if (index >= 0) return this.#spare.splice(index, 1)[0]!;
    this.#spare.shift();
    return new ArrayBuffer(Math.ceil(size / bufferStepBytes) * bufferStepBytes);
  }

  #reset(): void {
    this.rowCount = 0;
    this.#heapEnd = 0;
    this.#rowHeapStart = 0;
    this.#isUsed.fill(0);
    for (const validity of this.#validity) validity.fill(0);
    for (const shared of this.#shared) shared?.fill(0);
  }
}
