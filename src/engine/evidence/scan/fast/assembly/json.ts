/** Skipping of strict JSON (RFC 8259). Every function returns the position behind what it skipped, or 0 to bail. */

/** Nesting within a value; deeper records are left to the plain path, which allows 200. */
const maximumDepth: i32 = 64;

const closers = memory.data(64);

/** Whether the values skipped since these were last cleared hold escapes, or white space between tokens. */
export let sawEscape = false;
export let sawSpace = false;

// @ts-ignore: decorator
@inline
export function clearFlags(): void {
  sawEscape = false;
  sawSpace = false;
}

// @ts-ignore: decorator
@inline
function isSpace(byte: u32): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

// @ts-ignore: decorator
@inline
export function skipSpace(at: usize): usize {
  if (load<u8>(at) > 0x20) return at;
  return skipSpaces(at);
}

function skipSpaces(at: usize): usize {
  const start = at;
  while (isSpace(load<u8>(at))) at++;
  if (at != start) sawSpace = true;
  return at;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u32): bool {
  return byte - 0x30 <= 9;
}

function isHexDigit(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 <= 5;
}

/** At a backslash. Bails at surrogates, too: what a lone one does to a record is the plain path's business. */
export function skipEscape(at: usize): usize {
  const letter: u32 = load<u8>(at, 1);
  if (letter == 0x75) {
    for (let digit: usize = 2; digit < 6; digit++) if (!isHexDigit(load<u8>(at + digit))) return 0;
    const first: u32 = load<u8>(at, 2) | 0x20;
    const second: u32 = load<u8>(at, 3) | 0x20;
    if (first == 0x64 && (second == 0x38 || second == 0x39 || second >= 0x61)) return 0;
    return at + 6;
  }
  const isKnown =
    letter == 0x22 ||
    letter == 0x5c ||
    letter == 0x2f ||
    letter == 0x62 ||
    letter == 0x66 ||
    letter == 0x6e ||
    letter == 0x72 ||
    letter == 0x74;
  return isKnown ? at + 2 : 0;
}

/** At the opening quote. The zeros behind the window's bytes end a string that does not close. */
export function skipString(at: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  at++;
  while (true) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)), i8x16.lt_u(bytes, space)),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    const byte: u32 = load<u8>(at);
    if (byte == 0x22) return at + 1;
    if (byte != 0x5c) return 0;
    sawEscape = true;
    at = skipEscape(at);
    if (at == 0) return 0;
  }
}

function skipDigits(at: usize): usize {
  if (!isDigit(load<u8>(at))) return 0;
  while (isDigit(load<u8>(at))) at++;
  return at;
}

function skipNumber(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else at = skipDigits(at);
  if (at == 0) return 0;
  if (load<u8>(at) == 0x2e) {
    at = skipDigits(at + 1);
    if (at == 0) return 0;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at++;
    const sign: u32 = load<u8>(at);
    if (sign == 0x2b || sign == 0x2d) at++;
    at = skipDigits(at);
  }
  return at;
}

/** At a number, `true`, `false` or `null`. */
function skipScalar(at: usize): usize {
  const byte: u32 = load<u8>(at);
  if (byte == 0x6e) return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
  if (byte == 0x74) return load<u32>(at) == 0x65757274 ? at + 4 : 0;
  if (byte == 0x66) return load<u32>(at, 1) == 0x65736c61 ? at + 5 : 0;
  return skipNumber(at);
}

/** At any value's first byte. */
export function skipValue(at: usize): usize {
  const first: u32 = load<u8>(at);
  if (first == 0x22) return skipString(at);
  if (first == 0x7b || first == 0x5b) return skipContainer(at);
  return skipScalar(at);
}

function skipContainer(at: usize): usize {
  let depth: i32 = 0;
  let expectsKey = false;
  while (true) {
    if (expectsKey) {
      if (load<u8>(at) != 0x22) return 0;
      at = skipString(at);
      if (at == 0) return 0;
      at = skipSpace(at);
      if (load<u8>(at) != 0x3a) return 0;
      at = skipSpace(at + 1);
    }
    const byte: u32 = load<u8>(at);
    if (byte == 0x7b || byte == 0x5b) {
      if (depth == maximumDepth) return 0;
      at = skipSpace(at + 1);
      // "}" and "]" are two above their opening brackets.
      if (load<u8>(at) != byte + 2) {
        store<u8>(closers + depth, byte + 2);
        depth++;
        expectsKey = byte == 0x7b;
        continue;
      }
      at++;
    } else {
      at = byte == 0x22 ? skipString(at) : skipScalar(at);
      if (at == 0) return 0;
    }
    while (true) {
      if (depth == 0) return at;
      at = skipSpace(at);
      const next: u32 = load<u8>(at);
      const closer: u32 = load<u8>(closers + depth - 1);
      at++;
      if (next == 0x2c) {
        at = skipSpace(at);
        expectsKey = closer == 0x7d;
        break;
      }
      if (next != closer) return 0;
      depth--;
    }
  }
}
