import { isIPv6 } from 'node:net';
import type { ChunkBuilder } from './chunk-builder.ts';
import { eventKeyOfRecord, eventKeyOfText, readUuid } from './event-identity.ts';
import { JsonCursor } from './json-cursor.ts';
import {
  compactJson,
  compactWellFormedJson,
  decodeJsonString,
  hasLoneSurrogate,
  isWellFormed,
  originalKey,
} from './json-text.ts';
import { Overlay } from './overlay.ts';
import {
  eventKeyColumn,
  eventNameColumn,
  eventSourceColumn,
  feedColumns,
  objectCount,
  otherFieldsColumn,
  recordFields,
  sourceIPAddressColumn,
  sourceIpColumn,
  type Field,
  type FieldTable,
} from './record-layout.ts';
import { parseTimestamp } from './timestamp.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** First byte of U+FEFF: @duckdb/node-api drops one that begins a text (its TextDecoder takes it for a mark). */
const byteOrderMark = 0xef;

const resourceKeys = ['ARN', 'accountId', 'type'].map((key) => encoder.encode(key));

/**
 * Reads one record's JSON into a row of a ChunkBuilder without a JSON.parse round trip: known fields go to their
 * columns, everything else, and every value its column can't hold exactly, to `otherFields`.
 */
export class RecordScanner {
  readonly #chunk: ChunkBuilder;
  readonly #overlay = new Overlay();
  readonly #cursor = new JsonCursor(new Uint8Array(0));
  readonly #resourceCursor = new JsonCursor(new Uint8Array(0));
  readonly #uuid = new Uint8Array(16);
  /** Per column (and per nested object, by its first column) the number of the record that last had the key. */
  readonly #seen = new Uint32Array(feedColumns.length);
  readonly #seenObjects = new Uint32Array(objectCount);
  #recordNumber = 0;
  #mustKeepOriginal = false;
  #hasDecisiveField = false;
  #eventIDText: string | null = null;
  #hasUuid = false;
  #lastDay = -1;
  #lastDayMillis = 0;
  #filledColumns = 0;
  #addressBytes: Uint8Array | null = null;
  #addressStart = 0;
  #addressEnd = 0;
  #eventSourceIsBucketNotice = false;

  constructor(chunk: ChunkBuilder) {
    this.#chunk = chunk;
  }

  /**
   * Scans the object at `start`. True: it is a CloudTrail event and the open row holds it (identity and position are
   * the caller's to set). False: valid JSON, but no event. Throws JsonError for malformed JSON.
   */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const isEvent = this.scanAhead(bytes, start, end);
    if (this.#cursor.peek() !== -1) this.#cursor.fail('Unexpected text after the record');
    return isEvent;
  }

  /** The same for an object that something may follow before `limit`; `end` is where it ended. */
  scanAhead(bytes: Uint8Array, start: number, limit: number): boolean {
    const cursor = this.#cursor;
    cursor.reset(bytes, start, limit);
    this.#recordNumber++;
    this.#overlay.reset();
    this.#mustKeepOriginal = false;
    this.#hasDecisiveField = false;
    this.#eventIDText = null;
    this.#hasUuid = false;
    this.#addressBytes = null;
    this.#eventSourceIsBucketNotice = false;
    this.#object(cursor, recordFields, true);
    const end = cursor.position;
    const isEvent =
      this.#seen[eventNameColumn] === this.#recordNumber && this.#hasDecisiveField && !this.#eventSourceIsBucketNotice;
    if (!isEvent) return false;
    if (this.#mustKeepOriginal) this.#keepOriginal(bytes, start, end);
    const otherLength = this.#overlay.finish();
    if (otherLength > 0) this.#chunk.setText(otherFieldsColumn, this.#overlay.bytes, 0, otherLength);
    if (this.#addressBytes) this.#setSourceIp(this.#addressBytes, this.#addressStart, this.#addressEnd);
    if (!this.#hasUuid) {
      const key = this.#eventIDText === null ? eventKeyOfRecord(bytes, start, end) : eventKeyOfText(this.#eventIDText);
      this.#chunk.setUuid(eventKeyColumn, key);
    }
    return true;
  }

  /** Where the object scanned last ended. */
  get end(): number {
    return this.#cursor.position;
  }

  /** Keeps the record whole, as text under `$original`, where merging could not give it back. */
  #keepOriginal(bytes: Uint8Array, start: number, end: number): void {
    const text = encoder.encode(`"${originalKey}"${JSON.stringify(decoder.decode(bytes.subarray(start, end)))}`);
    this.#overlay.reset();
    this.#overlay.add(text, 0, originalKey.length + 2, originalKey.length + 2, text.length, true);
  }

  /** At `{`: reads all members into their columns and `otherFields`. */
  #object(cursor: JsonCursor, fields: FieldTable, isRecord: boolean): void {
    const { bytes } = cursor;
    cursor.expect(0x7b, '"{"');
    if (cursor.peek() === 0x7d) {
      cursor.position++;
      return;
    }
    for (;;) {
      if (cursor.peek() !== 0x22) cursor.fail('A key in quotes expected');
      const keyStart = cursor.position;
      cursor.sawEscape = false;
      cursor.skipString();
      const keyEnd = cursor.position;
      let field: Field | null;
      if (cursor.sawEscape) {
        const key = decodeJsonString(bytes, keyStart, keyEnd);
        field = fields.get(key);
        if (key[0] === '$' || !isWellFormed(key)) this.#mustKeepOriginal = true;
      } else {
        field = fields.find(bytes, keyStart + 1, keyEnd - 1);
        if (field === null && bytes[keyStart + 1] === 0x24) this.#mustKeepOriginal = true;
      }
      cursor.expect(0x3a, '":"');
      const byte = cursor.peek();
      if (field === null) this.#unknown(cursor, keyStart, keyEnd);
      else this.#known(cursor, field, byte, keyStart, keyEnd, isRecord);
      const next = cursor.peek();
      cursor.position++;
      if (next === 0x7d) return;
      if (next !== 0x2c) cursor.fail('"," or "}" expected', cursor.position - 1);
    }
  }

  #unknown(cursor: JsonCursor, keyStart: number, keyEnd: number): void {
    const start = cursor.position;
    cursor.sawEscape = cursor.sawSpace = false;
    cursor.skipValue();
    this.#addOther(cursor, keyStart, keyEnd, start);
  }

  #addOther(cursor: JsonCursor, keyStart: number, keyEnd: number, start: number): void {
    const isPlain = !cursor.sawEscape && !cursor.sawSpace;
    if (cursor.sawEscape && hasLoneSurrogate(cursor.bytes, start, cursor.position)) this.#mustKeepOriginal = true;
    this.#overlay.add(cursor.bytes, keyStart, keyEnd, start, cursor.position, isPlain);
  }

  #known(cursor: JsonCursor, field: Field, byte: number, keyStart: number, keyEnd: number, isRecord: boolean): void {
    if (field.kind === 'object') {
      if (this.#seenObjects[field.index] === this.#recordNumber) this.#mustKeepOriginal = true;
      this.#seenObjects[field.index] = this.#recordNumber;
      if (byte !== 0x7b) return this.#unknown(cursor, keyStart, keyEnd);
      const filledBefore = this.#filledColumns;
      this.#overlay.enter(cursor.bytes, keyStart, keyEnd);
      this.#object(cursor, field.fields, false);
      this.#overlay.leave(this.#filledColumns === filledBefore);
      if (isRecord) this.#hasDecisiveField = true;
      return;
    }
    const { column } = field;
    if (this.#seen[column] === this.#recordNumber) this.#mustKeepOriginal = true;
    this.#seen[column] = this.#recordNumber;
    // Catalogues of API calls have an eventName and an eventSource, too.
    if (isRecord && column !== eventNameColumn && column !== eventSourceColumn) this.#hasDecisiveField = true;
    const start = cursor.position;
    cursor.sawEscape = cursor.sawSpace = false;
    cursor.skipValue();
    const isExact = byte !== 0x6e && this.#set(cursor, field, byte, start);
    if (byte !== 0x6e) this.#filledColumns++;
    if (!isExact) this.#addOther(cursor, keyStart, keyEnd, start);
  }

  /** Puts a value that is not null into its column. False: the column holds it inexactly or not at all. */
  #set(cursor: JsonCursor, field: Exclude<Field, { kind: 'object' }>, byte: number, start: number): boolean {
    const { bytes, position: end } = cursor;
    switch (field.kind) {
      case 'text':
        return this.#setText(cursor, field.column, byte, start);
      case 'json':
        this.#setJson(cursor, field.column, start);
        return true;
      case 'resources':
        this.#setJson(cursor, field.column, start);
        this.#resourceCursor.reset(bytes, start, end);
        return byte === 0x5b && areSimpleResources(this.#resourceCursor);
      case 'boolean':
        return this.#setBoolean(bytes, field.column, byte, start, end);
      case 'uuid':
        return this.#setEventID(cursor, field.column, byte, start);
      case 'timestamp':
        return this.#setTime(cursor, field.column, byte, start);
    }
  }

  #setText(cursor: JsonCursor, column: number, byte: number, start: number): boolean {
    const { bytes, position: end } = cursor;
    if (byte === 0x7b || byte === 0x5b) return false;
    if (byte !== 0x22) {
      this.#chunk.setText(column, bytes, start, end);
      return false;
    }
    if (cursor.sawEscape) {
      const text = decodeJsonString(bytes, start, end);
      const encoded = encoder.encode(text);
      this.#chunk.setText(column, encoded, 0, encoded.length);
      if (!isWellFormed(text)) this.#mustKeepOriginal = true;
      if (column === sourceIPAddressColumn) this.#noteAddress(encoded, 0, encoded.length);
      return encoded[0] !== byteOrderMark;
    }
    this.#chunk.setText(column, bytes, start + 1, end - 1);
    if (column === sourceIPAddressColumn) {
      this.#noteAddress(bytes, start + 1, end - 1);
    } else if (column === eventSourceColumn) {
      // S3's bucket notifications also come as {"Records":[{"eventSource":"aws:s3","eventName":…}]}.
      this.#eventSourceIsBucketNotice = bytes[start + 4] === 0x3a && bytes[start + 1] === 0x61;
    }
    return bytes[start + 1] !== byteOrderMark;
  }

  #setJson(cursor: JsonCursor, column: number, start: number): void {
    const { bytes, position: end } = cursor;
    if (!cursor.sawEscape && !cursor.sawSpace) {
      this.#chunk.setText(column, bytes, start, end);
    } else {
      // DuckDB's JSON functions fail on a lone surrogate, and the whole statement with them.
      const isMalformed = cursor.sawEscape && hasLoneSurrogate(bytes, start, end);
      if (isMalformed) this.#mustKeepOriginal = true;
      const compact = (isMalformed ? compactWellFormedJson : compactJson)(bytes, start, end);
      this.#chunk.setText(column, compact, 0, compact.length);
    }
  }

  #setBoolean(bytes: Uint8Array, column: number, byte: number, start: number, end: number): boolean {
    if (byte === 0x74 || byte === 0x66) {
      this.#chunk.setBoolean(column, byte === 0x74);
      return true;
    }
    const text = decoder.decode(bytes.subarray(start, end)).toLowerCase();
    if (text === '"true"' || text === '"false"') this.#chunk.setBoolean(column, text === '"true"');
    return false;
  }

  #setEventID(cursor: JsonCursor, column: number, byte: number, start: number): boolean {
    const { bytes, position: end } = cursor;
    if (byte === 0x22) {
      let form = readUuid(bytes, start + 1, end - 1, this.#uuid);
      if (cursor.sawEscape) {
        const decoded = encoder.encode(decodeJsonString(bytes, start, end));
        form = readUuid(decoded, 0, decoded.length, this.#uuid);
      }
      if (form !== 'none') {
        this.#chunk.setUuid(column, this.#uuid);
        this.#hasUuid = true;
        return form === 'exact';
      }
    }
    const text = byte === 0x22 ? decodeJsonString(bytes, start, end) : decoder.decode(bytes.subarray(start, end));
    if (text !== '') this.#eventIDText = text;
    return false;
  }

  #setTime(cursor: JsonCursor, column: number, byte: number, start: number): boolean {
    const { bytes, position: end } = cursor;
    if (byte !== 0x22 || end - start > 200) return false;
    if (end - start === 22 && bytes[end - 2] === 0x5a && bytes[start + 11] === 0x54) {
      const micros = this.#canonicalMicros(bytes, start + 1);
      if (micros !== null) {
        this.#chunk.setTimestamp(column, micros);
        return true;
      }
    }
    const parsed = parseTimestamp(decodeJsonString(bytes, start, end));
    if (parsed) this.#chunk.setTimestamp(column, Number(parsed.micros));
    return parsed?.isCanonical ?? false;
  }

  /** `YYYY-MM-DDTHH:MM:SSZ`, the form of nearly every record; the day is looked up once per run of equal days. */
  #canonicalMicros(bytes: Uint8Array, start: number): number | null {
    const hour = twoDigits(bytes, start + 11);
    const minute = twoDigits(bytes, start + 14);
    const second = twoDigits(bytes, start + 17);
    if (hour > 23 || minute > 59 || second > 59 || bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) {
      return null;
    }
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
    const day = (year * 100 + twoDigits(bytes, start + 5)) * 100 + twoDigits(bytes, start + 8);
    if (day !== this.#lastDay || bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) {
      const midnight = parseTimestamp(`${decoder.decode(bytes.subarray(start, start + 10))}T00:00:00Z`);
      if (!midnight) return null;
      this.#lastDay = day;
      this.#lastDayMillis = Number(midnight.micros / 1000n);
    }
    return (this.#lastDayMillis + (hour * 3600 + minute * 60 + second) * 1000) * 1000;
  }

  #noteAddress(bytes: Uint8Array, start: number, end: number): void {
    this.#addressBytes = bytes;
    this.#addressStart = start;
    this.#addressEnd = end;
  }

  #setSourceIp(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 2 || end - start > 45) return;
    if (!isPlainIPv4(bytes, start, end)) {
      // An IPv6 address has a colon within its first five characters.
      const colon = bytes.indexOf(0x3a, start);
      if (colon === -1 || colon > start + 4) return;
      if (!isIPv6(decoder.decode(bytes.subarray(start, end)))) return;
    }
    this.#chunk.setText(sourceIpColumn, bytes, start, end);
  }
}

/** The number two digits make; for anything else one so large that no time or day has it. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1_000_000;
}

/** Four numbers up to 255 without leading zeros, which some systems read as octal. */
function isPlainIPv4(bytes: Uint8Array, start: number, end: number): boolean {
  let parts = 0;
  let value = -1;
  for (let at = start; at <= end; at++) {
    const byte = at < end ? bytes[at]! : 0x2e;
    if (byte === 0x2e) {
      if (value < 0 || value > 255 || ++parts > 4) return false;
      value = -1;
    } else {
      if (byte < 0x30 || byte > 0x39 || value === 0) return false;
      value = (value < 0 ? 0 : value * 10) + byte - 0x30;
    }
  }
  return parts === 4;
}

/** True if every element is an object with only ARN, accountId and type, each a string: what the column's STRUCT holds. */
function areSimpleResources(cursor: JsonCursor): boolean {
  const { bytes } = cursor;
  cursor.position++;
  if (cursor.peek() === 0x5d) return true;
  for (;;) {
    if (cursor.peek() !== 0x7b) return false;
    cursor.position++;
    let seen = 0;
    if (cursor.peek() === 0x7d) cursor.position++;
    else {
      for (;;) {
        cursor.peek();
        const keyStart = cursor.position + 1;
        cursor.skipString();
        const flag = resourceFlag(bytes, keyStart, cursor.position - 1);
        if (flag === 0 || (seen & flag) !== 0) return false;
        seen |= flag;
        cursor.expect(0x3a, '":"');
        if (cursor.peek() !== 0x22) return false;
        cursor.skipString();
        const next = cursor.peek();
        cursor.position++;
        if (next === 0x7d) break;
      }
    }
    const next = cursor.peek();
    cursor.position++;
    if (next === 0x5d) return true;
  }
}

/** Which of the three keys it is, as a bit; 0 for any other. */
function resourceFlag(bytes: Uint8Array, start: number, end: number): number {
  const key = resourceKeys.find((candidate) => candidate.length === end - start && candidate[0] === bytes[start]);
  if (!key) return 0;
  for (let index = 0; index < key.length; index++) if (key[index] !== bytes[start + index]) return 0;
  return 1 << resourceKeys.indexOf(key);
}
