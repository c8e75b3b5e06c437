import duckdb from '@duckdb/node-bindings';
import { inlineBytes, rowsPerChunk, type Chunk, type ChunkColumn } from '../scan/chunk-builder.ts';
import { feedColumns, type FeedKind } from '../scan/record-layout.ts';

type DataChunk = Parameters<typeof duckdb.data_chunk_set_size>[0];
type Vector = Parameters<typeof duckdb.vector_get_data>[0];

/** Copies a scanned chunk into DuckDB's: the feed's columns, and behind them one BLOB column that nobody reads. */
export type FillChunk = (target: DataChunk, chunk: Chunk) => void;

/** The number of the BLOB column. */
export const heapColumn = feedColumns.length;

const widthOf: Record<FeedKind, number> = { text: 16, json: 16, uuid: 16, timestamp: 8, boolean: 1, integer: 4 };
const nothingValid = new ArrayBuffer(rowsPerChunk / 8);

/** Throws if anything the chunk says of itself lies outside its buffer or DuckDB's vectors: native code would not notice. */
function checkBounds({ rowCount, buffer, columns, heapOffset, heapBytes }: Chunk): void {
  const validityBytes = ((rowCount + 63) >> 6) << 3;
  let isSound = rowCount > 0 && rowCount <= rowsPerChunk && heapOffset + heapBytes <= buffer.byteLength;
  let last = -1;
  for (const { column, dataOffset, validityOffset } of columns) {
    const feed = feedColumns[column];
    isSound &&= column > last && feed !== undefined && validityOffset + validityBytes <= buffer.byteLength;
    isSound &&= feed !== undefined && dataOffset + rowCount * widthOf[feed.kind] <= buffer.byteLength;
    last = column;
  }
  if (!isSound) throw new Error('A scanned chunk is not in order');
}

function fill(target: DataChunk, chunk: Chunk, fillText: (vector: Vector, column: ChunkColumn) => void): void {
  const { buffer, columns, rowCount } = chunk;
  const validityBytes = ((rowCount + 63) >> 6) << 3;
  let next = 0;
  for (let column = 0; column <= heapColumn; column++) {
    const vector = duckdb.data_chunk_get_vector(target, column);
    duckdb.vector_ensure_validity_writable(vector);
    const present = columns[next];
    if (present?.column !== column) {
      duckdb.copy_data_to_vector_validity(vector, 0, nothingValid, 0, validityBytes);
      continue;
    }
    next++;
    const { kind } = feedColumns[column]!;
    if (kind === 'text' || kind === 'json') fillText(vector, present);
    else duckdb.copy_data_to_vector(vector, 0, buffer, present.dataOffset, rowCount * widthOf[kind]);
    duckdb.copy_data_to_vector_validity(vector, 0, buffer, present.validityOffset, validityBytes);
  }
}

/**
 * The fast way: all long strings go into DuckDB's memory at once, as a value of the BLOB column, and the entries of the
 * text columns become pointers into it. DuckDB reads what a table function yields before it asks for the next chunk, and
 * copies strings that it keeps; until then the BLOB's memory belongs to the same chunk as the entries. Each entry is
 * checked to lie within the heap first. `feed-self-test.ts` compares it with the other way.
 */
export const fillByPointers: FillChunk = (target, chunk) => {
  checkBounds(chunk);
  duckdb.data_chunk_set_size(target, chunk.rowCount);
  const [low, high] = heapAddress(target, chunk);
  fill(target, chunk, (vector, { dataOffset, validityOffset }) => {
    const { buffer, rowCount, heapBytes } = chunk;
    const words = new Uint32Array(buffer, dataOffset, rowCount * 4);
    const validity = new Uint32Array(buffer, validityOffset, (rowCount + 31) >> 5);
    for (let row = 0; row < rowCount; row++) {
      const at = row << 2;
      if ((validity[row >> 5]! & (1 << (row & 31))) === 0) {
        words[at] = words[at + 1] = words[at + 2] = words[at + 3] = 0;
      } else if (words[at]! > inlineBytes) {
        const offset = words[at + 2]!;
        if (offset + words[at]! > heapBytes) throw new Error('A scanned text lies outside its chunk');
        const address = low + offset;
        words[at + 2] = address;
        words[at + 3] = address > 0xffffffff ? high + 1 : high;
      }
    }
    duckdb.copy_data_to_vector(vector, 0, buffer, dataOffset, rowCount * 16);
  });
};

/** Copies the chunk's heap into DuckDB's memory; returns the low and the high word of where it is. */
function heapAddress(target: DataChunk, { buffer, heapOffset, heapBytes }: Chunk): [low: number, high: number] {
  // So short a string would lie within its own entry; and no long string can be in so short a heap.
  if (heapBytes <= inlineBytes) return [0, 0];
  const vector = duckdb.data_chunk_get_vector(target, heapColumn);
  duckdb.vector_assign_string_element_len(vector, 0, new Uint8Array(buffer, heapOffset, heapBytes));
  const entry = duckdb.vector_get_data(vector, 16);
  const words = new DataView(entry.buffer, entry.byteOffset, 16);
  if (words.getUint32(0, true) !== heapBytes) throw new Error('DuckDB did not keep the chunk’s texts');
  return [words.getUint32(8, true), words.getUint32(12, true)];
}

/**
 * The plain way: long strings are assigned one by one through the public API. Equal strings are assigned once: the
 * entry DuckDB made is then repeated within the vector.
 */
export const fillByStrings: FillChunk = (target, chunk) => {
  checkBounds(chunk);
  duckdb.data_chunk_set_size(target, chunk.rowCount);
  const heap = new Uint8Array(chunk.buffer, chunk.heapOffset, chunk.heapBytes);
  fill(target, chunk, (vector, column) => assignStrings(vector, chunk, column, heap));
};

function assignStrings(vector: Vector, chunk: Chunk, column: ChunkColumn, heap: Uint8Array): void {
  const { buffer, rowCount } = chunk;
  const { dataOffset, validityOffset } = column;
  const words = new Uint32Array(buffer, dataOffset, rowCount * 4);
  const validity = new Uint32Array(buffer, validityOffset, (rowCount + 31) >> 5);
  const firsts: number[] = [];
  const repeats: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    const at = row << 2;
    if ((validity[row >> 5]! & (1 << (row & 31))) === 0) {
      words[at] = 0;
    } else if (words[at]! > inlineBytes) {
      const first = words[at + 3]! - 1;
      if (first === row) firsts.push(row, words[at + 2]!, words[at]!);
      else repeats.push(row, first);
      words[at] = words[at + 1] = words[at + 2] = words[at + 3] = 0;
    }
  }
  duckdb.copy_data_to_vector(vector, 0, buffer, dataOffset, rowCount * 16);
  for (let index = 0; index < firsts.length; index += 3) {
    const offset = firsts[index + 1]!;
    const bytes = heap.subarray(offset, offset + firsts[index + 2]!);
    duckdb.vector_assign_string_element_len(vector, firsts[index]!, bytes);
  }
  if (repeats.length === 0) return;
  const made = duckdb.vector_get_data(vector, rowCount * 16);
  const entries = new Uint32Array(buffer, dataOffset, rowCount * 4);
  new Uint8Array(buffer, dataOffset, rowCount * 16).set(made);
  for (let index = 0; index < repeats.length; index += 2) {
    const to = repeats[index]! << 2;
    const from = repeats[index + 1]! << 2;
    entries[to] = entries[from]!;
    entries[to + 1] = entries[from + 1]!;
    entries[to + 2] = entries[from + 2]!;
    entries[to + 3] = entries[from + 3]!;
  }
  duckdb.copy_data_to_vector(vector, 0, buffer, dataOffset, rowCount * 16);
}
