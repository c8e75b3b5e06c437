import { describe, expect, it } from 'vitest';
import type { Histogram } from '#shared/api/index.ts';
import { microsFromText, minute } from '#shared/utc.ts';
import {
  barPaths,
  bucketAt,
  highestCount,
  histogramRange,
  microsAt,
  panned,
  timeTicks,
  totalsOf,
  xOf,
  zoomed,
} from './histogram-geometry.ts';

const start = microsFromText('2023-07-10 11:42:00') ?? 0;
const histogram: Histogram = {
  fromMicros: start,
  bucketMicros: minute,
  read: [4, 0, 1000, 0],
  write: [2, 0, 0, 0],
  denied: [1, 0, 1, 0],
  unknown: [0, 0, 0, 0],
  withoutTime: 0,
  elapsedMs: 1,
};
const whole = histogramRange(histogram);
const scale = { range: whole, width: 400 };

describe('the histogram’s geometry', () => {
  it('maps instants to px and back', () => {
    expect(whole).toEqual({ fromMicros: start, toMicros: start + 4 * minute });
    expect(xOf(start + minute, scale)).toBe(100);
    expect(microsAt(100, scale)).toBe(start + minute);
    expect(microsAt(-20, scale)).toBe(start);
    expect(microsAt(999, scale)).toBe(start + 4 * minute);
  });

  it('finds the bucket of an instant: its start belongs to it, its end to the next', () => {
    expect(bucketAt(start, histogram)).toBe(0);
    expect(bucketAt(start + minute - 1, histogram)).toBe(0);
    expect(bucketAt(start + minute, histogram)).toBe(1);
    expect(bucketAt(start - 1, histogram)).toBeNull();
    expect(bucketAt(start + 4 * minute, histogram)).toBeNull();
  });

  it('counts and finds the highest stack that shows', () => {
    expect(totalsOf(histogram)).toEqual({ read: 1004, write: 2, denied: 2, unknown: 0 });
    expect(highestCount(histogram, whole)).toBe(1001);
    expect(highestCount(histogram, { fromMicros: start, toMicros: start + 2 * minute })).toBe(7);
  });

  it('draws each bucket once and lets no event disappear beside a thousand others', () => {
    const paths = barPaths(histogram, scale, 100, 1001);
    expect(paths.read.match(/M/g)).toHaveLength(2);
    expect(paths.denied.match(/M/g)).toHaveLength(2);
    expect(paths.unknown).toBe('');
    expect(paths.write).toMatch(/^M0 \d+h32v1h-32z$/);
  });

  it('draws old, coarse buckets at their true place while a zoom waits for finer ones', () => {
    const zoomedScale = { range: { fromMicros: start + 2 * minute, toMicros: start + 3 * minute }, width: 400 };
    expect(barPaths(histogram, zoomedScale, 100, 1001).read).toMatch(/^M0 \d+h32v100h-32z$/);
  });

  it('ticks at round instants, with the date at midnight', () => {
    const night = microsFromText('2023-07-10 23:00:00') ?? 0;
    const labels = timeTicks({ range: { fromMicros: night, toMicros: night + 120 * minute }, width: 800 }).map(
      (tick) => tick.label,
    );
    expect(labels).toContain('23:15');
    expect(labels).toContain('Jul 11');
  });
});

describe('zooming', () => {
  it('keeps the instant under the pointer where it is', () => {
    const at = start + minute;
    const range = zoomed(whole, at, 0.5, whole);
    expect(range).not.toBeNull();
    if (range === null) return;
    expect(range.toMicros - range.fromMicros).toBe(2 * minute);
    expect(xOf(at, { range, width: 400 })).toBe(xOf(at, scale));
  });

  it('stops at the whole and at two seconds', () => {
    expect(zoomed(whole, start, 2, whole)).toBeNull();
    const narrow = zoomed({ fromMicros: start, toMicros: start + 2_000_000 }, start, 0.1, whole);
    expect(narrow).toEqual({ fromMicros: start, toMicros: start + 2_000_000 });
  });

  it('pans without leaving the whole or changing the length', () => {
    const range = { fromMicros: start + 3 * minute, toMicros: start + 4 * minute };
    expect(panned(range, 0.5, whole)).toEqual(range);
    expect(panned(range, -0.5, whole)).toEqual({
      fromMicros: start + 2.5 * minute,
      toMicros: start + 3.5 * minute,
    });
  });
});
