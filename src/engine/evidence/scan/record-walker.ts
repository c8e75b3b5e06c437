import { JsonCursor, JsonError } from './json-cursor.ts';

/** Keys whose value is an array of records or of wrapped records, when they open a top-level object. */
const containerKeys = new Set(['Records', 'Events', 'events', 'logEvents', 'records']);

/** An object larger than this is not kept in memory. CloudTrail's own limit is 1 MB an event. */
export const maximumItemBytes = 32 * 1024 * 1024;

/** How far is looked ahead in all to resume after damage: made-up damage would take time that grows with its square. */
const maximumSearchedBytes = 1024 * 1024 * 1024;

/** How CloudTrail begins a record. Unescaped it can't stand inside a JSON string, so reading can resume there. */
const recordStart = Buffer.from('{"eventVersion":');

export type Step =
  | { readonly kind: 'item'; readonly start: number; readonly end: number }
  | { readonly kind: 'bad'; readonly start: number; readonly end: number; readonly reason: string }
  /** More bytes are needed: everything before `position` may be dropped. */
  | { readonly kind: 'more' }
  | { readonly kind: 'end' };

type TakeRecord = (bytes: Uint8Array, start: number, limit: number) => number;

/**
 * Finds the objects of a log file in a window of its bytes, whatever holds them: `{"Records":[…]}` and its kin, a bare
 * array, single objects, ndjson, lines that begin with a timestamp. Damage costs the record it is in: reading resumes
 * at the next one that can be told apart.
 */
export class RecordWalker {
  readonly #takeRecord: TakeRecord;
  #cursor = new JsonCursor(new Uint8Array(0));
  #isFinal = false;
  #mode: 'start' | 'top' | 'array' | 'object' | 'lines' | 'done' = 'start';
  #arrayIsInObject = false;
  #needsComma = false;
  #topValues = 0;
  #container: string | null = null;
  /** State of skipping an object that is too large to hold, carried from window to window. */
  #discard: { depth: number; inString: boolean; isEscaped: boolean } | null = null;
  #searchedBytes = 0;
  /** True if the file ended, or broke, inside a record. */
  isCutOff = false;

  get position(): number {
    return this.#cursor.position;
  }

  /** How the records were wrapped, known once the walk has ended. Null: no JSON at all. */
  get shape(): string | null {
    if (this.#container) return this.#container;
    if (this.#topValues === 0) return null;
    return this.#topValues === 1 ? 'single' : 'ndjson';
  }

  /** Gives the walker its bytes; with a new window, `start` is where the former position now lies. */
  /**
   * `takeRecord` is offered each object of an array first, so that sound records are read once only: it returns where
   * the object ended if it took it, else -1.
   */
  constructor(takeRecord: TakeRecord = () => -1) {
    this.#takeRecord = takeRecord;
  }

  setWindow(bytes: Uint8Array, start: number, end: number, isFinal: boolean): void {
    this.#cursor = new JsonCursor(bytes, start, end);
    this.#isFinal = isFinal;
  }

  next(): Step {
    for (;;) {
      if (this.#discard) return this.#discardOn();
      const step =
        this.#mode === 'start'
          ? this.#begin()
          : this.#mode === 'top'
            ? this.#top()
            : this.#mode === 'array'
              ? this.#array()
              : this.#mode === 'object'
                ? this.#object()
                : this.#mode === 'lines'
                  ? this.#line()
                  : ({ kind: 'end' } as const);
      if (step) return step;
    }
  }

  /** Called at the end of the window: asks for more, or ends. */
  #exhausted(): Step {
    if (!this.#isFinal) return { kind: 'more' };
    if (this.#mode === 'array' || this.#mode === 'object') this.isCutOff = true;
    this.#mode = 'done';
    return { kind: 'end' };
  }

  #begin(): Step | null {
    const { bytes, end } = this.#cursor;
    if (end - this.#cursor.position < 64 && !this.#isFinal) return { kind: 'more' };
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#cursor.position = 3;
    this.#mode = 'top';
    const head = String.fromCharCode(...bytes.subarray(this.#cursor.position, this.#cursor.position + 48));
    if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?\s+\{/.test(head)) {
      this.#mode = 'lines';
      this.#container = 'timestamped lines';
    }
    return null;
  }

  #top(): Step | null {
    const cursor = this.#cursor;
    const byte = cursor.peek();
    if (byte === -1) return this.#exhausted();
    const start = cursor.position;
    try {
      if (byte === 0x5b) {
        cursor.position++;
        this.#enterArray('array', false);
        return null;
      }
      if (byte === 0x7b) {
        const container = this.#containerAhead();
        if (container) {
          this.#enterArray(container, true);
          return null;
        }
      }
      cursor.position = start;
      cursor.skipValue();
      // An object that ends exactly with the window may still be followed by anything; that is checked next.
      this.#topValues++;
      if (byte !== 0x7b) return { kind: 'bad', start, end: cursor.position, reason: 'Not a JSON object' };
      return this.#item(start);
    } catch (error) {
      return this.#recover(error, start);
    }
  }

  #enterArray(container: string, isInObject: boolean): void {
    this.#container ??= container;
    this.#topValues++;
    this.#arrayIsInObject = isInObject;
    this.#needsComma = false;
    this.#mode = 'array';
  }

  /** At `{`: if its first key holds an array of records, moves into that array and returns the key. */
  #containerAhead(): string | null {
    const cursor = this.#cursor;
    cursor.position++;
    if (cursor.peek() !== 0x22) return null;
    const keyStart = cursor.position + 1;
    cursor.skipString();
    const key = String.fromCharCode(...cursor.bytes.subarray(keyStart, Math.min(cursor.position - 1, keyStart + 16)));
    if (!containerKeys.has(key)) return null;
    cursor.expect(0x3a, '":"');
    const next = cursor.peek();
    if (next === -1) cursor.fail('', cursor.end);
    if (next !== 0x5b) return null;
    cursor.position++;
    return key;
  }

  #array(): Step | null {
    const cursor = this.#cursor;
    const before = cursor.position;
    let byte = cursor.peek();
    if (byte === -1) return this.#exhausted();
    if (byte === 0x5d) {
      cursor.position++;
      this.#mode = this.#arrayIsInObject ? 'object' : 'top';
      return null;
    }
    if (this.#needsComma) {
      if (byte !== 0x2c) return this.#recover(new JsonError('"," or "]" expected', cursor.position), cursor.position);
      cursor.position++;
      byte = cursor.peek();
      if (byte === -1) {
        if (!this.#isFinal) cursor.position = before;
        return this.#exhausted();
      }
    }
    const start = cursor.position;
    const taken = byte === 0x7b ? this.#takeRecord(cursor.bytes, start, cursor.end) : -1;
    if (taken !== -1) {
      cursor.position = taken;
      this.#needsComma = true;
      return null;
    }
    try {
      cursor.skipValue();
    } catch (error) {
      if (error instanceof JsonError && error.isCutOff && !this.#isFinal && cursor.end - start <= maximumItemBytes) {
        cursor.position = before;
        return { kind: 'more' };
      }
      return this.#recover(error, start);
    }
    this.#needsComma = true;
    if (byte !== 0x7b) return { kind: 'bad', start, end: cursor.position, reason: 'Not a JSON object' };
    return this.#item(start);
  }

  /** Inside a container object, behind its array. */
  #object(): Step | null {
    const cursor = this.#cursor;
    const start = cursor.position;
    try {
      const byte = cursor.peek();
      if (byte === -1) return this.#exhausted();
      cursor.position++;
      if (byte === 0x7d) {
        this.#mode = 'top';
        return null;
      }
      if (byte !== 0x2c) cursor.fail('"," or "}" expected', cursor.position - 1);
      if (cursor.peek() !== 0x22) cursor.fail('A key in quotes expected');
      const keyStart = cursor.position + 1;
      cursor.skipString();
      const key = String.fromCharCode(...cursor.bytes.subarray(keyStart, Math.min(cursor.position - 1, keyStart + 16)));
      cursor.expect(0x3a, '":"');
      if (cursor.peek() === 0x5b && containerKeys.has(key)) {
        cursor.position++;
        this.#needsComma = false;
        this.#mode = 'array';
        return null;
      }
      cursor.skipValue();
      return null;
    } catch (error) {
      return this.#recover(error, start);
    }
  }

  #line(): Step | null {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    if (cursor.peek() === -1) return this.#exhausted();
    const start = cursor.position;
    let lineEnd = bytes.indexOf(0x0a, start);
    if (lineEnd === -1 || lineEnd > end) {
      if (!this.#isFinal && end - start <= maximumItemBytes) return { kind: 'more' };
      lineEnd = end;
    }
    this.#topValues++;
    cursor.position = lineEnd;
    const brace = bytes.indexOf(0x7b, start);
    if (brace === -1 || brace >= lineEnd || brace - start > 64) {
      return { kind: 'bad', start, end: lineEnd, reason: 'A line without a timestamp and a JSON object' };
    }
    return { kind: 'item', start: brace, end: lineEnd };
  }

  #item(start: number): Step {
    const end = this.#cursor.position;
    if (end - start > maximumItemBytes) {
      return { kind: 'bad', start, end, reason: `An object of more than ${maximumItemBytes >> 20} MiB` };
    }
    return { kind: 'item', start, end };
  }

  /** The value at `start` is damaged: finds where reading can go on. */
  #recover(error: unknown, start: number): Step {
    if (!(error instanceof JsonError)) throw error;
    const cursor = this.#cursor;
    const { end } = cursor;
    const resume = error.isCutOff ? -1 : this.#resumeAfter(start, error.position);
    if (resume === -1 && !this.#isFinal) {
      cursor.position = start;
      if (end - start <= maximumItemBytes) return { kind: 'more' };
      this.#discard = { depth: 0, inString: false, isEscaped: false };
      return { kind: 'bad', start, end, reason: `An object of more than ${maximumItemBytes >> 20} MiB` };
    }
    const reason = `${error.message} (at byte ${error.position - start} of the record)`;
    const resumeAt = resume === -1 && error.isCutOff ? this.#resumeAfter(start, error.position) : resume;
    this.#needsComma = false;
    if (resumeAt === -1) {
      cursor.position = end;
      this.isCutOff = error.isCutOff;
      this.#mode = 'done';
      return { kind: 'bad', start, end, reason };
    }
    cursor.position = resumeAt;
    return { kind: 'bad', start, end: resumeAt, reason };
  }

  #resumeAfter(start: number, errorPosition: number): number {
    const { bytes, end } = this.#cursor;
    if (this.#searchedBytes > maximumSearchedBytes) return -1;
    const balanced = this.#mode === 'array' ? looseEnd(bytes, start, end) : -1;
    if (this.#mode === 'array') this.#searchedBytes += (balanced === -1 ? end : balanced) - start;
    if (balanced > errorPosition) {
      let at = balanced;
      while (at < end && bytes[at]! <= 0x20) at++;
      if (bytes[at] === 0x2c) return at + 1;
      if (bytes[at] === 0x5d) return at;
    }
    if (this.#mode === 'top') {
      const newline = bytes.indexOf(0x0a, errorPosition);
      this.#searchedBytes += (newline === -1 ? end : newline) - errorPosition;
      if (newline !== -1 && newline < end) {
        let at = newline;
        while (at < end && bytes[at]! <= 0x20) at++;
        if (bytes[at] === 0x7b) return at;
      }
    }
    const marker = Buffer.from(bytes.buffer, bytes.byteOffset, end).indexOf(
      recordStart,
      Math.max(start + 1, errorPosition - 15),
    );
    this.#searchedBytes += (marker === -1 ? end : marker) - start;
    if (marker !== -1 && this.#mode === 'object') this.#mode = 'array';
    return marker;
  }

  #discardOn(): Step {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    const state = this.#discard!;
    let at = cursor.position;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (state.inString) {
        if (state.isEscaped) state.isEscaped = false;
        else if (byte === 0x5c) state.isEscaped = true;
        else if (byte === 0x22) state.inString = false;
      } else if (byte === 0x22) state.inString = true;
      else if (byte === 0x7b || byte === 0x5b) state.depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        state.depth--;
        if (state.depth <= 0) {
          at++;
          this.#discard = null;
          this.#needsComma = this.#mode === 'array';
          cursor.position = at;
          return this.next();
        }
      }
    }
    cursor.position = end;
    if (this.#isFinal) this.#discard = null;
    return this.#exhausted();
  }
}

/** Where the object at `start` ends if only quotes and brackets count; -1 if it does not. */
function looseEnd(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth === 0) return at + 1;
      if (depth < 0) return -1;
    }
  }
  return -1;
}
