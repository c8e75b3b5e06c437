import type { Lanes } from '#shared/api/index.ts';
import { laneHeight, laneY, markSpan, type TimelineLayout } from '#shared/notebook/charts/draw-timeline.ts';
import type { MarkPlace } from './mark-rows.ts';

/** Px from a mark at which the pointer still means it. */
const reach = 8;

/** The mark under a place of the plot; beside the plot, on a lane's name, the whole lane. */
export function markUnder(lanes: Lanes, layout: TimelineLayout, x: number, y: number): MarkPlace | null {
  const lane = Math.round((y - laneY(0)) / laneHeight);
  const found = lanes.lanes[lane];
  if (found === undefined) return null;
  if (x < layout.plotLeft - reach) return { lane, mark: null };
  let nearest = { mark: -1, distance: reach + 1 };
  found.marks.forEach((mark, index) => {
    const { x1, x2 } = markSpan(lanes, mark, layout);
    const distance = Math.max(0, x1 - x, x - x2);
    if (distance < nearest.distance) nearest = { mark: index, distance };
  });
  return nearest.mark < 0 ? null : { lane, mark: nearest.mark };
}

/** Where a key goes from a mark, or null if it is none of ours: along its lane, or to the nearest mark of another. */
export function nextMark(lanes: Lanes, place: MarkPlace | null, key: string): MarkPlace | null {
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return null;
  if (place === null) return lanes.lanes.length === 0 ? null : inLane(lanes, 0, 0);
  const last = (lanes.lanes[place.lane]?.marks.length ?? 0) - 1;
  const at = place.mark ?? 0;
  switch (key) {
    case 'ArrowLeft':
      return inLane(lanes, place.lane, Math.max(0, at - 1));
    case 'ArrowRight':
      return inLane(lanes, place.lane, Math.min(last, at + 1));
    case 'Home':
      return inLane(lanes, place.lane, 0);
    case 'End':
      return inLane(lanes, place.lane, last);
    default: {
      const lane = Math.min(lanes.lanes.length - 1, Math.max(0, place.lane + (key === 'ArrowUp' ? -1 : 1)));
      const bucket = lanes.lanes[place.lane]?.marks[at]?.from ?? 0;
      const distances = (lanes.lanes[lane]?.marks ?? []).map(({ from }) => Math.abs(from - bucket));
      return inLane(lanes, lane, distances.indexOf(Math.min(...distances)));
    }
  }
}

function inLane(lanes: Lanes, lane: number, mark: number): MarkPlace {
  return { lane, mark: lanes.lanes[lane]?.marks[mark] === undefined ? null : mark };
}
