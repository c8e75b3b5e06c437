/**
 * The fast path: reads consecutive ordinary records into the chunk. A record that is anything but ordinary is not
 * taken: the plain path (record-scanner.ts) reads it. What is taken is, to the byte, what the plain path would store.
 */
import { clearFlags, sawEscape, sawSpace, skipSpace, skipString, skipValue } from './json';
import { addOther, enterObject, finishOverlay, leaveObject, overlayStart, resetOverlay, setOverlay } from './overlay';
import {
  commitRow,
  dropRow,
  heapEnd,
  heapLength,
  openRows,
  row,
  setBoolean,
  setColumns,
  setInteger,
  setText,
  setTimestamp,
  setUuid,
} from './row';
import { compactJson, decodeString } from './text';
import { areSimpleResources, isPlainIPv4, micros, readTimestamp, readUuid, uuidHigh, uuidLow } from './values';

// @ts-ignore: decorator
@external('host', 'isIPv6')
declare function isIPv6(start: usize, length: i32): bool;

/** Kinds of fields; the numbers are fast-scanner.ts's. */
const textKind: u32 = 1;
const jsonKind: u32 = 2;
const uuidKind: u32 = 3;
const timestampKind: u32 = 4;
const booleanKind: u32 = 5;
const resourcesKind: u32 = 6;
const objectKind: u32 = 7;

const tableSlots: u32 = 256;
const tableBytes: u32 = tableSlots << 4;

const rowsPerChunk: u32 = 2048;
const fullHeapBytes: u32 = 4 * 1024 * 1024;
/** The window, the overlay and the heap's free room are made for records up to this. */
const maximumBytes: usize = 1024 * 1024;

let tables: usize = 0;
let eventNameColumn: u32 = 0;
let eventSourceColumn: u32 = 0;
let sourceIPAddressColumn: u32 = 0;
let sourceIpColumn: u32 = 0;
let otherFieldsColumn: u32 = 0;
let fileIdColumn: u32 = 0;
let recordIndexColumn: u32 = 0;

/** The number of the record that last had a value for this column, or this object. */
const seen = memory.data(1024);
const seenObjects = memory.data(256);
let recordNumber: u32 = 0;

let hasDecisiveField = false;
let hasUuid = false;
let isBucketNotice = false;
let filledColumns: u32 = 0;
let addressStart: usize = 0;
let addressEnd: usize = 0;

export function configure(columns: usize, columnCount: u32, fieldTables: usize, overlayAt: usize, heap: usize): void {
  setColumns(columns, columnCount, heap);
  setOverlay(overlayAt);
  tables = fieldTables;
}

export function nameColumns(
  eventName: u32,
  eventSource: u32,
  sourceIPAddress: u32,
  sourceIp: u32,
  otherFields: u32,
  fileId: u32,
  recordIndex: u32,
): void {
  eventNameColumn = eventName;
  eventSourceColumn = eventSource;
  sourceIPAddressColumn = sourceIPAddress;
  sourceIpColumn = sourceIp;
  otherFieldsColumn = otherFields;
  fileIdColumn = fileId;
  recordIndexColumn = recordIndex;
}

export function rowCount(): u32 {
  return row;
}

export function heapBytes(): u32 {
  return heapLength;
}

/** Reads records from the `{` at `at` on, until the chunk is full or one is not taken; returns where the last one ends, or 0. */
export function scan(at: usize, atRow: u32, atHeap: u32, fileId: u32, recordIndex: u32): usize {
  let lastEnd: usize = 0;
  openRows(atRow, atHeap);
  while (true) {
    const end = readRecord(at);
    if (end == 0 || end - at > maximumBytes) {
      dropRow();
      return lastEnd;
    }
    setInteger(fileIdColumn, fileId);
    setInteger(recordIndexColumn, recordIndex++);
    commitRow();
    lastEnd = end;
    if (row == rowsPerChunk || heapLength >= fullHeapBytes) return lastEnd;
    at = skipSpace(end);
    if (load<u8>(at) != 0x2c) return lastEnd;
    at = skipSpace(at + 1);
    if (load<u8>(at) != 0x7b) return lastEnd;
  }
}

/** The slots of field-tables.ts: the same sum. */
// @ts-ignore: decorator
@inline
function slotOf(at: usize, length: u32): u32 {
  const first: u32 = load<u8>(at);
  const middle: u32 = load<u8>(at + (length >> 1));
  const last: u32 = load<u8>(at + length - 1);
  return (length * 67 + first * 7 + middle * 131 + last * 29) & (tableSlots - 1);
}

/** The entry for a key in an object's table, or 0: key address, key length, kind, column or object. */
function findField(table: u32, at: usize, length: u32): usize {
  if (length == 0) return 0;
  const start = tables + table * tableBytes;
  let slot = slotOf(at, length);
  while (true) {
    const entry = start + (slot << 4);
    const keyLength = load<u32>(entry, 4);
    if (keyLength == 0) return 0;
    if (keyLength == length) {
      const key = <usize>load<u32>(entry);
      let index: u32 = 0;
      while (index < length && load<u8>(key + index) == load<u8>(at + index)) index++;
      if (index == length) return entry;
    }
    slot = (slot + 1) & (tableSlots - 1);
  }
}

function readRecord(start: usize): usize {
  recordNumber++;
  resetOverlay();
  hasDecisiveField = hasUuid = isBucketNotice = false;
  filledColumns = 0;
  addressStart = 0;
  const end = readObject(start, 0);
  if (end == 0) return 0;
  if (load<u32>(seen + (eventNameColumn << 2)) != recordNumber || !hasDecisiveField || isBucketNotice || !hasUuid) return 0;
  if (addressStart != 0) setSourceIp(addressStart, addressEnd);
  // Copied from outside the heap: its address is taken before.
  const length = finishOverlay();
  if (length > 0) setText(otherFieldsColumn, overlayStart(), length);
  return end;
}

/** At `{`: table 0 is the record itself. */
function readObject(at: usize, table: u32): usize {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x7d) return at + 1;
  while (true) {
    if (load<u8>(at) != 0x22) return 0;
    const keyStart = at;
    clearFlags();
    at = skipString(at);
    if (at == 0 || sawEscape || load<u8>(keyStart, 1) == 0x24) return 0;
    const keyEnd = at;
    at = skipSpace(at);
    if (load<u8>(at) != 0x3a) return 0;
    at = skipSpace(at + 1);
    const entry = findField(table, keyStart + 1, <u32>(keyEnd - keyStart) - 2);
    at = entry == 0 ? readUnknown(at, keyStart, keyEnd) : readKnown(at, entry, keyStart, keyEnd, table == 0);
    if (at == 0) return 0;
    at = skipSpace(at);
    const next: u32 = load<u8>(at);
    if (next == 0x7d) return at + 1;
    if (next != 0x2c) return 0;
    at = skipSpace(at + 1);
  }
}

function readUnknown(start: usize, keyStart: usize, keyEnd: usize): usize {
  clearFlags();
  const end = skipValue(start);
  if (end != 0) addOther(keyStart, keyEnd, start, end, !sawEscape && !sawSpace);
  return end;
}

function readKnown(start: usize, entry: usize, keyStart: usize, keyEnd: usize, isRecord: bool): usize {
  const kind = load<u32>(entry, 8);
  const column = load<u32>(entry, 12);
  const byte: u32 = load<u8>(start);
  if (kind == objectKind) {
    const seenAt = seenObjects + (column << 2);
    if (load<u32>(seenAt) == recordNumber) return 0;
    store<u32>(seenAt, recordNumber);
    if (byte != 0x7b) return readUnknown(start, keyStart, keyEnd);
    const filledBefore = filledColumns;
    enterObject(keyStart, keyEnd);
    const end = readObject(start, column + 1);
    if (end == 0) return 0;
    leaveObject(filledColumns == filledBefore);
    if (isRecord) hasDecisiveField = true;
    return end;
  }
  const seenAt = seen + (column << 2);
  if (load<u32>(seenAt) == recordNumber) return 0;
  store<u32>(seenAt, recordNumber);
  if (isRecord && column != eventNameColumn && column != eventSourceColumn) hasDecisiveField = true;
  clearFlags();
  const end = skipValue(start);
  if (end == 0) return 0;
  let isExact = false;
  if (byte != 0x6e) {
    filledColumns++;
    // Each keeps the flags as they are for the value, for what follows.
    if (kind == textKind) {
      if (byte == 0x22) {
        if (!readText(column, start, end)) return 0;
        isExact = true;
      } else if (byte != 0x7b && byte != 0x5b) {
        setText(column, start, <u32>(end - start));
      }
    } else if (kind == jsonKind) {
      setJson(column, start, end);
      isExact = true;
    } else if (kind == resourcesKind) {
      setJson(column, start, end);
      const isPlain = !sawEscape && !sawSpace;
      if (byte != 0x5b || !areSimpleResources(start)) addOther(keyStart, keyEnd, start, end, isPlain);
      return end;
    } else {
      if (!readTyped(kind, column, byte, start, end)) return 0;
      isExact = true;
    }
  }
  if (!isExact) addOther(keyStart, keyEnd, start, end, !sawEscape && !sawSpace);
  return end;
}

/** False: text that the plain path has to look at. */
function readText(column: u32, start: usize, end: usize): bool {
  let from = start + 1;
  let to = end - 1;
  if (sawEscape) {
    from = heapEnd();
    to = decodeString(start + 1, end - 1, from);
  } else if (column == eventSourceColumn) {
    // S3's bucket notifications: see record-scanner.ts.
    isBucketNotice = load<u8>(start, 4) == 0x3a && load<u8>(start, 1) == 0x61;
  }
  // A byte order mark is lost on the way back out of DuckDB.
  if (to > from && load<u8>(from) == 0xef) return false;
  if (column == sourceIPAddressColumn) {
    // Decoded text lies in the heap, or is overwritten if it is short: an address with escapes is rare.
    if (sawEscape) return false;
    addressStart = from;
    addressEnd = to;
  }
  setText(column, from, <u32>(to - from));
  return true;
}

function setJson(column: u32, start: usize, end: usize): void {
  if (!sawEscape && !sawSpace) setText(column, start, <u32>(end - start));
  else {
    const to = heapEnd();
    setText(column, to, <u32>(compactJson(start, end, to) - to));
  }
}

/** False: a form that the plain path has to look at. */
function readTyped(kind: u32, column: u32, byte: u32, start: usize, end: usize): bool {
  if (kind == booleanKind) {
    if (byte != 0x74 && byte != 0x66) return false;
    setBoolean(column, byte == 0x74);
    return true;
  }
  if (byte != 0x22 || sawEscape) return false;
  if (kind == uuidKind) {
    if (end - start != 38 || !readUuid(start + 1)) return false;
    setUuid(column, uuidHigh, uuidLow);
    hasUuid = true;
    return true;
  }
  if (kind != timestampKind || end - start != 22 || !readTimestamp(start + 1)) return false;
  setTimestamp(column, micros);
  return true;
}

function setSourceIp(start: usize, end: usize): void {
  const length = <u32>(end - start);
  if (length < 2 || length > 45) return;
  if (!isPlainIPv4(start, end)) {
    let at = start;
    while (at < end && at < start + 5 && load<u8>(at) != 0x3a) at++;
    if (at == end || at == start + 5 || !isIPv6(start, length)) return;
  }
  setText(sourceIpColumn, start, length);
}
