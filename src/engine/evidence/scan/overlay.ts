import { compactJson } from './json-text.ts';

const quote = 0x22;
const emptyObject = new TextEncoder().encode('{}');

interface OpenObject {
  readonly bytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  isWritten: boolean;
}

/**
 * Builds `otherFields`: a JSON object in the shape of the record that holds what the columns can't. Objects on the way
 * to an entry are written only when there is one.
 */
export class Overlay {
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;
  #needsComma = false;
  readonly #path: OpenObject[] = [];

  get bytes(): Uint8Array {
    return this.#buffer;
  }

  /** Length of the finished text; 0 if there was no entry. */
  finish(): number {
    if (this.#length === 0) return 0;
    this.#push(0x7d);
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
    this.#needsComma = false;
    this.#path.length = 0;
  }

  /** Steps into an object whose key (with quotes) is at these bytes. */
  enter(bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    this.#path.push({ bytes, keyStart, keyEnd, isWritten: false });
  }

  /** Steps out; an object that had no value in any column is kept as `{}`, so that it can be told from an absent one. */
  leave(wasEmpty: boolean): void {
    const object = this.#path.pop()!;
    if (object.isWritten) {
      this.#push(0x7d);
      this.#needsComma = true;
    } else if (wasEmpty) {
      this.#writeKey(object.bytes, object.keyStart, object.keyEnd);
      this.#append(emptyObject, 0, 2);
      this.#needsComma = true;
    }
  }

  /** Adds a member as written (keys with quotes), white space and needless escapes removed if there are any. */
  add(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    isPlain: boolean,
  ): void {
    this.#writeKey(bytes, keyStart, keyEnd);
    if (isPlain) {
      this.#append(bytes, valueStart, valueEnd);
    } else {
      const compact = compactJson(bytes, valueStart, valueEnd);
      this.#append(compact, 0, compact.length);
    }
    this.#needsComma = true;
  }

  #writeKey(bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    if (this.#length === 0) this.#push(0x7b);
    for (const object of this.#path) {
      if (object.isWritten) continue;
      this.#writeKeyOnly(object.bytes, object.keyStart, object.keyEnd);
      this.#push(0x7b);
      object.isWritten = true;
      this.#needsComma = false;
    }
    this.#writeKeyOnly(bytes, keyStart, keyEnd);
  }

  #writeKeyOnly(bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    if (this.#needsComma) this.#push(0x2c);
    if (bytes[keyStart] !== quote) throw new Error('a key is given with its quotes');
    this.#append(bytes, keyStart, keyEnd);
    this.#push(0x3a);
  }

  #push(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start < 48) {
      let to = this.#length;
      for (let index = start; index < end; index++) this.#buffer[to++] = bytes[index]!;
    } else {
      this.#buffer.set(bytes.subarray(start, end), this.#length);
    }
    this.#length += end - start;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
