import { TrailbenchError, type ErrorCode } from '#shared/api/errors.ts';
import { caseLayout } from './case-folder.ts';
import { caseLocked } from './case-lock.ts';

// DuckDB gives texts, not codes; these are those of the pinned version.
const diskFull = /no space left|disk quota/i;

/**
 * The error of a disk that failed under an open case as IO_FAILED with a sentence; any other error as it is. Tried on a
 * full disk: statements fail and nothing committed is lost, but a failed checkpoint stops the database until it is
 * attached again.
 */
export function storageError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TrailbenchError) return error;
  const stopped = 'has been invalidated';
  if (error.message.includes(stopped)) {
    const sentence = 'The case’s database stopped after an error on its disk';
    const advice = 'Check the disk and its free space, close the case and open it again; what was committed is kept.';
    return new TrailbenchError('IO_FAILED', `${sentence}. ${advice}`, undefined, { cause: error });
  }
  if (diskFull.test(error.message)) {
    const path = /file "([^"]+)"/.exec(error.message)?.[1];
    const where = path ? `“${path}” cannot be written: the disk is full` : 'The disk is full';
    const advice = 'Free some space and try again; what was committed is kept.';
    return new TrailbenchError('IO_FAILED', `${where}. ${advice}`, undefined, { cause: error });
  }
  return error;
}

/** What an error of DuckDB at opening means for people. */
export async function openingError(folder: string, error: unknown): Promise<TrailbenchError> {
  if (error instanceof TrailbenchError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { database } = caseLayout(folder);
  const withCause = (code: ErrorCode, sentence: string) =>
    new TrailbenchError(code, sentence, undefined, { cause: error });
  if (/file locks are not supported/i.test(message)) {
    return withCause('IO_FAILED', `The disk of “${database}” can’t lock files. Copy the case folder to a local disk.`);
  }
  if (/could not set lock|conflicting lock|used by another process/i.test(message)) {
    const pid = /\(PID (\d+)\)/.exec(message)?.[1];
    return caseLocked(folder, pid === undefined ? undefined : Number(pid));
  }
  if (/newer version of DuckDB/i.test(message)) {
    const advice = 'Open it with that version, or update this one.';
    return withCause('CASE_NEWER', `The case’s database was written by a newer Trailbench. ${advice}`);
  }
  if (/permission denied|read-only file system/i.test(message)) {
    const advice = 'Check its permissions, or copy the case folder to a disk that can be written.';
    return withCause('IO_FAILED', `“${database}” cannot be written. ${advice}`);
  }
  if (diskFull.test(message)) {
    return withCause('IO_FAILED', `“${database}” cannot be opened: the disk is full. Free some space.`);
  }
  const advice = 'Open a copy of the case, or make a new one and import its archive folder.';
  return withCause(
    'CASE_DAMAGED',
    `“${database}” cannot be read: it is cut off, was changed or is not a DuckDB database. ${advice}`,
  );
}
