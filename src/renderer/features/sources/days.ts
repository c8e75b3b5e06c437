const dayMs = 24 * 60 * 60 * 1000;

/** CloudTrail keeps its Event history this long. */
export const eventHistoryDays = 90;

/** The UTC day of an instant, `YYYY-MM-DD`. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

export function addDays(day: string, count: number): string {
  return dayOf(new Date(Date.parse(day) + count * dayMs));
}

/** Days from `from` to `to`, both counted. */
export function daysIn(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
}

/** What is wrong with a range of days, either end of which may be open (empty); null: nothing. */
export function rangeProblem(from: string, to: string): string | null {
  if (from === '' || to === '' || from <= to) return null;
  return 'The first day is after the last one: swap them.';
}

/** What is wrong with a range for Event history, which reaches back 90 days from `today`; null: nothing. */
export function historyRangeProblem(from: string, to: string, today: string): string | null {
  const oldest = addDays(today, -eventHistoryDays);
  if ((to !== '' && to < oldest) || (from !== '' && from < oldest)) {
    return `CloudTrail keeps its Event history for 90 days only: choose days from ${oldest} on.`;
  }
  if (from > today) return `The first day is in the future: choose one up to ${today}.`;
  return rangeProblem(from, to);
}

/** `2023-07-10`, `2023-07-10 to 2023-07-12`, `from 2023-07-10`, `until 2023-07-12`, `all days` */
export function rangeWords(from: string | null, to: string | null): string {
  if (from && to) return from === to ? from : `${from} to ${to}`;
  if (from) return `from ${from}`;
  return to ? `until ${to}` : 'all days';
}
