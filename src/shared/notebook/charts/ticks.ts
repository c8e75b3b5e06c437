import { day, hour, minute, second } from '../../utc.ts';

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Round numbers within `[min, max]`, about `count` of them. */
export function numberTicks(min: number, max: number, count: number): readonly Tick[] {
  const rough = (max - min) / Math.max(1, count);
  if (!(rough > 1e-300) || !Number.isFinite(rough)) return [{ at: min, label: shortNumber(min) }];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = Number(((first + index) * step).toPrecision(12));
    return { at, label: shortNumber(at) };
  });
}

const units: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
];

/** `1,500`, `2.5M`, `0.25`, `1e+21` */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-4)) return Number(value.toPrecision(4)).toExponential();
  const [divisor, unit] = units.find(([least]) => size >= least) ?? [1, ''];
  return `${(value / divisor).toLocaleString('en-US', { maximumFractionDigits: size < 10 || unit !== '' ? 4 : 2 })}${unit}`;
}

const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * 1000),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 4, 7, 14].map((count) => count * day),
];
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];
const averageMonth = (365.25 / 12) * day;

/** Round UTC instants within `[fromMicros, toMicros]`, at most `count`; where a day, month or year begins, its name. */
export function timeTicks(fromMicros: number, toMicros: number, count: number): readonly Tick[] {
  const rough = (toMicros - fromMicros) / Math.max(1, count);
  const step = steps.find((each) => each >= rough);
  if (step === undefined) return monthTicks(fromMicros, toMicros, rough);
  const first = Math.ceil(fromMicros / step);
  const last = Math.floor(toMicros / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const at = (first + index) * step;
    return { at, label: timeLabel(at, step) };
  });
}

function monthTicks(fromMicros: number, toMicros: number, rough: number): readonly Tick[] {
  const step = monthSteps.find((each) => each * averageMonth >= rough) ?? 12_000;
  const start = new Date(fromMicros / 1000);
  const ticks: Tick[] = [];
  const firstMonth = start.getUTCFullYear() * 12 + start.getUTCMonth();
  for (let month = Math.ceil(firstMonth / step) * step; ; month += step) {
    const date = new Date(0);
    date.setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1);
    const at = date.getTime() * 1000;
    if (!(at <= toMicros)) return ticks;
    if (at >= fromMicros) ticks.push({ at, label: step % 12 === 0 ? yearName(date) : monthName(date) });
  }
}

function timeLabel(at: number, step: number): string {
  const date = new Date(at / 1000);
  const time = date.toISOString().slice(-13, -1);
  if (at % day === 0) {
    const isMonth = step >= day && date.getUTCDate() === 1;
    return isMonth ? monthName(date) : `${months[date.getUTCMonth()]} ${date.getUTCDate()}`;
  }
  return step < second ? time : time.slice(0, step < minute ? 8 : 5);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function monthName(date: Date): string {
  return `${months[date.getUTCMonth()]} ${yearName(date)}`;
}

function yearName(date: Date): string {
  return String(date.getUTCFullYear());
}
