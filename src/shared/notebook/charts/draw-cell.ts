import type { Lanes } from '../../api/query.ts';
import type { CellBlock } from '../notebook.ts';
import type { ChartRows } from './chart-rows.ts';
import { chooseColumns, type TimelineColumns } from './choose-columns.ts';
import { titleText } from './chart-text.ts';
import { drawBars, mostBars } from './draw-bars.ts';
import { drawLines, mostLineRows } from './draw-lines.ts';
import { drawTimeline } from './draw-timeline.ts';
import type { Drawing } from './drawing.ts';

/** What a view is drawn from: the result's first rows, and for a timeline its lanes (`query.lanes` with the chosen columns). */
export interface CellSource extends ChartRows {
  readonly lanes?: Lanes | null;
}

/** How many of a result's first rows a view needs. */
export const rowsToDraw = { bar: mostBars * 10, line: mostLineRows } as const;

/**
 * The drawing of a cell's result as its view asks for it, for a report. Null where there is none: tables, single values,
 * columns that don't fit (`chooseColumns` says why), a timeline without lanes. `width` in px.
 */
export function drawCell(cell: Pick<CellBlock, 'view' | 'options'>, source: CellSource, width = 900): Drawing | null {
  const choice = chooseColumns(cell.view, cell.options, source.columns);
  if ('missing' in choice) return null;
  if (choice.view === 'bar') return drawBars(choice, source, width);
  if (choice.view === 'line') return drawLines(choice, source, width);
  if (choice.view !== 'timeline' || !source.lanes) return null;
  return drawTimeline(namedLanes(source.lanes, choice), width, timelineLabel(choice, source));
}

export function timelineLabel(choice: TimelineColumns, source: Pick<ChartRows, 'columns'>): string {
  const name = (column: number): string => titleText(source.columns[column]?.name ?? '');
  return `Timeline of ${name(choice.time)}${choice.lane === null ? '' : ` by ${name(choice.lane)}`}`;
}

/** Without a column of lanes there is one, of all rows. */
export function namedLanes(lanes: Lanes, choice: TimelineColumns): Lanes {
  return choice.lane === null
    ? { ...lanes, lanes: lanes.lanes.map((lane) => ({ ...lane, label: 'all rows' })) }
    : lanes;
}
