import { describe, expect, test } from 'vitest';
import type { LaneMark, Lanes } from '#shared/api/index.ts';
import { laneY, layOutTimeline } from '#shared/notebook/charts/draw-timeline.ts';
import { markUnder, nextMark } from './lane-marks.ts';
import { filtersOf } from './mark-rows.ts';

const mark = (from: number, to = from): LaneMark => ({ from, to, count: 1, row: 0, kind: null });
const lanes: Lanes = {
  ...{
    fromMicros: 0,
    bucketMicros: 1_000_000,
    bucketCount: 100,
    laneCount: 3,
    rowsInOtherLanes: 0,
    rowsWithoutTime: 0,
  },
  lanes: [
    { label: 'a', rowCount: 3, marks: [mark(10), mark(11), mark(90)] },
    { label: null, rowCount: 1, marks: [mark(40, 59)] },
    { label: 'empty here', rowCount: 1, marks: [] },
  ],
};
const layout = layOutTimeline(lanes, 1000);
const x = (bucket: number): number => layout.plotLeft + (layout.plotWidth * bucket) / 100;

describe('the mark under the pointer', () => {
  test('is the nearest within reach, along the whole of a range', () => {
    expect(markUnder(lanes, layout, x(10.5) + 2, laneY(0))).toEqual({ lane: 0, mark: 0 });
    expect(markUnder(lanes, layout, x(11.5) + 2, laneY(0) + 10)).toEqual({ lane: 0, mark: 1 });
    expect(markUnder(lanes, layout, x(90.5) + 8, laneY(0))).toEqual({ lane: 0, mark: 2 });
    expect(markUnder(lanes, layout, x(90.5) + 12, laneY(0))).toBeNull();
    expect(markUnder(lanes, layout, x(50), laneY(1))).toEqual({ lane: 1, mark: 0 });
    expect(markUnder(lanes, layout, x(70), laneY(1))).toBeNull();
  });

  test('beside the plot is the lane; below the lanes is nothing', () => {
    expect(markUnder(lanes, layout, 20, laneY(2))).toEqual({ lane: 2, mark: null });
    expect(markUnder(lanes, layout, x(10), laneY(3))).toBeNull();
  });
});

test('keys go along a lane, and to the mark next in time of another', () => {
  expect(nextMark(lanes, null, 'ArrowRight')).toEqual({ lane: 0, mark: 0 });
  expect(nextMark(lanes, { lane: 0, mark: 0 }, 'ArrowLeft')).toEqual({ lane: 0, mark: 0 });
  expect(nextMark(lanes, { lane: 0, mark: 0 }, 'End')).toEqual({ lane: 0, mark: 2 });
  expect(nextMark(lanes, { lane: 0, mark: 2 }, 'ArrowDown')).toEqual({ lane: 1, mark: 0 });
  expect(nextMark(lanes, { lane: 1, mark: 0 }, 'ArrowUp')).toEqual({ lane: 0, mark: 1 });
  expect(nextMark(lanes, { lane: 1, mark: 0 }, 'ArrowDown')).toEqual({ lane: 2, mark: null });
  expect(nextMark(lanes, { lane: 2, mark: null }, 'ArrowRight')).toEqual({ lane: 2, mark: null });
  expect(nextMark({ ...lanes, lanes: [] }, null, 'ArrowDown')).toBeNull();
  expect(nextMark(lanes, null, 'a')).toBeNull();
});

describe('the rows of', () => {
  const choice = { view: 'timeline', time: 0, end: null, lane: 2, outcome: null, readOnly: null } as const;
  const whole = { fromMicros: -5, toMicros: 200_000_000 };

  test('a mark are those of its lane that begin in its bucket', () => {
    expect(filtersOf(lanes, { lane: 0, mark: 1 }, choice, null, whole)).toEqual([
      { column: 2, equals: 'a' },
      { column: 0, range: { fromMicros: 11_000_000, toMicros: 12_000_000 } },
    ]);
    expect(filtersOf(lanes, { lane: 1, mark: 0 }, { ...choice, end: 1 }, null, whole)).toEqual([
      { column: 2, equals: null },
      { column: 0, range: { fromMicros: 40_000_000, toMicros: 41_000_000 } },
    ]);
  });

  test('a lane are all of it, as far as it is zoomed', () => {
    expect(filtersOf(lanes, { lane: 0, mark: null }, choice, null, whole)).toEqual([{ column: 2, equals: 'a' }]);
    const zoom = { fromMicros: 0, toMicros: 100_000_000 };
    expect(filtersOf(lanes, { lane: 0, mark: null }, choice, zoom, whole)).toEqual([
      { column: 2, equals: 'a' },
      { column: 0, range: zoom },
    ]);
  });

  test('ranges at the edge of a zoomed plot began before it', () => {
    const zoom = { fromMicros: 0, toMicros: 100_000_000 };
    const edge = { ...lanes, lanes: [{ label: 'a', rowCount: 1, marks: [mark(0, 3)] }] };
    expect(filtersOf(edge, { lane: 0, mark: 0 }, { ...choice, lane: null, end: 1 }, zoom, whole)).toEqual([
      { column: 0, range: { fromMicros: -5, toMicros: 1_000_000 } },
      { column: 1, range: { fromMicros: 0, toMicros: 200_000_000 } },
    ]);
  });
});
