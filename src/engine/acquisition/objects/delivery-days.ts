import type { S3Selection } from '#shared/api/acquisition.ts';

/** Days of delivery, `YYYY-MM-DD`, both included; null is open. Compared as text. */
export interface DaySpan {
  readonly first: string | null;
  readonly last: string | null;
}

const dayMs = 86_400_000;

/** The days whose folders may hold events of the days selected: delivery comes later, never earlier. */
export function deliverySpan({ from, to, lagDays }: Pick<S3Selection, 'from' | 'to' | 'lagDays'>): DaySpan {
  return { first: from, last: to === null ? null : addDays(to, lagDays) };
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

/** Every day of the span, in order; the span must not be open. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Every month, `YYYY-MM`, that the span touches, in order. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  let [year = 0, month = 0] = first.split('-').map(Number);
  for (let name = first.slice(0, 7); name <= last.slice(0, 7);) {
    months.push(name);
    month++;
    if (month > 12) [year, month] = [year + 1, 1];
    name = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
  }
  return months;
}

/**
 * Whether a year, month or day (`2024`, `2024-03`, `2024-03-09`) touches the span: a prefix of a bound does, and else
 * the order of the texts is that of the days.
 */
export function touchesSpan(date: string, { first, last }: DaySpan): boolean {
  const isAfterFirst = first === null || date >= first.slice(0, date.length);
  return isAfterFirst && (last === null || date <= last.slice(0, date.length));
}
