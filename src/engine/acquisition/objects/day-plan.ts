import type { TrailStream } from '#shared/api/acquisition.ts';
import type { BucketListing } from './bucket-listing.ts';
import { daysBetween, monthsBetween, touchesSpan, type DaySpan } from './delivery-days.ts';
import { folderName, isDatePart, placeOf } from './key-layout.ts';
import { noObjects, type ListingPage } from './listing-page.ts';
import type { DeleteMarker, ListedObject } from './object-record.ts';
import { Limiter } from './parallel.ts';

const listsAtOnce = 16;
/** So many months are asked for unseen; of more, the folders of years tell which there are. */
const mostMonthsUnseen = 3;
/** So many days of a month are asked for unseen. */
const mostDaysUnseen = 2;
/** Objects that wait to be put in the order of their days. */
const mostWaiting = 50_000;

/** A list to make: of the folder of a day, or of what lies beside such folders; or what is listed already. */
export type ListTask = { readonly prefix: string; readonly delimiter?: '/' } | { readonly page: ListingPage };

interface Month {
  readonly prefix: string;
  /** `YYYY-MM`. */
  readonly name: string;
}

interface DayTask {
  readonly day: string;
  readonly task: ListTask;
}

/**
 * Finds out what there is to list, the oldest days first across streams. Most streams have less than a page of objects a
 * month: that page is asked for first, and only a month that goes on is listed day by day.
 */
export class DayPlan {
  readonly #listing: BucketListing;
  readonly #span: DaySpan;
  readonly #onFailure: (prefix: string, error: unknown) => void;
  readonly #limiter = new Limiter(listsAtOnce);
  /** What lies outside the folders of days; listed only if no day was asked for. */
  readonly #strays: ListTask[] = [];

  /** `onFailure` is told of a folder that can't be listed; what it throws ends the plan. */
  constructor(listing: BucketListing, span: DaySpan, onFailure: (prefix: string, error: unknown) => void) {
    this.#listing = listing;
    this.#span = span;
    this.#onFailure = onFailure;
  }

  async *tasks(streams: readonly TrailStream[]): AsyncGenerator<ListTask> {
    const months = (await Promise.all(streams.map((stream) => this.#monthsOf(stream.prefix)))).flat();
    months.sort((left, right) => compare(left.name, right.name));
    let waiting: DayTask[] = [];
    for (let from = 0; from < months.length; from += listsAtOnce) {
      const some = months.slice(from, from + listsAtOnce);
      waiting.push(...(await Promise.all(some.map((month) => this.#daysOf(month)))).flat());
      const next = months[from + listsAtOnce];
      const isFull = waiting.reduce((sum, { task }) => sum + ('page' in task ? task.page.objects.length : 1), 0) > mostWaiting; // prettier-ignore
      // A month's days are complete once a later month begins.
      const isDue = ({ day }: DayTask): boolean => isFull || next === undefined || day.slice(0, 7) < next.name;
      const due = waiting.filter(isDue).sort((left, right) => compare(left.day, right.day));
      waiting = waiting.filter((task) => !isDue(task));
      for (const { task } of due) yield task;
    }
    yield* this.#strays;
  }

  async #monthsOf(prefix: string): Promise<Month[]> {
    const place = placeOf(prefix);
    if (!place || place.region === null) return [];
    if (place.month !== null) return this.#keepTouched([{ prefix, name: `${place.year}-${place.month}` }]);
    const { first, last } = this.#span;
    if (place.year === null && first !== null && last !== null) {
      const names = monthsBetween(first, last);
      if (names.length <= mostMonthsUnseen) {
        return names.map((name) => ({ prefix: `${prefix}${name.replace('-', '/')}/`, name }));
      }
    }
    const years = place.year === null ? await this.#dateFolders(prefix, 'year') : [prefix];
    const months = years
      .filter((year) => touchesSpan(folderName(year), this.#span))
      .map(async (year) => {
        const folders = await this.#dateFolders(year, 'month');
        return folders.map((folder) => ({ prefix: folder, name: `${folderName(year)}-${folderName(folder)}` }));
      });
    return this.#keepTouched((await Promise.all(months)).flat());
  }

  #keepTouched(months: readonly Month[]): Month[] {
    return months.filter(({ name }) => touchesSpan(name, this.#span));
  }

  async #daysOf({ prefix, name }: Month): Promise<DayTask[]> {
    if (placeOf(prefix)!.day !== null) {
      const day = `${name}-${folderName(prefix)}`;
      return touchesSpan(day, this.#span) ? [{ day, task: { prefix } }] : [];
    }
    const few = this.#fewDaysOf(name);
    if (few) return few.map((day) => ({ day, task: { prefix: `${prefix}${day.slice(8)}/` } }));
    try {
      const page = await this.#limiter.run(() => this.#listing.firstPage(prefix));
      return await this.#daysFrom(page, { prefix, name });
    } catch (error) {
      this.#onFailure(prefix, error);
      return [];
    }
  }

  /** Takes what a month's first page has; days that the page does not reach the end of are listed by themselves. */
  async #daysFrom(page: ListingPage, { prefix, name }: Month): Promise<DayTask[]> {
    const dayOf = (key: string): string => `${name}-${key.slice(prefix.length, prefix.length + 2)}`;
    const isInDay = (key: string): boolean => /^\d\d\/$/.test(key.slice(prefix.length, prefix.length + 3));
    const keys = [...page.objects, ...page.deleteMarkers].map(({ key }) => key).filter((key) => key !== prefix);
    const lastInDays = keys.every(isInDay) ? keys.map(dayOf).sort().at(-1) : undefined;
    // Of a page with other things in it that goes on, nothing can be told to be complete.
    const unreached = page.isLast ? '~' : (lastInDays ?? '');
    const byDay = new Map<string, { objects: ListedObject[]; deleteMarkers: DeleteMarker[] }>();
    const sort = (key: string) => {
      const day = isInDay(key) ? dayOf(key) : name;
      if (day >= unreached || (isInDay(key) ? !touchesSpan(day, this.#span) : !this.#isOpen)) return null;
      const entry = byDay.get(day) ?? { objects: [], deleteMarkers: [] };
      byDay.set(day, entry);
      return entry;
    };
    for (const object of page.objects) sort(object.key)?.objects.push(object);
    for (const marker of page.deleteMarkers) sort(marker.key)?.deleteMarkers.push(marker);
    const tasks: DayTask[] = [...byDay].map(([day, entry]) => ({ day, task: { page: { ...noObjects, ...entry } } }));
    if (page.isLast) return tasks;
    for (const folder of await this.#dateFolders(prefix, 'day')) {
      const day = `${name}-${folderName(folder)}`;
      if (day >= unreached && touchesSpan(day, this.#span)) tasks.push({ day, task: { prefix: folder } });
    }
    return tasks;
  }

  /** The days of a month that the span leaves, if they are few; null: better look which there are. */
  #fewDaysOf(month: string): string[] | null {
    const { first, last } = this.#span;
    const isEnd = last?.startsWith(month) ?? false;
    const isStart = first?.startsWith(month) ?? false;
    if (!isEnd && !isStart) return null;
    const days = daysBetween(isStart ? first! : `${month}-01`, isEnd ? last! : lastDayOf(month));
    return days.length <= mostDaysUnseen ? days : null;
  }

  async #dateFolders(prefix: string, level: 'year' | 'month' | 'day'): Promise<string[]> {
    try {
      const { folders, hasObjects } = await this.#limiter.run(() => this.#listing.folders(prefix));
      const dates = folders.filter((folder) => isDatePart(level, folderName(folder)));
      if (this.#isOpen) {
        if (hasObjects) this.#strays.push({ prefix, delimiter: '/' });
        for (const folder of folders) if (!dates.includes(folder)) this.#strays.push({ prefix: folder });
      }
      return dates;
    } catch (error) {
      this.#onFailure(prefix, error);
      return [];
    }
  }

  get #isOpen(): boolean {
    return this.#span.first === null && this.#span.last === null;
  }
}

function lastDayOf(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year!, number!, 0)).toISOString().slice(0, 10);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
