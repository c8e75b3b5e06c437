const pattern = /^(-?\d{4,6})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z?$/;

export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Microseconds since 1970 of a UTC instant as DuckDB or ISO 8601 writes it; null for anything else. */
export function microsFromText(text: string): number | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, year, month, dayOfMonth, hours, minutes, seconds, fraction = ''] = match;
  const atMs = Date.parse(`${year}-${month}-${dayOfMonth}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(atMs) ? null : atMs * 1000 + Number(fraction.padEnd(6, '0'));
}

/** `2023-07-10 11:42:00`, with six digits of the second's fraction if there is one. */
export function textFromMicros(micros: number): string {
  const fraction = ((micros % second) + second) % second;
  const text = new Date((micros - fraction) / 1000).toISOString().slice(0, -5).replace('T', ' ');
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}

/** A span of time in the largest unit that measures it wholly: `5 minutes`, `second`, `90 seconds`. */
export function spanName(micros: number): string {
  const units: readonly (readonly [number, string])[] = [
    [day, 'day'],
    [hour, 'hour'],
    [minute, 'minute'],
    [second, 'second'],
    [1000, 'millisecond'],
  ];
  for (const [length, name] of units) {
    if (micros >= length && micros % length === 0) return micros === length ? name : `${micros / length} ${name}s`;
  }
  return `${micros} µs`;
}

/** Whether a half-open range lies within one UTC day. */
export function isOneDay(range: { readonly fromMicros: number; readonly toMicros: number }): boolean {
  return Math.floor(range.fromMicros / day) === Math.floor((range.toMicros - 1) / day);
}
