import type { Lane, LaneMark, Lanes } from '../../api/query.ts';
import { second, textFromMicros } from '../../utc.ts';
import { fittedText, formatCount, formatCounted, monoSize, textSize, textWidth, titleText } from './chart-text.ts';
import { seriesColour, type Box, type ColourRole, type Drawing, type Shape } from './drawing.ts';
import { timeTicks } from './ticks.ts';

/** Where a timeline's parts lie, px. */
export interface TimelineLayout {
  readonly width: number;
  readonly plotLeft: number;
  readonly plotWidth: number;
  readonly lanesHeight: number;
  /** What the plot spans. */
  readonly range: { readonly fromMicros: number; readonly toMicros: number };
  /** Marks are bars by their count: dots would hide each other. */
  readonly isDense: boolean;
  readonly hasKinds: boolean;
  readonly hasRanges: boolean;
}

export const laneHeight = 25;
export const timeAxisHeight = 28;
const padding = 14;
const widestLabel = 190;

/** Px of a bucket that a dot fills by itself: how many buckets to ask for. */
export function timelineBuckets(width: number): number {
  return Math.min(1000, Math.max(20, Math.floor(width / 3)));
}

export function layOutTimeline(lanes: Lanes, width: number): TimelineLayout {
  const labels = lanes.lanes.map((lane) => Math.min(widestLabel, textWidth(laneLabel(lane).slice(0, 60))));
  const plotLeft = padding + Math.min(width * 0.35, Math.max(100, ...labels)) + 24;
  const plotWidth = Math.max(40, width - plotLeft - padding - 4);
  const marks = lanes.lanes.map((lane) => lane.marks);
  const total = marks.reduce((sum, each) => sum + each.length, 0);
  return {
    ...{ width, plotLeft, plotWidth, lanesHeight: 8 + lanes.lanes.length * laneHeight },
    range: shownRange(lanes),
    isDense: total > 1500 || marks.some((each) => each.length > plotWidth / 10),
    hasKinds: marks.some((each) => each.some(({ kind }) => kind !== null)),
    hasRanges: marks.some((each) => each.some(({ from, to }) => from !== to)),
  };
}

/** An instant alone is shown with a second to either side. */
function shownRange({ fromMicros, bucketMicros, bucketCount }: Lanes): TimelineLayout['range'] {
  const span = bucketMicros * bucketCount;
  const missing = Math.max(0, 2 * second - span) / 2;
  return { fromMicros: fromMicros - missing, toMicros: fromMicros + span + missing };
}

export function laneLabel(lane: Lane): string {
  return lane.label ?? 'NULL';
}

export function laneY(index: number): number {
  return 8 + (index + 0.5) * laneHeight;
}

export function xOfMicros(micros: number, { plotLeft, plotWidth, range }: TimelineLayout): number {
  return plotLeft + ((micros - range.fromMicros) / (range.toMicros - range.fromMicros)) * plotWidth;
}

/** The span of the buckets a mark covers, half-open. */
export function markRange(lanes: Lanes, mark: LaneMark): TimelineLayout['range'] {
  const { fromMicros, bucketMicros } = lanes;
  return { fromMicros: fromMicros + mark.from * bucketMicros, toMicros: fromMicros + (mark.to + 1) * bucketMicros };
}

/** Middle of an event's bucket; from the beginning to the end of ranges. */
export function markSpan(
  lanes: Lanes,
  mark: LaneMark,
  layout: TimelineLayout,
): { readonly x1: number; readonly x2: number } {
  const { fromMicros, toMicros } = markRange(lanes, mark);
  const [x1, x2] = [xOfMicros(fromMicros, layout), xOfMicros(toMicros, layout)];
  return mark.from === mark.to ? { x1: (x1 + x2) / 2, x2: (x1 + x2) / 2 } : { x1, x2 };
}

/** The lane's name, when, how many. */
export function markTitle(lanes: Lanes, lane: Lane, mark: LaneMark): string {
  const { fromMicros, toMicros } = markRange(lanes, mark);
  const from = textFromMicros(Math.floor(fromMicros / second) * second);
  const to = textFromMicros(Math.floor((toMicros - 1) / second) * second);
  const when = from === to ? from : `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
  const kind = mark.kind === null ? '' : ` · ${mark.count === 1 ? mark.kind : `some ${mark.kind}`}`;
  return `${titleText(laneLabel(lane))} · ${when} · ${formatCounted(mark.count, 'row')}${kind}`;
}

/** Lanes without their axis; marks have titles unless they are dense. */
export function laneShapes(lanes: Lanes, layout: TimelineLayout): readonly Shape[] {
  const highest = lanes.lanes.reduce((most, lane) => lane.marks.reduce((m, { count }) => Math.max(m, count), most), 1);
  return lanes.lanes.flatMap((lane, index): readonly Shape[] => {
    const y = laneY(index);
    const label = laneLabel(lane);
    const room = layout.plotLeft - padding - 20;
    return [
      {
        ...{ kind: 'text', x: padding, y: y + 4, text: fittedText(label, room), size: textSize },
        ...{
          colour: lane.label === null ? 'muted' : 'text',
          title: `${titleText(label)} · ${formatCounted(lane.rowCount, 'row')}`,
        },
      },
      { kind: 'line', x1: layout.plotLeft, x2: layout.plotLeft + layout.plotWidth, y1: y, y2: y, colour: 'grid' },
      ...(layout.isDense
        ? denseMarks(lanes, lane, index, layout, highest)
        : lane.marks.map((mark) => markShape(lanes, lane, mark, index, layout))),
    ];
  });
}

function markShape(lanes: Lanes, lane: Lane, mark: LaneMark, index: number, layout: TimelineLayout): Shape {
  const { x1, x2 } = markSpan(lanes, mark, layout);
  const y = laneY(index);
  const common = { colour: markColour(mark, index, layout), title: markTitle(lanes, lane, mark) };
  if (mark.from !== mark.to) {
    return {
      kind: 'rect',
      x: x1,
      y: y - 5,
      width: Math.max(4, x2 - x1),
      height: 10,
      radius: 3,
      opacity: 0.8,
      ...common,
    };
  }
  return { kind: 'circle', x: x1, y, radius: Math.min(7, 4 + Math.log2(mark.count) * 0.4), opacity: 0.9, ...common };
}

/** Bars that grow with the count, unless their length says something already; one shape a colour. */
function denseMarks(
  lanes: Lanes,
  lane: Lane,
  index: number,
  layout: TimelineLayout,
  highest: number,
): readonly Shape[] {
  const y = laneY(index);
  const byColour = new Map<ColourRole, Box[]>();
  for (const mark of lane.marks) {
    const { fromMicros, toMicros } = markRange(lanes, mark);
    const x = xOfMicros(fromMicros, layout);
    const height = layout.hasRanges ? 9 : 4 + 16 * Math.sqrt(mark.count / highest);
    const box = { x, y: y - height / 2, width: Math.max(1.5, xOfMicros(toMicros, layout) - x - 0.5), height };
    const colour = markColour(mark, index, layout);
    const boxes = byColour.get(colour);
    if (boxes) boxes.push(box);
    else byColour.set(colour, [box]);
  }
  return [...byColour].map(([colour, boxes]): Shape => ({ kind: 'boxes', boxes, colour, opacity: 0.85 }));
}

function markColour(mark: LaneMark, lane: number, layout: TimelineLayout): ColourRole {
  return mark.kind ?? (layout.hasKinds ? 'muted' : seriesColour(lane));
}

/** Below `y`: round instants, and the day on which the plot begins. */
export function timeAxisShapes(layout: TimelineLayout, y: number): readonly Shape[] {
  const { range, plotLeft, plotWidth } = layout;
  const right = plotLeft + plotWidth;
  const ticks = timeTicks(range.fromMicros, range.toMicros, Math.max(2, Math.floor(plotWidth / 100)));
  const text = { kind: 'text', y: y + 18, colour: 'muted', isMono: true, size: monoSize } as const;
  return [
    { ...text, x: padding, text: `${textFromMicros(Math.floor(range.fromMicros / second) * second).slice(0, 10)} UTC` },
    ...ticks.flatMap(({ at, label }): readonly Shape[] => {
      const x = xOfMicros(at, layout);
      const half = textWidth(label, monoSize, true) / 2;
      return x - half < plotLeft - 16 || x + half > right + padding
        ? []
        : [{ ...text, x, text: label, anchor: 'middle' }];
    }),
  ];
}

/** Words on what lanes leave out. */
export function laneNotes(lanes: Lanes): readonly string[] {
  const moreLanes = lanes.laneCount - lanes.lanes.length;
  return [
    ...(moreLanes > 0
      ? [`${formatCounted(moreLanes, 'more lane')} with ${formatCounted(lanes.rowsInOtherLanes, 'row')} not drawn`]
      : []),
    ...(lanes.rowsWithoutTime > 0 ? [`${formatCounted(lanes.rowsWithoutTime, 'row')} without a time`] : []),
  ];
}

/** Lanes with their axis, as a whole. `label` says what they are for screen readers. */
export function drawTimeline(lanes: Lanes, width: number, label: string): Drawing {
  const layout = layOutTimeline(lanes, width);
  const shown = lanes.lanes.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const { fromMicros, toMicros } = layout.range;
  const isEmpty = lanes.lanes.length === 0;
  const span = `${textFromMicros(Math.floor(fromMicros))} to ${textFromMicros(Math.floor(toMicros))} UTC`;
  return {
    ...{ width, height: isEmpty ? 0 : layout.lanesHeight + timeAxisHeight },
    label: isEmpty
      ? `${label}: nothing to draw`
      : `${label}: ${formatCounted(shown, 'row')} on ${formatCounted(lanes.lanes.length, 'lane')}, ${span}`,
    shapes: isEmpty ? [] : [...laneShapes(lanes, layout), ...timeAxisShapes(layout, layout.lanesHeight)],
    targets: lanes.lanes.flatMap((lane, index) =>
      lane.marks.map((mark) => {
        const { x1, x2 } = markSpan(lanes, mark, layout);
        return { x: (x1 + x2) / 2, y: laneY(index), title: markTitle(lanes, lane, mark), row: mark.row };
      }),
    ),
    nearest: 'y',
    notes: isEmpty
      ? [`No row has a time${lanes.rowsWithoutTime > 0 ? ` (of ${formatCount(lanes.rowsWithoutTime)})` : ''}`]
      : laneNotes(lanes),
  };
}
