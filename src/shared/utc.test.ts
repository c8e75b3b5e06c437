import { describe, expect, it } from 'vitest';
import { microsFromText, spanName, textFromMicros } from './utc.ts';

describe('UTC text and microseconds', () => {
  it('reads DuckDB’s and ISO’s writing to the microsecond', () => {
    expect(microsFromText('1970-01-01 00:00:01')).toBe(1_000_000);
    expect(microsFromText('2023-07-10 11:42:00.000123')).toBe(Date.UTC(2023, 6, 10, 11, 42) * 1000 + 123);
    expect(microsFromText('2023-07-10T11:42:00.5Z')).toBe(Date.UTC(2023, 6, 10, 11, 42) * 1000 + 500_000);
    for (const text of ['', 'yesterday', '2023-13-40 00:00:00', '2023-07-10']) expect(microsFromText(text)).toBeNull();
  });

  it('writes what it reads', () => {
    for (const text of ['2023-07-10 11:42:00', '2023-07-10 11:42:00.000001', '1969-12-31 23:59:59.999999']) {
      expect(textFromMicros(microsFromText(text) ?? 0)).toBe(text);
    }
  });

  it('names spans', () => {
    expect(spanName(60_000_000)).toBe('minute');
    expect(spanName(300_000_000)).toBe('5 minutes');
    expect(spanName(90_000_000)).toBe('90 seconds');
    expect(spanName(7 * 86_400_000_000)).toBe('7 days');
    expect(spanName(250_000)).toBe('250 milliseconds');
  });
});
