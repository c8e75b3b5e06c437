import { describe, expect, test } from 'vitest';
import type { LaneMark, Lanes } from '../../api/query.ts';
import { drawTimeline, laneHeight, laneY, layOutTimeline, markSpan, timelineBuckets } from './draw-timeline.ts';

const start = Date.UTC(2023, 6, 10, 12) * 1000;
const second = 1_000_000;

function mark(from: number, changes: Partial<LaneMark> = {}): LaneMark {
  return { from, to: from, count: 1, row: from, kind: null, ...changes };
}

function lanesOf(marks: Readonly<Record<string, readonly LaneMark[]>>, changes: Partial<Lanes> = {}): Lanes {
  const lanes = Object.entries(marks).map(([label, each]) => ({
    ...{ label, marks: each, rowCount: each.reduce((sum, { count }) => sum + count, 0) },
  }));
  return {
    ...{ fromMicros: start, bucketMicros: 6 * second, bucketCount: 100, lanes, laneCount: lanes.length },
    ...{ rowsInOtherLanes: 0, rowsWithoutTime: 0, ...changes },
  };
}

describe('a timeline', () => {
  test('places marks by their time and lane', () => {
    const lanes = lanesOf({ iam: [mark(0), mark(99)], sts: [mark(50, { count: 3 })] });
    const drawing = drawTimeline(lanes, 900, 'Timeline');
    const layout = layOutTimeline(lanes, 900);
    const circles = drawing.shapes.filter((shape) => shape.kind === 'circle');
    // The middles of buckets 0, 99 and 50 of 100.
    expect(circles.map(({ x }) => (x - layout.plotLeft) / layout.plotWidth)).toEqual([
      expect.closeTo(0.005, 9),
      expect.closeTo(0.995, 9),
      expect.closeTo(0.505, 9),
    ]);
    expect(circles.map(({ y }) => y)).toEqual([laneY(0), laneY(0), laneY(1)]);
    expect(laneY(1) - laneY(0)).toBe(laneHeight);
    expect(circles[2]?.radius).toBeGreaterThan(circles[0]?.radius ?? 0);
    expect(circles.map(({ colour }) => colour)).toEqual(['series1', 'series1', 'series2']);
    expect(circles[2]?.title).toBe('sts · 2023-07-10 12:05:00 to 12:05:05 · 3 rows');
    expect(drawing.targets).toHaveLength(3);
    expect(drawing.shapes.flatMap((shape) => (shape.kind === 'text' && shape.isMono ? [shape.text] : []))).toEqual([
      ...['2023-07-10 UTC', '12:00', '12:02', '12:04', '12:06', '12:08'],
    ]);
  });

  test('draws ranges from end to end, and colours by what events did', () => {
    const lanes = lanesOf({
      a: [mark(10, { to: 29, kind: 'denied' }), mark(40, { kind: 'read' }), mark(50)],
      b: [mark(60, { kind: 'write' })],
    });
    const layout = layOutTimeline(lanes, 900);
    const span = markSpan(lanes, lanes.lanes[0]?.marks[0] ?? mark(0), layout);
    expect(span.x1).toBeCloseTo(layout.plotLeft + layout.plotWidth * 0.1, 9);
    expect(span.x2).toBeCloseTo(layout.plotLeft + layout.plotWidth * 0.3, 9);
    const { shapes } = drawTimeline(lanes, 900, 'Timeline');
    expect(shapes.filter(({ kind }) => kind === 'rect' || kind === 'circle').map(({ colour }) => colour)).toEqual([
      ...['denied', 'read', 'muted', 'write'],
    ]);
  });

  test('shows many marks as bars whose height tells the count', () => {
    const marks = Array.from({ length: 100 }, (_, from) => mark(from, { count: from === 7 ? 400 : 100 }));
    const { shapes } = drawTimeline(lanesOf({ busy: marks, quiet: [mark(3)] }), 900, 'Timeline');
    const [busy, quiet] = shapes.filter((shape) => shape.kind === 'boxes');
    expect(shapes.filter((shape) => shape.kind === 'circle')).toEqual([]);
    // 4 px and 16 more for the highest; a quarter of its count is half of that.
    expect(busy?.boxes.map(({ height }) => height).slice(6, 9)).toEqual([12, 20, 12]);
    expect(quiet?.boxes[0]?.height).toBeCloseTo(4 + 16 * Math.sqrt(1 / 400), 9);
  });

  test('of one instant has room around it', () => {
    const lanes = lanesOf({ a: [mark(0)] }, { bucketMicros: 1, bucketCount: 1 });
    const layout = layOutTimeline(lanes, 900);
    expect(layout.range.toMicros - layout.range.fromMicros).toBe(2 * second);
    const { x1 } = markSpan(lanes, mark(0), layout);
    expect(x1).toBeCloseTo(layout.plotLeft + layout.plotWidth / 2, 3);
  });

  test('says what it leaves out', () => {
    const changes = { laneCount: 9, rowsInOtherLanes: 1234, rowsWithoutTime: 1 };
    expect(drawTimeline(lanesOf({ a: [mark(0)] }, changes), 900, 'T').notes).toEqual([
      '8 more lanes with 1,234 rows not drawn',
      '1 row without a time',
    ]);
    const empty = drawTimeline(lanesOf({}, { bucketCount: 0, rowsWithoutTime: 3 }), 900, 'T');
    expect(empty).toMatchObject({ height: 0, shapes: [], notes: ['No row has a time (of 3)'] });
  });

  test('stays in its width with 500 lanes of huge and hostile labels', () => {
    const hostile = `<script>alert(1)</script>\u202e\u0000\n${'x'.repeat(100_000)}`;
    const labels = Array.from({ length: 500 }, (_, index) => `${index}${hostile}`);
    const { shapes, height } = drawTimeline(
      lanesOf(Object.fromEntries(labels.map((label) => [label, [mark(5)]]))),
      600,
      'T',
    );
    expect(height).toBeGreaterThan(500 * laneHeight);
    for (const shape of shapes) {
      if (shape.kind !== 'text') continue;
      expect(shape.text.length).toBeLessThan(60);
      expect(shape.text).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(shape.title?.length ?? 0).toBeLessThan(500);
    }
    const layout = layOutTimeline(lanesOf({ [hostile]: [mark(5)] }), 600);
    expect(layout.plotLeft).toBeLessThan(300);
    expect(layout.plotLeft + layout.plotWidth).toBeLessThanOrEqual(600);
  });

  test('of a lane without a value says NULL, apart from that text', () => {
    const lanes = lanesOf({ NULL: [mark(1)] });
    const both = { ...lanes, lanes: [...lanes.lanes, { label: null, rowCount: 1, marks: [mark(2)] }] };
    const texts = drawTimeline(both, 900, 'T').shapes.filter((shape) => shape.kind === 'text' && !shape.isMono);
    expect(texts.map((shape) => [shape.kind === 'text' && shape.text, shape.colour])).toEqual([
      ['NULL', 'text'],
      ['NULL', 'muted'],
    ]);
  });
});

test('buckets are as many as can be told apart', () => {
  expect([0, 300, 720, 100_000].map(timelineBuckets)).toEqual([20, 100, 240, 1000]);
});
