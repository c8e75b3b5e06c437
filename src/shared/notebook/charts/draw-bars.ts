import type { Cell } from '../../api/query.ts';
import { numberOfCell } from './cell-values.ts';
import { columnName, rowNotes, type ChartRows } from './chart-rows.ts';
import { fittedText, groupedNumber, monoSize, textSize, textWidth, titleText } from './chart-text.ts';
import type { BarColumns } from './choose-columns.ts';
import { seriesColoursOf, type ColourRole, type Drawing, type Shape, type Target } from './drawing.ts';
import { legendShapes } from './legend.ts';
import { numberTicks, shortNumber } from './ticks.ts';

export const mostBars = 100;

const barPitch = 22;
const barHeight = 14;
const padding = 14;
const axisHeight = 26;

interface Segment {
  readonly row: number;
  readonly series: string | null;
  readonly value: number;
  /** As the result has it. */
  readonly text: string;
}

interface Bar {
  readonly label: string | null;
  readonly segments: Segment[];
}

/** Lying bars, one a row, or with a series one a name: the first hundred. Negative values go to the left of zero. */
export function drawBars(choice: BarColumns, source: ChartRows, width: number): Drawing {
  const { bars, drawnRows, unreadable } = readBars(choice, source);
  const series = [...new Set(bars.flatMap((bar) => bar.segments.map((segment) => segment.series)))];
  const sums = bars.flatMap(({ segments }) => [sumOf(segments, 1), sumOf(segments, -1)]);
  const min = Math.min(0, ...sums);
  const max = Math.max(0, ...sums) || (min < 0 ? 0 : 1);
  const texts = bars.map(barText);
  const labelWidth = Math.min(
    width * 0.36,
    Math.max(40, ...bars.map((bar) => textWidth((bar.label ?? 'NULL').slice(0, 80)))),
  );
  const textRoom = Math.min(130, Math.max(24, ...texts.map((text) => textWidth(text, monoSize, true)))) + 10;
  const left = padding + labelWidth + 12 + (min < 0 ? textRoom : 0);
  const right = Math.max(left + 40, width - padding - textRoom);
  const top = 8 + (choice.series === null ? 0 : 22);
  const bottom = top + bars.length * barPitch + 2;
  const x = (value: number): number => left + ((value - min) / (max - min)) * (right - left);

  const colours = seriesColoursOf(series);
  const colourOf = (segment: Segment): ColourRole => colours[series.indexOf(segment.series)] ?? 'muted';
  const shapes: Shape[] = [];
  const targets: Target[] = [];
  for (const { at, label } of numberTicks(min, max, Math.max(2, Math.floor((right - left) / 90)))) {
    const line = { kind: 'line', x1: x(at), x2: x(at), y1: top, y2: bottom, colour: 'grid' } as const;
    shapes.push(line, { ...axisText, x: x(at), y: bottom + 16, text: label });
  }
  bars.forEach((bar, index) => {
    const y = top + index * barPitch + (barPitch - barHeight) / 2;
    const label = bar.label ?? 'NULL';
    shapes.push({
      ...{ kind: 'text', x: padding + labelWidth, y: y + 11, text: fittedText(label, labelWidth), anchor: 'end' },
      ...{ size: textSize, colour: bar.label === null ? 'muted' : 'text', title: titleText(label) },
    });
    const ends = { up: 0, down: 0 };
    for (const segment of bar.segments) {
      const from = segment.value < 0 ? ends.down : ends.up;
      const to = from + segment.value;
      if (segment.value < 0) ends.down = to;
      else ends.up = to;
      const [x1, x2] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))];
      const title = barTitle(choice, source, bar, segment);
      // A value that is there is never invisible.
      const shown = segment.value === 0 ? 0 : Math.max(1, x2 - x1);
      shapes.push({
        kind: 'rect',
        x: x1,
        y,
        width: shown,
        height: barHeight,
        radius: 2,
        colour: colourOf(segment),
        title,
      });
      targets.push({ x: x2, y: y + barHeight / 2, title, row: segment.row });
    }
    const isLeft = ends.up === 0 && ends.down < 0;
    shapes.push({
      ...{ kind: 'text', x: isLeft ? x(ends.down) - 6 : x(ends.up) + 6, y: y + 11, anchor: isLeft ? 'end' : 'start' },
      ...{
        text: fittedText(texts[index] ?? '', textRoom, monoSize, true),
        isMono: true,
        size: monoSize,
        colour: 'text',
      },
    });
  });
  if (min < 0) shapes.push({ kind: 'line', x1: x(0), x2: x(0), y1: top, y2: bottom, colour: 'muted' });
  const names = series.map((name) => name ?? 'NULL');
  if (choice.series !== null) shapes.push(...legendShapes(names, colours, padding, width));

  const isEmpty = bars.length === 0;
  return {
    ...{ width, height: isEmpty ? 0 : bottom + axisHeight, shapes: isEmpty ? [] : shapes, targets, nearest: 'y' },
    label: `Bars: ${columnName(source, choice.y)} of ${bars.length} ${choice.x === null ? 'rows' : `by ${columnName(source, choice.x)}`}`,
    notes: rowNotes(source, drawnRows, unreadable, `a number in ${columnName(source, choice.y)}`),
  };
}

const axisText = { kind: 'text', anchor: 'middle', isMono: true, size: monoSize, colour: 'muted' } as const;

function readBars(choice: BarColumns, source: ChartRows) {
  const bars: Bar[] = [];
  const byLabel = new Map<string | null, Bar>();
  let unreadable = 0;
  let drawnRows = 0;
  for (const [row, cells] of source.rows.entries()) {
    const label = choice.x === null ? `row ${row + 1}` : textOf(cells[choice.x] ?? null);
    const known = choice.series === null ? undefined : byLabel.get(label);
    if (!known && bars.length >= mostBars) break;
    drawnRows += 1;
    const cell = cells[choice.y] ?? null;
    const value = numberOfCell(cell);
    if (value === null) {
      unreadable += 1;
      continue;
    }
    const bar = known ?? { label, segments: [] };
    if (!known) {
      bars.push(bar);
      byLabel.set(label, bar);
    }
    const series = choice.series === null ? null : textOf(cells[choice.series] ?? null);
    bar.segments.push({ row, series, value, text: groupedNumber(String(cell)) });
  }
  return { bars, drawnRows, unreadable };
}

function textOf(cell: Cell): string | null {
  return cell === null ? null : String(cell);
}

function sumOf(segments: readonly Segment[], sign: 1 | -1): number {
  return segments.reduce((sum, { value }) => (Math.sign(value) === sign ? sum + value : sum), 0);
}

function barText({ segments }: Bar): string {
  const [only] = segments;
  if (segments.length === 1 && only) return only.text;
  return shortNumber(segments.reduce((sum, { value }) => sum + value, 0));
}

function barTitle(choice: BarColumns, source: ChartRows, bar: Bar, segment: Segment): string {
  const series = choice.series === null ? '' : ` · ${titleText(segment.series ?? 'NULL')}`;
  return `${titleText(bar.label ?? 'NULL')}${series} · ${titleText(columnName(source, choice.y))} ${titleText(segment.text)}`;
}
