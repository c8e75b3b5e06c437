import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import { encodeSegment } from '#engine/evidence/archive-path.ts';
import { ioError } from '#engine/io-error.ts';
import type { AwsFailure } from '../access/aws-failure.ts';
import { assertPlainFolder } from '../new-file.ts';
import { Coverage, type CoveredWindow } from './coverage.ts';
import { DayFile, fileSha256, type WrittenDay } from './day-file.ts';
import { clipToHistory, dayWindow, type DayWindow } from './history-days.ts';
import { lookupPages, type HistoryRegion } from './lookup-pages.ts';

/** A day of a region's event history in the archive. */
export interface HistoryFile {
  readonly region: string;
  readonly day: string;
  /** Absolute. */
  readonly path: string;
  readonly events: number;
  readonly sha256: string;
}

export interface RegionWork extends HistoryRegion {
  readonly region: string;
  readonly accountId: string | null;
  readonly days: readonly string[];
  /** Holds a folder for each region. */
  readonly folder: string;
  readonly now: () => Date;
  readonly explain: (error: unknown) => AwsFailure;
  /** Events that came; less than none: a day's that were thrown away. */
  readonly onPage: (events: number) => void;
  readonly onDay: () => void;
  /** `isNew`: not in the archive before. */
  readonly onFile: (file: HistoryFile, isNew: boolean) => Promise<void> | void;
  /** `daysGivenUp`: days after it that are not asked for, because this failure stands for them as well. */
  readonly onFailure: (failure: AwsFailure, day: string, daysGivenUp: number) => void;
}

/** Tokens expire, after a time that CloudTrail does not tell; then the day is read from its first page again. */
const maximumRestarts = 3;

/** Days in a row that fail before the region is given up. */
const maximumFailuresInARow = 2;

/** Fetches a region day by day, oldest first. Errors: IO_FAILED, the signal's reason. */
export async function fetchRegion(work: RegionWork): Promise<void> {
  const folder = join(work.folder, encodeSegment(work.region));
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw ioError(`The folder “${folder}” cannot be made`, error);
  });
  await assertPlainFolder(folder);
  const coverage = await Coverage.read(folder, work.region, work.accountId);
  let failuresInARow = 0;
  for (const [index, day] of work.days.entries()) {
    work.signal.throwIfAborted();
    if (await isHeld(work, folder, coverage.settled(day))) {
      work.onDay();
      continue;
    }
    const failure = await fetchDay(work, folder, coverage, day);
    work.onDay();
    if (!failure) {
      failuresInARow = 0;
      continue;
    }
    failuresInARow++;
    const isOfTheDay = ['connection', 'throttled', 'other'].includes(failure.kind);
    const isGivenUp = !isOfTheDay || failuresInARow === maximumFailuresInARow;
    work.onFailure(failure, day, isGivenUp ? work.days.length - index - 1 : 0);
    if (isGivenUp) return;
  }
}

async function isHeld(work: RegionWork, folder: string, window: CoveredWindow | null): Promise<boolean> {
  if (!window) return false;
  const { day, fileName, events, sha256 } = window;
  if (fileName === null) return true;
  const path = join(folder, fileName);
  if (sha256 === null || (await fileSha256(path)) !== sha256) return false;
  await work.onFile({ region: work.region, day, path, events, sha256 }, false);
  return true;
}

async function fetchDay(work: RegionWork, folder: string, coverage: Coverage, day: string): Promise<AwsFailure | null> {
  const askedAt = work.now();
  let window = dayWindow(day, askedAt);
  const covered = (rest: Omit<CoveredWindow, 'day' | 'startAt' | 'endAt' | 'askedAt' | 'finishedAt'>) => ({
    day,
    startAt: window.startAt.toISOString(),
    endAt: window.endAt.toISOString(),
    askedAt: askedAt.toISOString(),
    finishedAt: work.now().toISOString(),
    ...rest,
  });
  for (let restarts = 0; ; restarts++) {
    try {
      const { pages, events, written } = await collectWindow(work, folder, window);
      const { fileName = null, sha256 = null } = written ?? {};
      await coverage.add(covered({ pages, events, isComplete: true, fileName, sha256, reason: null }));
      if (written) {
        const path = join(folder, written.fileName);
        await work.onFile({ region: work.region, day, path, events, sha256: written.sha256 }, written.isNew);
      }
      return null;
    } catch (error) {
      work.signal.throwIfAborted();
      if (error instanceof TrailbenchError) throw error;
      const name = error instanceof Error ? error.name : '';
      if (name === 'InvalidNextTokenException' && restarts < maximumRestarts) continue;
      // The oldest day lies partly outside of what CloudTrail keeps.
      const clipped = name === 'InvalidTimeRangeException' ? clipToHistory(window, work.now()) : null;
      if (clipped && restarts < maximumRestarts) {
        window = clipped;
        continue;
      }
      const failure = work.explain(error);
      const nothing = { pages: 0, events: 0, isComplete: false, fileName: null, sha256: null };
      await coverage.add(covered({ ...nothing, reason: failure.sentence }));
      return failure;
    }
  }
}

async function collectWindow(
  work: RegionWork,
  folder: string,
  window: DayWindow,
): Promise<{ pages: number; events: number; written: WrittenDay | null }> {
  const file = await DayFile.create(folder, window.day);
  let pages = 0;
  let events = 0;
  try {
    for await (const page of lookupPages(work, window)) {
      await file.append(page);
      pages++;
      events += page.length;
      work.onPage(page.length);
    }
    return { pages, events, written: await file.finish() };
  } catch (error) {
    await file.discard();
    work.onPage(-events);
    throw error;
  }
}
