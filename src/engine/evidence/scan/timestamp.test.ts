import { expect, test } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

const micros = (text: string) => parseTimestamp(text)?.micros ?? null;

test('CloudTrail’s own form agrees with Date, and says that the number is all there is to it', () => {
  for (const text of [
    '2024-08-01T13:33:28Z',
    '1970-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '2024-02-29T23:59:59Z',
    '9999-12-31T23:59:59Z',
  ]) {
    expect(parseTimestamp(text)).toEqual({ micros: BigInt(Date.parse(text)) * 1000n, isCanonical: true });
  }
});

test('offsets are taken off, fractions kept to the microsecond, a missing zone is UTC', () => {
  const utc = BigInt(Date.parse('2024-08-01T13:33:28Z')) * 1000n;
  for (const text of [
    '2024-08-01T15:33:28+02:00',
    '2024-08-01T08:03:28-0530',
    '2024-08-01 13:33:28',
    '2024-08-01 13:33:28 UTC',
    '2024-08-01T13:33:28.000000000Z',
  ]) {
    expect(parseTimestamp(text), text).toEqual({ micros: utc, isCanonical: false });
  }
  expect(micros('2024-08-01T13:33:28.999Z')).toBe(utc + 999_000n);
  expect(micros('2025-03-26 16:43:57.123456789')).toBe(BigInt(Date.parse('2025-03-26T16:43:57Z')) * 1000n + 123_456n);
});

test('what is no time is null: nothing is rolled over or guessed', () => {
  const junk = [
    '2024-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2024-13-01T00:00:00Z', '2024-00-10T00:00:00Z', '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z', '2024-01-01T00:00:60Z', '0024-01-01T00:00:00Z', '2024-01-01T00:00:00+19:00', '2024-01-01T00:00:00+01:60',
    '2024-01-01', '1722519208', 'yesterday', '', '20xx-12-31T00:00:00Z', '\ufeff2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z ',
  ]; // prettier-ignore
  for (const text of junk) expect(parseTimestamp(text), text).toBeNull();
});
