import { JsonCursor } from './json-cursor.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of a JSON string given with its quotes. Lone surrogates stay as they are in a JS string. */
export function decodeJsonString(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(decoder.decode(bytes.subarray(start, end))) as string;
}

const loneSurrogates = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** True if the text has no lone surrogate, that is, if UTF-8 (and DuckDB's JSON) can hold it. */
export function isWellFormed(text: string): boolean {
  return text.search(loneSurrogates) === -1;
}

/** The text with lone surrogates replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogates, '\uFFFD');
}

/** JSON text whose strings hold lone surrogates as such, with those written as escapes: the same value, as UTF-8. */
export function escapeLoneSurrogates(json: string): string {
  return json.replace(loneSurrogates, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** True if a string or key of this JSON value holds a lone surrogate, which can only be written as an escape. */
export function hasLoneSurrogate(bytes: Uint8Array, start: number, end: number): boolean {
  const text = decoder.decode(bytes.subarray(start, end));
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  return !isWellFormed(
    text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/g, (_escape, digits: string | undefined) =>
      digits === undefined ? ' ' : String.fromCharCode(parseInt(digits, 16)),
    ),
  );
}

/** The key under which a record is kept whole, as text, where its JSON can't be put into a column. */
export const originalKey = '$original';

/** A record as JSON that DuckDB accepts: itself, or as text under `$original` if it holds lone surrogates. */
export function storableRecord(record: string): string {
  const bytes = encoder.encode(record);
  return hasLoneSurrogate(bytes, 0, bytes.length) ? JSON.stringify({ [originalKey]: record }) : record;
}

/**
 * A JSON value (already checked) as compact text: no white space between tokens, needless escapes resolved (`\u003d`
 * becomes `=`; what JSON must escape, and lone surrogates, stay escaped). Numbers,
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
          ? JSON.stringify(decodeJsonString(bytes, at, close))
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

/** Compact JSON with lone surrogates replaced by U+FFFD: what a column takes of a value that it can't hold exactly. */
export function compactWellFormedJson(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const compact = decoder.decode(compactJson(bytes, start, end));
  // In compact JSON only lone surrogates are written as escapes.
  return encoder.encode(
    compact.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (escape, lone: string | undefined) =>
      lone ? '\uFFFD' : escape,
    ),
  );
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
