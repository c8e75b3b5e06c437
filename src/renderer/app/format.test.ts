import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatCounted, formatDuration, formatInstant } from './format.ts';

describe('counts', () => {
  it('groups digits and agrees in number', () => {
    expect(formatCount(2900)).toBe('2,900');
    expect(formatCounted(1, 'event')).toBe('1 event');
    expect(formatCounted(0, 'entry', 'entries')).toBe('0 entries');
  });
});

describe('formatBytes', () => {
  it('uses powers of 1024 and never shows 1,024 of a unit', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1,023 B');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatBytes(1024 * 1024 - 1)).toBe('1.0 MiB');
    expect(formatBytes(5 * 1024 ** 4)).toBe('5.0 TiB');
  });
});

describe('formatDuration', () => {
  it('names the units that matter at each size', () => {
    expect(formatDuration(14.4)).toBe('14 ms');
    expect(formatDuration(3240)).toBe('3.2 s');
    expect(formatDuration(34_400)).toBe('34 s');
    expect(formatDuration(125_000)).toBe('2 min 05 s');
    expect(formatDuration(59_700)).toBe('1 min 00 s');
    expect(formatDuration(3_725_000)).toBe('1 h 02 min');
  });
});

describe('formatInstant', () => {
  it('takes ISO 8601 and DuckDB’s writing alike', () => {
    expect(formatInstant('2026-11-23T19:30:43.123Z')).toBe('2026-11-23 19:30:43');
    expect(formatInstant('2023-07-10 12:37:11.25')).toBe('2023-07-10 12:37:11');
    expect(formatInstant('2023-07-10 12:37:11+00')).toBe('2023-07-10 12:37:11');
  });
});
