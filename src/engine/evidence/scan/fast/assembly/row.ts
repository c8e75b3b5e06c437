/** The open row of the chunk: the same memory, in the same form, as ChunkBuilder's (see chunk-builder.ts). */
import { copy } from './text';

/** Longer strings are not shared. */
const sharedBytes: u32 = 1024;
const sharedSlots: u32 = 512;
const inlineBytes: u32 = 12;

/** 16 bytes a column: where its data, its validity and its table of shared strings (or 0) are, and its `isUsed` byte. */
let columns: usize = 0;
let columnCount: u32 = 0;
let heap: usize = 0;

export let row: u32 = 0;
export let heapLength: u32 = 0;
let rowHeapStart: u32 = 0;

/** Entries of the shared tables that this row made; undone with it. */
const madeShared = memory.data(1024);
let madeSharedCount: u32 = 0;

export function setColumns(at: usize, count: u32, heapAt: usize): void {
  columns = at;
  columnCount = count;
  heap = heapAt;
}

export function openRows(atRow: u32, atHeap: u32): void {
  row = atRow;
  heapLength = atHeap;
  rowHeapStart = atHeap;
  madeSharedCount = 0;
}

export function commitRow(): void {
  row++;
  rowHeapStart = heapLength;
  madeSharedCount = 0;
}

export function dropRow(): void {
  const word = (row >> 5) << 2;
  const mask: u32 = ~(1 << (row & 31));
  for (let column: u32 = 0; column < columnCount; column++) {
    const at = <usize>load<u32>(columns + (column << 4), 4) + word;
    store<u32>(at, load<u32>(at) & mask);
  }
  heapLength = rowHeapStart;
  for (let index: u32 = 0; index < madeSharedCount; index++) {
    store<u16>(<usize>load<u32>(madeShared + (index << 2)), 0);
  }
  madeSharedCount = 0;
}

// @ts-ignore: decorator
@inline
function markSet(entry: usize): void {
  const at = <usize>load<u32>(entry, 4) + ((row >> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << (row & 31)));
  store<u8>(<usize>load<u32>(entry, 12), 1);
}

function isEqual(left: usize, right: usize, length: u32): bool {
  const end = left + length;
  while (left + 16 <= end) {
    if (v128.any_true(v128.xor(v128.load(left), v128.load(right)))) return false;
    left += 16;
    right += 16;
  }
  while (left < end) if (load<u8>(left++) != load<u8>(right++)) return false;
  return true;
}

/** Free room of the heap, for text that is written there first. */
// @ts-ignore: decorator
@inline
export function heapEnd(): usize {
  return heap + heapLength;
}

/** `start` may be `heapEnd()`: then the text is already in its place. */
export function setText(column: u32, start: usize, length: u32): void {
  const entry = columns + (column << 4);
  const at = <usize>load<u32>(entry) + (row << 4);
  markSet(entry);
  if (length <= inlineBytes) {
    // Bytes behind the text are masked out: 64 bits, then 32.
    const low = load<u64>(start);
    const high: u64 = load<u32>(start, 8);
    const first = length == 0 ? 0 : length >= 8 ? low : low & (u64.MAX_VALUE >> (64 - (<u64>length << 3)));
    const second = length <= 8 ? 0 : high & (<u64>0xffffffff >> (32 - (<u64>(length - 8) << 3)));
    store<u32>(at, length);
    store<u64>(at, first, 4);
    store<u32>(at, <u32>second, 12);
    return;
  }
  const shared = <usize>load<u32>(entry, 8);
  store<u32>(at, length);
  store<u32>(at, load<u32>(start), 4);
  if (shared != 0 && length < sharedBytes) {
    const tail = load<u64>(start + length - 8);
    const middle = load<u32>(start + (length >> 1));
    const mixed: u64 = (tail ^ (<u64>middle << 17) ^ <u64>length) * 0x9e3779b97f4a7c15;
    const slot = shared + ((<u32>(mixed >> 40) & (sharedSlots - 1)) << 1);
    const first: u32 = load<u16>(slot);
    if (first != 0) {
      const other = <usize>load<u32>(entry) + ((first - 1) << 4);
      if (load<u32>(other) == length && isEqual(heap + load<u32>(other, 8), start, length)) {
        store<u32>(at, load<u32>(other, 8), 8);
        store<u32>(at, first, 12);
        return;
      }
    }
    store<u16>(slot, row + 1);
    store<u32>(madeShared + (madeSharedCount << 2), <u32>slot);
    madeSharedCount++;
  }
  store<u32>(at, heapLength, 8);
  store<u32>(at, row + 1, 12);
  if (start != heapEnd()) copy(heapEnd(), start, length);
  heapLength += length;
}

export function setBoolean(column: u32, value: bool): void {
  const entry = columns + (column << 4);
  store<u8>(<usize>load<u32>(entry) + row, value);
  markSet(entry);
}

export function setInteger(column: u32, value: u32): void {
  const entry = columns + (column << 4);
  store<u32>(<usize>load<u32>(entry) + (row << 2), value);
  markSet(entry);
}

export function setTimestamp(column: u32, micros: i64): void {
  const entry = columns + (column << 4);
  store<i64>(<usize>load<u32>(entry) + (row << 3), micros);
  markSet(entry);
}

/** DuckDB keeps a UUID as a little-endian 128-bit integer, top bit flipped. */
export function setUuid(column: u32, high: u64, low: u64): void {
  const entry = columns + (column << 4);
  const at = <usize>load<u32>(entry) + (row << 4);
  store<u64>(at, low);
  store<u64>(at, high ^ 0x8000000000000000, 8);
  markSet(entry);
}
