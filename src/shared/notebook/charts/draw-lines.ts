import type { Cell } from '../../api/query.ts';
import { day, second, textFromMicros } from '../../utc.ts';
import { isNumberType, microsOfCell, numberOfCell } from './cell-values.ts';
import { columnName, rowNotes, type ChartRows } from './chart-rows.ts';
import { formatCounted, groupedNumber, monoSize, textWidth, titleText } from './chart-text.ts';
import { mostLines, type LineColumns } from './choose-columns.ts';
import { seriesColoursOf, type Drawing, type Shape, type Target } from './drawing.ts';
import { legendShapes } from './legend.ts';
import { numberTicks, timeTicks, type Tick } from './ticks.ts';

/** Rows that lines are drawn from, at most. */
export const mostLineRows = 5000;

const padding = 14;
const plotHeight = 190;
/** Up to here each point shows; beyond, they would hide the line. */
const mostDots = 120;

interface Point {
  readonly x: number;
  /** Null: a gap. */
  readonly y: number | null;
  readonly row: number;
  readonly text: string;
}

interface Line {
  readonly name: string;
  readonly points: Point[];
}

/** Lines along times or numbers, at most six; what is empty leaves a gap. The scale begins at zero unless values are below. */
export function drawLines(choice: LineColumns, source: ChartRows, width: number): Drawing {
  const isTime = !isNumberType(source.columns[choice.x]?.type ?? '');
  const { lines, unreadable, moreLines, drawnRows } = readLines(choice, source, isTime);
  const points = lines.flatMap((line) => line.points);
  const values = points.flatMap(({ y }) => (y === null ? [] : [y]));
  const hasLegend = lines.length > 1 || choice.series !== null;
  const label = `Lines: ${lines.map(({ name }) => titleText(name)).join(', ')} by ${columnName(source, choice.x)}`;
  const notes = [
    ...rowNotes(source, drawnRows, unreadable, `a readable ${columnName(source, choice.x)}`),
    ...(moreLines > 0 ? [`${formatCounted(moreLines, 'more line')} not drawn`] : []),
  ];
  if (values.length === 0) return { width, height: 0, label, shapes: [], targets: [], nearest: 'x', notes };

  const [from, to] = spread(extent(points.map(({ x }) => x)), isTime ? second : 0.5);
  const [low, high] = extent(values);
  const yTicks = numberTicks(Math.min(0, low), low >= 0 && high === 0 ? 1 : Math.max(0, high), 4);
  const step = (yTicks[1]?.at ?? 1) - (yTicks[0]?.at ?? 0);
  const min = Math.floor(Math.min(0, low) / step) * step;
  const max = Math.max(min + step, Math.ceil(Math.max(0, high) / step) * step);
  const ticks = numberTicks(min, max, 4);
  const left = padding + Math.max(...ticks.map((tick) => textWidth(tick.label, monoSize, true))) + 10;
  const right = Math.max(left + 40, width - padding - 8);
  const top = hasLegend ? 34 : 14;
  const bottom = top + plotHeight;
  const placeX = (x: number): number => left + ((x - from) / (to - from)) * (right - left);
  const placeY = (y: number): number => bottom - ((y - min) / (max - min)) * plotHeight;

  const axis = { kind: 'text', isMono: true, size: monoSize, colour: 'muted' } as const;
  const xTicks = isTime
    ? timeTicks(from, to, Math.max(2, Math.floor((right - left) / 100)))
    : numberTicks(from, to, Math.max(2, Math.floor((right - left) / 90)));
  const shapes: Shape[] = [
    ...ticks.flatMap(({ at, label: text }): readonly Shape[] => [
      {
        kind: 'line',
        x1: left,
        x2: right,
        y1: placeY(at),
        y2: placeY(at),
        colour: at === 0 && min < 0 ? 'muted' : 'grid',
      },
      { ...axis, x: left - 8, y: placeY(at) + 4, text, anchor: 'end' },
    ]),
    ...xTicks
      .filter((tick) => isWithin(placeX(tick.at), tick, width))
      .map((tick): Shape => ({ ...axis, x: placeX(tick.at), y: bottom + 18, text: tick.label, anchor: 'middle' })),
    ...(isTime ? [{ ...axis, x: left, y: bottom + 34, text: dateSpan(from, to) }] : []),
  ];
  const hasDots = points.length <= mostDots;
  const targets: Target[] = [];
  const names = lines.map(({ name }) => name);
  const colours = seriesColoursOf(names);
  lines.forEach((line, index) => {
    const colour = colours[index] ?? 'muted';
    for (const run of runsOf(line.points)) {
      const place = run.map(({ x, y }) => [placeX(x), placeY(y)] as const);
      if (place.length > 1) shapes.push({ kind: 'path', points: place, width: 1.75, colour });
      run.forEach((point, at) => {
        const [x, y] = place[at] ?? [0, 0];
        const title = `${isTime ? textFromMicros(point.x) : point.x} · ${titleText(line.name)} ${titleText(point.text)}`;
        if (hasDots || run.length === 1) shapes.push({ kind: 'circle', x, y, radius: 2.75, colour, title });
        targets.push({ x, y, title, row: point.row });
      });
    }
  });
  if (hasLegend) shapes.push(...legendShapes(names, colours, padding, width));
  return { width, height: bottom + (isTime ? 42 : 28), label, shapes, targets, nearest: 'x', notes };
}

function readLines(choice: LineColumns, source: ChartRows, isTime: boolean) {
  const lines = new Map<string | number, Line>();
  let unreadable = 0;
  const rows = source.rows.slice(0, mostLineRows);
  for (const [row, cells] of rows.entries()) {
    const x = (isTime ? microsOfCell : numberOfCell)(cells[choice.x] ?? null);
    if (x === null) {
      unreadable += 1;
      continue;
    }
    for (const [index, column] of choice.y.entries()) {
      const series = choice.series === null ? null : seriesName(cells[choice.series] ?? null);
      const key = series ?? index;
      const line = lines.get(key) ?? { name: series ?? columnName(source, column), points: [] };
      lines.set(key, line);
      const cell = cells[column] ?? null;
      line.points.push({ x, y: numberOfCell(cell), row, text: groupedNumber(String(cell)) });
    }
  }
  const all = [...lines.values()];
  for (const { points } of all) points.sort((one, other) => one.x - other.x || one.row - other.row);
  if (choice.series !== null) all.sort((one, other) => weightOf(other) - weightOf(one));
  const shown = all.slice(0, mostLines);
  return { lines: shown, unreadable, moreLines: all.length - shown.length, drawnRows: rows.length };
}

/** Of many series those with the most are shown. */
function weightOf({ points }: Line): number {
  return points.reduce((sum, { y }) => sum + Math.abs(y ?? 0), 0);
}

function seriesName(cell: Cell): string {
  return cell === null ? 'NULL' : String(cell);
}

/** Parts of a line between its gaps. */
function runsOf(points: readonly Point[]): readonly (readonly (Point & { readonly y: number })[])[] {
  const runs: (Point & { readonly y: number })[][] = [[]];
  for (const point of points) {
    if (point.y === null) runs.push([]);
    else runs.at(-1)?.push({ ...point, y: point.y });
  }
  return runs.filter((run) => run.length > 0);
}

function extent(values: readonly number[]): readonly [number, number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/** A single place gets room to either side. */
function spread([from, to]: readonly [number, number], by: number): readonly [number, number] {
  return from === to ? [from - by, to + by] : [from, to];
}

function isWithin(x: number, { label }: Tick, width: number): boolean {
  const half = textWidth(label, monoSize, true) / 2;
  return x - half >= 2 && x + half <= width - 2;
}

function dateSpan(from: number, to: number): string {
  const [first, last] = [from, to].map((micros) => textFromMicros(Math.floor(micros / day) * day).slice(0, 10));
  return first === last ? `${first} UTC` : `${first} to ${last} UTC`;
}
