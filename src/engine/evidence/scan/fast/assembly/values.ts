/** Reading of the values that are not text. Each returns false for a form that the plain path has to look at. */
import { skipSpace, skipString } from './json';

export let micros: i64 = 0;
export let uuidHigh: u64 = 0;
export let uuidLow: u64 = 0;

/** The number that two digits make; for anything else one that is larger than any part of a time. */
function twoDigits(at: usize): u32 {
  const tens: u32 = <u32>load<u8>(at) - 0x30;
  const ones: u32 = <u32>load<u8>(at, 1) - 0x30;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 1_000_000;
}

function daysOfMonth(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970 in the proleptic Gregorian calendar (years begin in March, so that leap days come last). */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  if (month <= 2) year--;
  const era = year / 400;
  const yearOfEra = year - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** `YYYY-MM-DDTHH:MM:SSZ` at `at` (20 bytes), from 1900 on, into `micros`. */
export function readTimestamp(at: usize): bool {
  const century = twoDigits(at);
  const yearOfCentury = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  const second = twoDigits(at + 17);
  if (century > 99 || century < 19 || yearOfCentury > 99 || month > 12 || month == 0) return false;
  if (load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d || load<u8>(at, 10) != 0x54) return false;
  if (load<u8>(at, 13) != 0x3a || load<u8>(at, 16) != 0x3a || load<u8>(at, 19) != 0x5a) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  const year = century * 100 + yearOfCentury;
  if (day == 0 || day > daysOfMonth(year, month)) return false;
  const seconds = <i64>daysSinceEpoch(year, month, day) * 86400 + <i64>(hour * 3600 + minute * 60 + second);
  micros = seconds * 1_000_000;
  return true;
}

/** A UUID of 36 characters in lower case, into `uuidHigh` and `uuidLow`. */
export function readUuid(at: usize): bool {
  let high: u64 = 0;
  let low: u64 = 0;
  let digits: u32 = 0;
  for (let index: u32 = 0; index < 36; index++) {
    const byte: u32 = load<u8>(at + index);
    if (index == 8 || index == 13 || index == 18 || index == 23) {
      if (byte != 0x2d) return false;
      continue;
    }
    let value: u32 = byte - 0x30;
    if (value > 9) {
      value = byte - 0x61;
      if (value > 5) return false;
      value += 10;
    }
    if (digits < 16) high = (high << 4) | value;
    else low = (low << 4) | value;
    digits++;
  }
  uuidHigh = high;
  uuidLow = low;
  return true;
}

/** Four numbers up to 255 without leading zeros. */
export function isPlainIPv4(start: usize, end: usize): bool {
  let parts: u32 = 0;
  let value: i32 = -1;
  for (let at = start; at <= end; at++) {
    const byte: u32 = at < end ? load<u8>(at) : 0x2e;
    if (byte == 0x2e) {
      if (value < 0 || value > 255 || ++parts > 4) return false;
      value = -1;
    } else {
      if (byte - 0x30 > 9 || value == 0) return false;
      value = (value < 0 ? 0 : value * 10) + <i32>(byte - 0x30);
      if (value > 255) return false;
    }
  }
  return parts == 4;
}

/** Which of `ARN`, `accountId`, `type` the key is, as a bit; 0 for any other. */
function resourceFlag(at: usize, length: usize): u32 {
  if (length == 3) return load<u16>(at) == 0x5241 && load<u8>(at, 2) == 0x4e ? 1 : 0;
  if (length == 4) return load<u32>(at) == 0x65707974 ? 4 : 0;
  return length == 9 && load<u64>(at) == 0x49746e756f636361 && load<u8>(at, 8) == 0x64 ? 2 : 0;
}

/** At the `[` of a skipped value: true if every element is an object of those three keys with strings as values. */
export function areSimpleResources(at: usize): bool {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return true;
  while (true) {
    if (load<u8>(at) != 0x7b) return false;
    at = skipSpace(at + 1);
    let seen: u32 = 0;
    if (load<u8>(at) == 0x7d) at++;
    else {
      while (true) {
        const keyStart = at + 1;
        at = skipString(at);
        const flag = resourceFlag(keyStart, at - 1 - keyStart);
        if (flag == 0 || (seen & flag) != 0) return false;
        seen |= flag;
        at = skipSpace(skipSpace(at) + 1);
        if (load<u8>(at) != 0x22) return false;
        at = skipSpace(skipString(at));
        const next: u32 = load<u8>(at);
        at = skipSpace(at + 1);
        if (next == 0x7d) break;
      }
    }
    at = skipSpace(at);
    const next: u32 = load<u8>(at);
    at = skipSpace(at + 1);
    if (next == 0x5d) return true;
  }
}
