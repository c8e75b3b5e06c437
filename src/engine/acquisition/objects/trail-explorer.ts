import type { S3Selection, TrailStream } from '#shared/api/acquisition.ts';
import type { BucketListing } from './bucket-listing.ts';
import { placeOf, type KeyPlace, type LayoutLevel } from './key-layout.ts';
import { Limiter } from './parallel.ts';
import { FailedCall } from './persistence.ts';

const listsAtOnce = 16;
/** `AWSLogs` may have this many folders above it that the given prefix does not name. */
const deepestSearch = 3;
/** Folders looked into in search of `AWSLogs`: a bucket of other things may have millions. */
const mostSearched = 1000;
const mostOtherPrefixes = 1000;

export type StreamFilter = Pick<S3Selection, 'organizations' | 'accounts' | 'kinds' | 'regions'>;

/** Finds the streams of a bucket, folder by folder. What can't be listed becomes a note. */
export class TrailExplorer {
  readonly streams: TrailStream[] = [];
  readonly accounts = new Set<string>();
  readonly otherPrefixes: string[] = [];
  readonly notes = new Set<string>();
  readonly #listing: BucketListing;
  readonly #filter: StreamFilter;
  readonly #withDays: boolean;
  readonly #onChange: () => void;
  readonly #limiter = new Limiter(listsAtOnce);
  #searched = 0;
  #hasListed = false;

  constructor(
    listing: BucketListing,
    { filter, withDays, onChange }: { filter: StreamFilter; withDays: boolean; onChange: () => void },
  ) {
    this.#listing = listing;
    this.#filter = filter;
    this.#withDays = withDays;
    this.#onChange = onChange;
  }

  /** Errors: FailedCall if `prefix` itself can't be listed or nothing further could, CANCELLED. */
  async explore(prefix: string): Promise<void> {
    await this.#visit(prefix);
    this.streams.sort((left, right) => (left.prefix < right.prefix ? -1 : 1));
    this.otherPrefixes.sort();
  }

  async #visit(prefix: string): Promise<void> {
    const place = placeOf(prefix);
    if (place === null) this.#addOther(prefix);
    else if (!this.#isWanted(place)) return;
    else if (place.level === 'above') await this.#search(prefix, deepestSearch);
    else if (place.region !== null) await this.#addStream(prefix, place);
    else await this.#descend(prefix, place);
  }

  async #descend(prefix: string, { level, accountId }: KeyPlace): Promise<void> {
    if (level === 'account' && accountId !== null) {
      this.accounts.add(accountId);
      this.#onChange();
    }
    const folders = await this.#folders(prefix);
    await Promise.all(
      folders.map(async (folder) => {
        if (leadsOn(level, placeOf(folder))) await this.#visit(folder);
        else this.#addOther(folder);
      }),
    );
  }

  /** Whether a part of the layout was found at `prefix` or below. */
  async #search(prefix: string, depthLeft: number): Promise<boolean> {
    if (++this.#searched > mostSearched) {
      this.notes.add(
        `More than ${mostSearched} folders were searched for AWSLogs; the rest was left out. Give the prefix under which it lies.`,
      );
      return false;
    }
    const folders = await this.#folders(prefix, mostSearched);
    const found = await Promise.all(
      folders.map(async (folder) => {
        if (placeOf(folder)?.level !== 'above') {
          await this.#visit(folder);
          return true;
        }
        const isFound = depthLeft > 0 && (await this.#search(folder, depthLeft - 1));
        if (!isFound && depthLeft === deepestSearch) this.#addOther(folder);
        return isFound;
      }),
    );
    return found.includes(true);
  }

  async #addStream(prefix: string, { organizationId, accountId, kind, region }: KeyPlace): Promise<void> {
    this.accounts.add(accountId!);
    const [firstDay, lastDay] = this.#withDays ? await this.#daySpan(prefix) : [null, null];
    this.streams.push({
      prefix,
      organizationId,
      accountId: accountId!,
      kind: kind!,
      region: region!,
      firstDay,
      lastDay,
    });
    this.#onChange();
  }

  /** First and last day by the folders of years, months and days. */
  async #daySpan(prefix: string): Promise<readonly [string | null, string | null]> {
    const lists = new Map<string, Promise<readonly string[]>>();
    const list = (folder: string) => {
      const known = lists.get(folder) ?? this.#folders(folder);
      lists.set(folder, known);
      return known;
    };
    const first = await edgeDay(prefix, list, 1);
    return [first, first && (await edgeDay(prefix, list, -1))];
  }

  async #folders(prefix: string, limit?: number): Promise<readonly string[]> {
    try {
      const { folders } = await this.#limiter.run(() => this.#listing.folders(prefix, limit));
      this.#hasListed = true;
      this.#onChange();
      return folders;
    } catch (error) {
      if (!(error instanceof FailedCall) || error.concernsAll || !this.#hasListed) throw error;
      this.notes.add(error.failure.sentence);
      return [];
    }
  }

  #isWanted({ organizationId, accountId, kind, region }: KeyPlace): boolean {
    const { organizations, accounts, kinds, regions } = this.#filter;
    const isChosen = (chosen: readonly string[] | null, value: string | null, isKnown = value !== null) =>
      chosen === null || !isKnown || (value !== null && chosen.includes(value));
    // A trail of a single account has no organization: once the account is known, so is that.
    const isOrganizationKnown = organizationId !== null || accountId !== null;
    return (
      isChosen(organizations, organizationId, isOrganizationKnown) &&
      isChosen(accounts, accountId) &&
      isChosen(kinds, kind) &&
      isChosen(regions, region)
    );
  }

  #addOther(prefix: string): void {
    if (this.otherPrefixes.length < mostOtherPrefixes) this.otherPrefixes.push(prefix);
    else this.notes.add(`Only the first ${mostOtherPrefixes} other folders are named.`);
  }
}

/** Whether a folder below `level` belongs to the layout. */
function leadsOn(level: LayoutLevel, place: KeyPlace | null): boolean {
  if (level === 'root') return place?.level === 'organization' || place?.level === 'account';
  if (level === 'organization') return place?.level === 'account';
  if (level === 'account') return place?.level === 'kind';
  return level === 'kind' && place?.level === 'region';
}

/** The first (`direction` 1) or last (-1) day that has a folder; null: none has. */
async function edgeDay(
  prefix: string,
  list: (folder: string) => Promise<readonly string[]>,
  direction: 1 | -1,
): Promise<string | null> {
  const { level, year, month, day } = placeOf(prefix)!;
  if (level === 'day') return `${year}-${month}-${day}`;
  const next = level === 'region' ? 'year' : level === 'year' ? 'month' : 'day';
  const folders = (await list(prefix)).filter((folder) => placeOf(folder)?.level === next);
  for (const folder of folders.sort((left, right) => (left < right ? -direction : direction))) {
    const found = await edgeDay(folder, list, direction);
    if (found !== null) return found;
  }
  return null;
}
