import { scaleUtc } from 'd3-scale';
import { utcFormat } from 'd3-time-format';
import type { EventKind, Histogram, TimeRange } from '#shared/api/index.ts';
import { second } from '#shared/utc.ts';

/** Maps instants to px from the plot's left edge, linearly. */
export interface TimeScale {
  readonly range: TimeRange;
  readonly width: number;
}

/** Bottom to top, as they are stacked. */
export const stackOrder: readonly EventKind[] = ['read', 'unknown', 'write', 'denied'];

export function xOf(micros: number, scale: TimeScale): number {
  const { fromMicros, toMicros } = scale.range;
  return ((micros - fromMicros) / (toMicros - fromMicros)) * scale.width;
}

/** The instant at a place, to the microsecond, inside the scale's range. */
export function microsAt(x: number, scale: TimeScale): number {
  const { fromMicros, toMicros } = scale.range;
  const fraction = Math.min(1, Math.max(0, x / scale.width));
  return Math.round(fromMicros + fraction * (toMicros - fromMicros));
}

export function bucketCount(histogram: Histogram): number {
  return histogram.read.length;
}

/** The span all buckets cover together. */
export function histogramRange(histogram: Histogram): TimeRange {
  const { fromMicros, bucketMicros } = histogram;
  return { fromMicros, toMicros: fromMicros + Math.max(1, bucketCount(histogram)) * bucketMicros };
}

/** The bucket an instant falls in; null if none. */
export function bucketAt(micros: number, histogram: Histogram): number | null {
  const index = Math.floor((micros - histogram.fromMicros) / histogram.bucketMicros);
  return index >= 0 && index < bucketCount(histogram) ? index : null;
}

export function countsOf(histogram: Histogram, bucket: number): Record<EventKind, number> {
  return {
    read: histogram.read[bucket] ?? 0,
    write: histogram.write[bucket] ?? 0,
    denied: histogram.denied[bucket] ?? 0,
    unknown: histogram.unknown[bucket] ?? 0,
  };
}

export function totalsOf(histogram: Histogram): Record<EventKind, number> {
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    read: sum(histogram.read),
    write: sum(histogram.write),
    denied: sum(histogram.denied),
    unknown: sum(histogram.unknown),
  };
}

/** The highest stack among the buckets that show; at least 1. */
export function highestCount(histogram: Histogram, range: TimeRange): number {
  let highest = 1;
  for (let bucket = 0; bucket < bucketCount(histogram); bucket += 1) {
    const from = histogram.fromMicros + bucket * histogram.bucketMicros;
    if (from >= range.toMicros || from + histogram.bucketMicros <= range.fromMicros) continue;
    const counts = countsOf(histogram, bucket);
    highest = Math.max(highest, counts.read + counts.write + counts.denied + counts.unknown);
  }
  return highest;
}

/** A bucket may be wider where a view has few of them; its bar stands at the bucket's start. */
const widestBar = 32;

/**
 * One SVG path a kind: a rectangle for each bucket that holds any. A bucket with an event is never invisible: its bar
 * is at least 1 px high in the kind that is there.
 */
export function barPaths(
  histogram: Histogram,
  scale: TimeScale,
  height: number,
  highest: number,
): Record<EventKind, string> {
  const paths: Record<EventKind, string> = { read: '', write: '', denied: '', unknown: '' };
  for (let bucket = 0; bucket < bucketCount(histogram); bucket += 1) {
    const from = histogram.fromMicros + bucket * histogram.bucketMicros;
    const left = Math.round(xOf(from, scale));
    const right = Math.round(xOf(from + histogram.bucketMicros, scale));
    if (right <= 0 || left >= scale.width) continue;
    const gap = right - left >= 4 ? 1 : 0;
    const width = Math.min(widestBar, Math.max(1, right - left - gap));
    const counts = countsOf(histogram, bucket);
    let top = height;
    for (const kind of stackOrder) {
      if (counts[kind] === 0) continue;
      const barHeight = Math.max(1, Math.round((counts[kind] / highest) * height));
      top -= barHeight;
      paths[kind] += `M${left} ${top}h${width}v${barHeight}h${-width}z`;
    }
  }
  return paths;
}

export interface TimeTick {
  readonly x: number;
  readonly label: string;
}

const formats = {
  millisecond: utcFormat('.%L'),
  second: utcFormat('%H:%M:%S'),
  minute: utcFormat('%H:%M'),
  day: utcFormat('%b %d'),
  month: utcFormat('%b %Y'),
  year: utcFormat('%Y'),
};

/** Ticks at round UTC instants, about one every 90 px. Midnights show the date, so that a day's change is seen. */
export function timeTicks(scale: TimeScale): readonly TimeTick[] {
  const { fromMicros, toMicros } = scale.range;
  const time = scaleUtc().domain([new Date(fromMicros / 1000), new Date(toMicros / 1000)]);
  const ticks = time.ticks(Math.max(2, Math.floor(scale.width / 90)));
  return ticks.map((at) => ({ x: xOf(at.getTime() * 1000, scale), label: tickLabel(at) }));
}

function tickLabel(at: Date): string {
  if (at.getUTCMilliseconds() !== 0) return formats.millisecond(at);
  if (at.getUTCSeconds() !== 0) return formats.second(at);
  if (at.getUTCHours() !== 0 || at.getUTCMinutes() !== 0) return formats.minute(at);
  if (at.getUTCDate() !== 1) return formats.day(at);
  return at.getUTCMonth() === 0 ? formats.year(at) : formats.month(at);
}

/** CloudTrail's times are whole seconds: a view narrower than this shows nothing more. */
export const narrowestView = 2 * second;

/** Zooms around an instant: a factor below 1 shows less time. Stays within `whole`; null if that is all of it. */
export function zoomed(range: TimeRange, atMicros: number, factor: number, whole: TimeRange): TimeRange | null {
  const span = range.toMicros - range.fromMicros;
  const wanted = Math.max(narrowestView, span * factor);
  const share = (atMicros - range.fromMicros) / span;
  const fromMicros = atMicros - share * wanted;
  return within({ fromMicros, toMicros: fromMicros + wanted }, whole);
}

/** Moves a range by a share of its length, within `whole`. */
export function panned(range: TimeRange, share: number, whole: TimeRange): TimeRange | null {
  const by = (range.toMicros - range.fromMicros) * share;
  return within({ fromMicros: range.fromMicros + by, toMicros: range.toMicros + by }, whole);
}

/** The range moved, not cut, into `whole`; null if it covers the whole. Ends are whole microseconds. */
export function within(range: TimeRange, whole: TimeRange): TimeRange | null {
  const span = range.toMicros - range.fromMicros;
  if (span >= whole.toMicros - whole.fromMicros) return null;
  const fromMicros = Math.min(Math.max(range.fromMicros, whole.fromMicros), whole.toMicros - span);
  return { fromMicros: Math.round(fromMicros), toMicros: Math.round(fromMicros + span) };
}

/** Ends on whole seconds where a second is less than a px: what is dragged is what is seen, and reads well in a URL. */
export function snapped(range: TimeRange, scale: TimeScale): TimeRange {
  const perPx = (scale.range.toMicros - scale.range.fromMicros) / Math.max(1, scale.width);
  if (perPx < second) return { fromMicros: Math.round(range.fromMicros), toMicros: Math.round(range.toMicros) };
  const fromMicros = Math.floor(range.fromMicros / second) * second;
  return { fromMicros, toMicros: Math.max(fromMicros + second, Math.ceil(range.toMicros / second) * second) };
}
