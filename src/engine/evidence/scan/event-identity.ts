import { createHash } from 'node:crypto';
import { arrayElements, compactJson, objectMembers } from './json-text.ts';

const decoder = new TextDecoder();

/** Compact JSON with the keys of every object sorted: equal for records that differ only in order and layout. */
export function canonicalJson(bytes: Uint8Array, start: number, end: number): string {
  let at = start;
  while (bytes[at]! <= 0x20) at++;
  if (bytes[at] === 0x7b) {
    const members = objectMembers(bytes, at, end).map(
      (member) => [JSON.stringify(member.key), canonicalJson(bytes, member.start, member.end)] as const,
    );
    members.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    return `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`;
  }
  if (bytes[at] === 0x5b) {
    const elements = arrayElements(bytes, at, end);
    return `[${elements.map((element) => canonicalJson(bytes, element.start, element.end)).join(',')}]`;
  }
  return decoder.decode(compactJson(bytes, at, end));
}

/** `eventKey` (16 bytes) of an event whose eventID is text but no UUID. */
export function eventKeyOfText(eventID: string): Uint8Array {
  return createHash('sha256').update(`eventID:${eventID}`).digest().subarray(0, 16);
}

/** `eventKey` (16 bytes) of a record without an eventID: from its canonical content. */
export function eventKeyOfRecord(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return createHash('sha256')
    .update(`record:${canonicalJson(bytes, start, end)}`)
    .digest()
    .subarray(0, 16);
}

const hexValue = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 10; digit++) hexValue[0x30 + digit] = digit;
for (let digit = 0; digit < 6; digit++) hexValue[0x61 + digit] = hexValue[0x41 + digit] = 10 + digit;

/**
 * Reads a UUID of 36 characters into `target`. Returns `none` if the bytes are no UUID, `exact` if it is written in
 * lower case as DuckDB writes it, else `other case`.
 */
export function readUuid(
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): 'exact' | 'other case' | 'none' {
  if (end - start !== 36) return 'none';
  let isExact = true;
  let to = 0;
  for (let at = start; at < end;) {
    const index = at - start;
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (bytes[at] !== 0x2d) return 'none';
      at++;
      continue;
    }
    const high = hexValue[bytes[at]!]!;
    const low = hexValue[bytes[at + 1]!]!;
    if (high < 0 || low < 0) return 'none';
    if ((bytes[at]! >= 0x41 && bytes[at]! <= 0x46) || (bytes[at + 1]! >= 0x41 && bytes[at + 1]! <= 0x46)) {
      isExact = false;
    }
    target[to++] = (high << 4) | low;
    at += 2;
  }
  return isExact ? 'exact' : 'other case';
}
