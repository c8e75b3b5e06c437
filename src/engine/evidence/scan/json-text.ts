import { JsonCursor } from './json-cursor.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The text of a JSON string given with its quotes. Lone surrogates stay as they are in a JS string. */
export function decodeJsonString(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(decoder.decode(bytes.subarray(start, end))) as string;
}

/** True if the text has no lone surrogate, that is, if UTF-8 can hold it. */
export function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}

const loneSurrogates = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** One JSON string, in its shortest form: `\u003d` becomes `=`; what JSON must escape, and lone surrogates, stay escaped. */
function shortestString(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.replace(loneSurrogates, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A JSON value (already checked) as compact text: no white space between tokens, needless escapes resolved. Numbers,
 * key order and repeated keys are kept as written, so nothing is lost by value.
 */
export function compactJson(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const parts: string[] = [];
  const cursor = new JsonCursor(bytes, start, end);
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      cursor.position = at;
      cursor.sawEscape = false;
      cursor.skipString();
      const close = cursor.position;
      parts.push(
        cursor.sawEscape
          ? shortestString(decodeJsonString(bytes, at, close))
          : decoder.decode(bytes.subarray(at, close)),
      );
      at = close;
    } else if (byte <= 0x20) {
      at++;
    } else {
      let to = at + 1;
      while (to < end && bytes[to]! > 0x20 && bytes[to] !== 0x22) to++;
      parts.push(decoder.decode(bytes.subarray(at, to)));
      at = to;
    }
  }
  return encoder.encode(parts.join(''));
}

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/** The members of an object as slices, in order, repeated keys included. Throws JsonError. */
export function objectMembers(bytes: Uint8Array, start: number, end: number): JsonMember[] {
  const cursor = new JsonCursor(bytes, start, end);
  const members: JsonMember[] = [];
  cursor.expect(0x7b, '"{"');
  if (cursor.peek() === 0x7d) return members;
  for (;;) {
    if (cursor.peek() !== 0x22) cursor.fail('A key in quotes expected');
    const keyStart = cursor.position;
    cursor.skipString();
    const keyEnd = cursor.position;
    cursor.expect(0x3a, '":"');
    cursor.peek();
    const valueStart = cursor.position;
    cursor.skipValue();
    const key = decodeJsonString(bytes, keyStart, keyEnd);
    members.push({ key, keyStart, keyEnd, start: valueStart, end: cursor.position });
    const next = cursor.peek();
    cursor.position++;
    if (next === 0x7d) return members;
    if (next !== 0x2c) cursor.fail('"," or "}" expected', cursor.position - 1);
  }
}

/** The elements of an array as slices. Throws JsonError. */
export function arrayElements(bytes: Uint8Array, start: number, end: number): { start: number; end: number }[] {
  const cursor = new JsonCursor(bytes, start, end);
  const elements: { start: number; end: number }[] = [];
  cursor.expect(0x5b, '"["');
  if (cursor.peek() === 0x5d) return elements;
  for (;;) {
    cursor.peek();
    const elementStart = cursor.position;
    cursor.skipValue();
    elements.push({ start: elementStart, end: cursor.position });
    const next = cursor.peek();
    cursor.position++;
    if (next === 0x5d) return elements;
    if (next !== 0x2c) cursor.fail('"," or "]" expected', cursor.position - 1);
  }
}
