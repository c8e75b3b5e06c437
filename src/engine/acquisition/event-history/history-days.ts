const dayMs = 86_400_000;

/** CloudTrail keeps that much: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export const historyDays = 90;

/**
 * Event history is complete some 15 minutes after the events, without a promise; what was asked sooner after a day's
 * end is asked again.
 */
const settledAfterMs = 2 * 3_600_000;

export interface DaySelection {
  /** `YYYY-MM-DD`, oldest first: the one that CloudTrail forgets next. */
  readonly days: readonly string[];
  /** What of the request can't be had, in sentences. */
  readonly notes: readonly string[];
}

/** The days to ask for. Null: 90 days back, to today. */
export function selectDays(from: string | null, to: string | null, now: Date): DaySelection {
  const today = dayOf(now);
  const oldest = dayOf(new Date(now.getTime() - historyDays * dayMs));
  const first = from !== null && from > oldest ? from : oldest;
  const last = to !== null && to < today ? to : today;
  const notes: string[] = [];
  if (from !== null && from < oldest) {
    const lost = to !== null && to < oldest ? to : dayOf(new Date(Date.parse(oldest) - dayMs));
    notes.push(
      `Event history reaches back ${historyDays} days: ${from === lost ? from : `${from} to ${lost}`} can’t be had from it. ` +
        'Look for a trail’s bucket or a CloudTrail Lake event data store that covers those days.',
    );
  }
  if (to !== null && to > today) notes.push(`The days after today (${today}, UTC) were left out.`);
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += dayMs) days.push(dayOf(new Date(at)));
  return { days, notes };
}

export interface DayWindow {
  readonly day: string;
  readonly startAt: Date;
  /** The next midnight; for a day that is not over yet, the time of asking. */
  readonly endAt: Date;
}

/**
 * CloudTrail returns events “at or after” the start and “before or at” the end, by whole seconds. The windows of two
 * days therefore share their midnight: an event of that second comes with both, and none is lost should the end be
 * left out. The import counts the second copy as a duplicate.
 */
export function dayWindow(day: string, now: Date): DayWindow {
  const startAt = new Date(`${day}T00:00:00Z`);
  const endMs = startAt.getTime() + dayMs;
  const nowMs = Math.ceil(now.getTime() / 1000) * 1000;
  return { day, startAt, endAt: new Date(Math.max(startAt.getTime() + 1000, Math.min(endMs, nowMs))) };
}

/** Whether nothing more is to be expected of a day that was asked for at `askedAt`. */
export function isSettled(day: string, askedAt: Date): boolean {
  return askedAt.getTime() >= Date.parse(day) + dayMs + settledAfterMs;
}

/** The window from the oldest second that CloudTrail still keeps; null: nothing of the window is left. */
export function clipToHistory(window: DayWindow, now: Date): DayWindow | null {
  const oldestMs = Math.ceil((now.getTime() - historyDays * dayMs) / 1000) * 1000;
  if (oldestMs <= window.startAt.getTime() || oldestMs >= window.endAt.getTime()) return null;
  return { ...window, startAt: new Date(oldestMs) };
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
