/** `otherFields` of the open record, as overlay.ts builds it on the plain path. */
import { compactJson, copy } from './text';

/** 12 bytes an open object: where its key (with quotes) begins and ends, and whether it was written. */
const path = memory.data(192);
let depth: u32 = 0;
let start: usize = 0;
let end: usize = 0;
let needsComma = false;

export function setOverlay(at: usize): void {
  start = at;
}

export function resetOverlay(): void {
  end = start;
  depth = 0;
  needsComma = false;
}

export function overlayStart(): usize {
  return start;
}

/** Closes the text and returns its length; 0 if there was no entry. */
export function finishOverlay(): u32 {
  if (end == start) return 0;
  store<u8>(end++, 0x7d);
  return <u32>(end - start);
}

export function enterObject(keyStart: usize, keyEnd: usize): void {
  const entry = path + depth * 12;
  store<u32>(entry, <u32>keyStart);
  store<u32>(entry, <u32>keyEnd, 4);
  store<u32>(entry, 0, 8);
  depth++;
}

export function leaveObject(wasEmpty: bool): void {
  depth--;
  const entry = path + depth * 12;
  if (load<u32>(entry, 8) != 0) {
    store<u8>(end++, 0x7d);
    needsComma = true;
  } else if (wasEmpty) {
    writeKey(load<u32>(entry), load<u32>(entry, 4));
    store<u16>(end, 0x7d7b);
    end += 2;
    needsComma = true;
  }
}

export function addOther(keyStart: usize, keyEnd: usize, valueStart: usize, valueEnd: usize, isPlain: bool): void {
  writeKey(keyStart, keyEnd);
  if (isPlain) {
    copy(end, valueStart, valueEnd - valueStart);
    end += valueEnd - valueStart;
  } else {
    end = compactJson(valueStart, valueEnd, end);
  }
  needsComma = true;
}

function writeKey(keyStart: usize, keyEnd: usize): void {
  if (end == start) store<u8>(end++, 0x7b);
  for (let index: u32 = 0; index < depth; index++) {
    const entry = path + index * 12;
    if (load<u32>(entry, 8) != 0) continue;
    writeKeyOnly(load<u32>(entry), load<u32>(entry, 4));
    store<u8>(end++, 0x7b);
    store<u32>(entry, 1, 8);
    needsComma = false;
  }
  writeKeyOnly(keyStart, keyEnd);
}

function writeKeyOnly(keyStart: usize, keyEnd: usize): void {
  if (needsComma) store<u8>(end++, 0x2c);
  copy(end, keyStart, keyEnd - keyStart);
  end += keyEnd - keyStart;
  store<u8>(end++, 0x3a);
}
