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
  bytes: Uint8Array;
  end: number;
  position: number;
  sawEscape = false;
  sawSpace = false;
  readonly #closers = new Uint8Array(maximumDepth + 1);
  /** The same memory in aligned words of four bytes, and where `bytes` begins in it. */
  #words: Int32Array = new Int32Array(0);
  #memory: ArrayBufferLike | null = null;
  #offset = 0;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.#useMemory();
  }

  #useMemory(): void {
    const { buffer, byteOffset } = this.bytes;
    this.#offset = byteOffset;
    if (buffer === this.#memory) return;
    this.#memory = buffer;
    this.#words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }

  /** Starts on other bytes: a cursor is used for many records, as making one costs as much as scanning a short value. */
  reset(bytes: Uint8Array, position: number, end: number): void {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.sawEscape = this.sawSpace = false;
    this.#useMemory();
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
      at = this.#plainRunEnd(at);
      if (at < end && bytes[at] === 0x22) break;
      at = this.#skipEscape(at);
      this.sawEscape = true;
    }
    this.position = at + 1;
  }

  /** Where a quote, a backslash, a control character or the end comes. Looks at four bytes at a time. */
  #plainRunEnd(start: number): number {
    const { bytes, end } = this;
    const words = this.#words;
    const offset = this.#offset;
    let at = start;
    while (at < end && ((at + offset) & 3) !== 0) {
      if (endsPlainRun[bytes[at]!] !== 0) return at;
      at++;
    }
    const lastWord = end - 4;
    while (at <= lastWord) {
      const word = words[(at + offset) >> 2]!;
      const quotes = word ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      // The classic test for a zero byte (and for one below 0x20); it may err only towards stopping early.
      const found =
        ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
      if ((found & 0x80808080) !== 0) break;
      at += 4;
    }
    while (at < end && endsPlainRun[bytes[at]!] === 0) at++;
    return at;
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

  /**
   * Moves past one value of any kind, checking it. Throws JsonError. One loop with everything in local variables: this
   * is where an import spends its time.
   */
  skipValue(): void {
    const { bytes, end } = this;
    const closers = this.#closers;
    let at = this.position;
    let depth = 0;
    let sawEscape = false;
    let sawSpace = false;
    let expectsKey = false;
    for (;;) {
      let byte = at < end ? bytes[at]! : 0;
      while (byte <= 0x20) {
        if (at >= end) this.fail('', end);
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
        sawSpace = true;
        byte = ++at < end ? bytes[at]! : 0;
      }
      if (byte === 0x22) {
        at++;
        for (;;) {
          // Most strings are short keys and words: a call would cost more than it saves.
          const near = at + 20 < end ? at + 20 : end;
          while (at < near && endsPlainRun[bytes[at]!] === 0) at++;
          if (at === near) at = this.#plainRunEnd(at);
          if (at < end && bytes[at] === 0x22) break;
          // Escapes are rare; the careful path checks them and goes on behind.
          at = this.#skipEscape(at);
          sawEscape = true;
        }
        at++;
        if (expectsKey) {
          while (at < end && isSpace(bytes[at]!)) {
            at++;
            sawSpace = true;
          }
          if (bytes[at] !== 0x3a || at >= end) this.fail('":" expected', at);
          at++;
          expectsKey = false;
          continue;
        }
      } else if (expectsKey) {
        this.fail('A key in quotes expected', at);
      } else if (byte === 0x7b || byte === 0x5b) {
        if (depth === maximumDepth) this.fail(`JSON nested deeper than ${maximumDepth} levels`, at);
        const closer = byte === 0x7b ? 0x7d : 0x5d;
        at++;
        while (at < end && isSpace(bytes[at]!)) {
          at++;
          sawSpace = true;
        }
        if (at >= end) this.fail('', end);
        if (bytes[at] !== closer) {
          closers[depth++] = closer;
          expectsKey = closer === 0x7d;
          continue;
        }
        at++;
      } else {
        this.position = at;
        this.skipScalar(byte);
        at = this.position;
      }
      // A value has ended: close what it closes.
      for (;;) {
        if (depth === 0) {
          this.position = at;
          if (sawEscape) this.sawEscape = true;
          if (sawSpace) this.sawSpace = true;
          return;
        }
        while (at < end && isSpace(bytes[at]!)) {
          at++;
          sawSpace = true;
        }
        if (at >= end) this.fail('', end);
        const closer = closers[depth - 1]!;
        byte = bytes[at]!;
        if (byte === 0x2c) {
          at++;
          expectsKey = closer === 0x7d;
          break;
        }
        if (byte !== closer) this.fail(closer === 0x7d ? '"," or "}" expected' : '"," or "]" expected', at);
        at++;
        depth--;
      }
    }
  }

  /** At a backslash (or what may not stand in a string): returns the position behind the escape. */
  #skipEscape(at: number): number {
    const { bytes, end } = this;
    if (at + 1 >= end) this.fail('', end);
    if (bytes[at] !== 0x5c) this.fail('A control character in a string', at);
    const letter = bytes[at + 1]!;
    if (escapeLetters[letter] === 0) this.fail('An unknown escape in a string', at);
    if (letter !== 0x75) return at + 2;
    for (let digit = at + 2; digit < at + 6; digit++) {
      if (digit >= end) this.fail('', end);
      if (!isHexDigit(bytes[digit])) this.fail('A \\u escape without four hexadecimal digits', at);
    }
    return at + 6;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
