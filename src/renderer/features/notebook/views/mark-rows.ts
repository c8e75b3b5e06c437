import type { LaneMark, Lanes, ResultFilter, TimeRange } from '#shared/api/index.ts';
import type { TimelineColumns } from '#shared/notebook/charts/choose-columns.ts';
import { markRange } from '#shared/notebook/charts/draw-timeline.ts';

/** A lane and one of its marks by their numbers from 0; without a mark, all of the lane. */
export interface MarkPlace {
  readonly lane: number;
  readonly mark: number | null;
}

/**
 * What filters a result to the rows of a mark, or of a lane. `zoom`: the range the lanes were asked for, `whole`: the range
 * of all times.
 */
export function filtersOf(
  lanes: Lanes,
  place: MarkPlace,
  choice: TimelineColumns,
  zoom: TimeRange | null,
  whole: TimeRange,
): readonly ResultFilter[] {
  const lane = lanes.lanes[place.lane];
  const mark = place.mark === null ? undefined : lane?.marks[place.mark];
  if (lane === undefined) return [];
  return [
    ...(choice.lane === null ? [] : [{ column: choice.lane, equals: lane.label }]),
    ...(mark === undefined ? laneFilters(choice, zoom) : markFilters(lanes, mark, choice, zoom, whole)),
  ];
}

function laneFilters(choice: TimelineColumns, zoom: TimeRange | null): readonly ResultFilter[] {
  return zoom === null || choice.end !== null ? [] : [{ column: choice.time, range: zoom }];
}

function markFilters(
  lanes: Lanes,
  mark: LaneMark,
  choice: TimelineColumns,
  zoom: TimeRange | null,
  whole: TimeRange,
): readonly ResultFilter[] {
  const began = markRange(lanes, { ...mark, to: mark.from });
  if (choice.end === null || zoom === null || mark.from > 0) return [{ column: choice.time, range: began }];
  // Ranges that began before the plot does are in its first bucket.
  return [
    { column: choice.time, range: { fromMicros: whole.fromMicros, toMicros: began.toMicros } },
    { column: choice.end, range: { fromMicros: zoom.fromMicros, toMicros: whole.toMicros } },
  ];
}
