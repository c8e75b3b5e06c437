/** Writing of JSON text and of decoded strings. Input was skipped before, so it is sound and holds no surrogate escape. */

/** Copies in steps of 16 bytes: up to 15 bytes behind either end are touched, which every region here has room for. */
// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done));
}

// @ts-ignore: decorator
@inline
function hexValue(byte: u32): u32 {
  return (byte & 15) + 9 * (byte >> 6);
}

// @ts-ignore: decorator
@inline
function codeUnit(at: usize): u32 {
  return (
    (hexValue(load<u8>(at, 2)) << 12) |
    (hexValue(load<u8>(at, 3)) << 8) |
    (hexValue(load<u8>(at, 4)) << 4) |
    hexValue(load<u8>(at, 5))
  );
}

function writeUtf8(to: usize, unit: u32): usize {
  if (unit < 0x80) {
    store<u8>(to, unit);
    return to + 1;
  }
  if (unit < 0x800) {
    store<u8>(to, 0xc0 | (unit >> 6));
    store<u8>(to, 0x80 | (unit & 0x3f), 1);
    return to + 2;
  }
  store<u8>(to, 0xe0 | (unit >> 12));
  store<u8>(to, 0x80 | ((unit >> 6) & 0x3f), 1);
  store<u8>(to, 0x80 | (unit & 0x3f), 2);
  return to + 3;
}

/** The letter of a two-character escape for this code unit, or 0. */
function shortEscape(unit: u32): u32 {
  if (unit == 0x22 || unit == 0x5c) return unit;
  if (unit == 0x08) return 0x62;
  if (unit == 0x09) return 0x74;
  if (unit == 0x0a) return 0x6e;
  if (unit == 0x0c) return 0x66;
  if (unit == 0x0d) return 0x72;
  return 0;
}

/** What the letter of a two-character escape stands for. */
function escapedByte(letter: u32): u32 {
  if (letter == 0x62) return 0x08;
  if (letter == 0x74) return 0x09;
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x66) return 0x0c;
  if (letter == 0x72) return 0x0d;
  return letter;
}

/** Writes a string's content (without its quotes) with all escapes resolved; returns where it ends. */
export function decodeString(from: usize, end: usize, to: usize): usize {
  while (from < end) {
    const byte: u32 = load<u8>(from);
    if (byte != 0x5c) {
      store<u8>(to++, byte);
      from++;
      continue;
    }
    const letter: u32 = load<u8>(from, 1);
    if (letter == 0x75) {
      to = writeUtf8(to, codeUnit(from));
      from += 6;
    } else {
      store<u8>(to++, escapedByte(letter));
      from += 2;
    }
  }
  return to;
}

/** An escape as `JSON.stringify` writes the character it stands for. */
function writeEscape(from: usize, to: usize): usize {
  const letter: u32 = load<u8>(from, 1);
  if (letter == 0x2f) {
    store<u8>(to, 0x2f);
    return to + 1;
  }
  if (letter != 0x75) {
    store<u16>(to, load<u16>(from));
    return to + 2;
  }
  const unit = codeUnit(from);
  const short = shortEscape(unit);
  if (short != 0) {
    store<u8>(to, 0x5c);
    store<u8>(to, short, 1);
    return to + 2;
  }
  if (unit >= 0x20) return writeUtf8(to, unit);
  store<u32>(to, 0x3030755c); // \u00
  store<u8>(to, 0x30 + (unit >> 4), 4);
  const low = unit & 15;
  store<u8>(to, low < 10 ? 0x30 + low : 0x57 + low, 5);
  return to + 6;
}

/** Writes JSON without white space between tokens and with needless escapes resolved; returns where it ends. */
export function compactJson(from: usize, end: usize, to: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  while (from < end) {
    const byte: u32 = load<u8>(from);
    if (byte <= 0x20) {
      from++;
      continue;
    }
    store<u8>(to++, byte);
    from++;
    if (byte != 0x22) continue;
    while (true) {
      const bytes = v128.load(from);
      v128.store(to, bytes);
      const stops = i8x16.bitmask(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)));
      if (stops == 0) {
        from += 16;
        to += 16;
        continue;
      }
      const run: usize = ctz(stops);
      from += run;
      to += run;
      if (load<u8>(from) == 0x22) {
        store<u8>(to++, 0x22);
        from++;
        break;
      }
      const isUnicode = load<u8>(from, 1) == 0x75;
      to = writeEscape(from, to);
      from += isUnicode ? 6 : 2;
    }
  }
  return to;
}
