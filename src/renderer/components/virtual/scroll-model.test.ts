import { describe, expect, it } from 'vitest';
import {
  clampTop,
  maximumScrollHeight,
  maximumTop,
  rowWindow,
  scrollFromTop,
  scrollHeight,
  topFromScroll,
  topThatShows,
} from './scroll-model.ts';

const small = { rowCount: 1000, rowHeight: 25, viewportHeight: 610 };
const huge = { rowCount: 50_000_000, rowHeight: 25, viewportHeight: 613 };

describe('scroll model', () => {
  it('is the element’s own scrolling while the rows fit its limit', () => {
    expect(scrollHeight(small)).toBe(25_000);
    expect(topFromScroll(1234.5, small)).toBe(1234.5);
    expect(scrollFromTop(1234.5, small)).toBe(1234.5);
  });

  it('shows the first row at the start and the last at the end, however many rows there are', () => {
    for (const geometry of [small, huge, { ...huge, rowCount: 320_001 }]) {
      const furthestScroll = scrollHeight(geometry) - geometry.viewportHeight;
      expect(rowWindow(topFromScroll(0, geometry), geometry).first).toBe(0);
      const end = topFromScroll(furthestScroll, geometry);
      expect(end).toBeCloseTo(maximumTop(geometry), 3);
      expect(rowWindow(end, geometry).end).toBe(geometry.rowCount);
    }
    expect(scrollHeight(huge)).toBe(maximumScrollHeight);
  });

  it('can show every row: any row’s place survives the way to scrollTop and back to less than a row', () => {
    for (const row of [0, 1, 17, 12_345_678, 33_333_333, 49_999_998, 49_999_999]) {
      const top = topThatShows(row, 0, huge);
      const seen = rowWindow(top, huge);
      expect(row).toBeGreaterThanOrEqual(seen.first);
      expect(row).toBeLessThan(seen.end);
      expect(Math.abs(topFromScroll(scrollFromTop(top, huge), huge) - top)).toBeLessThan(1);
    }
  });

  it('moves no further than needed to show a row, and not at all if it shows', () => {
    expect(topThatShows(10, 100, small)).toBe(100);
    expect(topThatShows(2, 100, small)).toBe(50);
    expect(topThatShows(100, 0, small)).toBe(101 * 25 - 610);
  });

  it('stays inside the content', () => {
    expect(clampTop(-5, small)).toBe(0);
    expect(clampTop(1e9, small)).toBe(25_000 - 610);
    expect(rowWindow(0, { ...small, rowCount: 0 })).toEqual({ first: 0, end: 0 });
    expect(rowWindow(0, { ...small, rowCount: 3 })).toEqual({ first: 0, end: 3 });
    expect(maximumTop({ ...small, rowCount: 3 })).toBe(0);
  });
});
