/** CloudTrail nests 11 deep at most in real archives; DuckDB's JSON functions recurse, so depth is bounded. */
export const maximumDepth = 200;

/** Bytes that end a plain run inside a JSON string: the quote, the backslash and control characters. */
const endsPlainRun = new Uint8Array(256);
for (let byte = 0; byte < 32; byte++) endsPlainRun[byte] = 1;
endsPlainRun[0x22] = 1;
endsPlainRun[0x5c] = 1;

const escapeLetters = new Uint8Array(256);
for (const letter of '"\\/bfnrtu') escapeLetters[letter.charCodeAt(0)] = 1;

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** What is wrong with a piece of JSON, and where. `isCutOff`: the text ended before the value did. */
export class JsonError extends Error {
  readonly position: number;
  readonly isCutOff: boolean;

  constructor(message: string, position: number, isCutOff = false) {
    super(message);
    this.name = 'JsonError';
    this.position = position;
    this.isCutOff = isCutOff;
  }
}

/**
 * Walks strict JSON (RFC 8259) in a byte buffer without building values. UTF-8 is checked by the caller. After
 * `skipValue` the flags say whether the value holds escapes or white space between tokens; if not, its bytes can be
 * copied as they are.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  sawEscape = false;
  sawSpace = false;
  readonly #closers = new Uint8Array(maximumDepth + 1);

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Moves past white space and returns the byte there, or -1 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let at = this.position;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at++;
    }
    if (at !== this.position) {
      this.sawSpace = true;
      this.position = at;
    }
    return at < end ? bytes[at]! : -1;
  }

  /** Expects `byte` after optional white space and moves past it. */
  expect(byte: number, what: string): void {
    if (this.peek() !== byte) this.fail(`${what} expected`);
    this.position++;
  }

  fail(message: string, position = this.position): never {
    const isCutOff = position >= this.end;
    throw new JsonError(isCutOff ? 'The JSON ends too early' : message, Math.min(position, this.end), isCutOff);
  }

  /** At the opening quote: moves past the closing one. */
  skipString(): void {
    const { bytes, end } = this;
    let at = this.position + 1;
    for (;;) {
      while (at < end && endsPlainRun[bytes[at]!] === 0) at++;
      if (at >= end) this.fail('', end);
      const byte = bytes[at]!;
      if (byte === 0x22) break;
      if (byte !== 0x5c) this.fail('A control character in a string', at);
      this.sawEscape = true;
      const letter = bytes[at + 1];
      if (at + 1 >= end) this.fail('', end);
      if (escapeLetters[letter!] === 0) this.fail('An unknown escape in a string', at);
      if (letter === 0x75) {
        for (let digit = at + 2; digit < at + 6; digit++) {
          if (digit >= end) this.fail('', end);
          if (!isHexDigit(bytes[digit])) this.fail('A \\u escape without four hexadecimal digits', at);
        }
        at += 6;
      } else {
        at += 2;
      }
    }
    this.position = at + 1;
  }

  #skipNumber(): void {
    const { bytes, end } = this;
    let at = this.position;
    if (bytes[at] === 0x2d) at++;
    if (at >= end) this.fail('', end);
    if (bytes[at] === 0x30) at++;
    else if (isDigit(bytes[at])) while (at < end && isDigit(bytes[at])) at++;
    else this.fail('A value expected');
    if (at < end && bytes[at] === 0x2e) {
      at++;
      if (at < end && !isDigit(bytes[at])) this.fail('A digit expected', at);
      if (at >= end) this.fail('', end);
      while (at < end && isDigit(bytes[at])) at++;
    }
    if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      at++;
      if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
      if (at >= end) this.fail('', end);
      if (!isDigit(bytes[at])) this.fail('A digit expected', at);
      while (at < end && isDigit(bytes[at])) at++;
    }
    this.position = at;
  }

  #skipWord(word: string): void {
    for (let index = 0; index < word.length; index++) {
      const at = this.position + index;
      if (at >= this.end) this.fail('', this.end);
      if (this.bytes[at] !== word.charCodeAt(index)) this.fail('A value expected', at);
    }
    this.position += word.length;
  }

  skipScalar(byte: number): void {
    if (byte === 0x22) this.skipString();
    else if (byte === 0x74) this.#skipWord('true');
    else if (byte === 0x66) this.#skipWord('false');
    else if (byte === 0x6e) this.#skipWord('null');
    else this.#skipNumber();
  }

  /** Moves past one value of any kind, checking it. Throws JsonError. */
  skipValue(): void {
    const closers = this.#closers;
    let depth = 0;
    let byte = this.peek();
    for (;;) {
      if (byte === 0x7b || byte === 0x5b) {
        if (depth === maximumDepth) this.fail(`JSON nested deeper than ${maximumDepth} levels`);
        this.position++;
        const closer = byte === 0x7b ? 0x7d : 0x5d;
        byte = this.peek();
        if (byte === closer) {
          this.position++;
        } else {
          closers[depth++] = closer;
          if (closer === 0x7d) {
            this.#skipKey(byte);
            byte = this.peek();
          }
          continue;
        }
      } else {
        this.skipScalar(byte);
      }
      for (;;) {
        if (depth === 0) return;
        byte = this.peek();
        const closer = closers[depth - 1]!;
        if (byte === 0x2c) {
          this.position++;
          byte = this.peek();
          if (closer === 0x7d) {
            this.#skipKey(byte);
            byte = this.peek();
          }
          break;
        }
        if (byte !== closer) this.fail(closer === 0x7d ? '"," or "}" expected' : '"," or "]" expected');
        this.position++;
        depth--;
      }
    }
  }

  #skipKey(byte: number): void {
    if (byte !== 0x22) this.fail('A key in quotes expected');
    this.skipString();
    this.expect(0x3a, '":"');
  }
}
