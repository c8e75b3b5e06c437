import { TrailbenchError } from '#shared/api/errors.ts';

const reasons: Record<string, string> = {
  EACCES: 'access is denied. Check its permissions',
  EPERM: 'the operating system does not allow it. Check its permissions',
  ENOENT: 'it does not exist. Check the path',
  ENOTDIR: 'part of the path is not a folder. Check the path',
  EISDIR: 'it is a folder. Check the path',
  ELOOP: 'its symbolic links go in a circle',
  ENAMETOOLONG: 'the name is too long. Choose a shorter one',
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'the disk quota is used up. Free some space',
  EROFS: 'the disk is read-only. Choose a place that can be written',
  EMFILE: 'too many files are open. Close some programs',
  EBUSY: 'another program is using it. Close that program',
  EIO: 'the disk reported an error. Check the disk',
};

/** The system's code of a failed file operation (`ENOENT` …), or null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** IO_FAILED with a sentence. `failure` begins it, e.g. `The folder /x cannot be listed`. */
export function ioError(failure: string, error: unknown): TrailbenchError {
  const code = errorCode(error);
  const reason = (code && reasons[code]) ?? 'the system reported an error. Check the disk and its permissions';
  const suffix = code ? ` (${code})` : '';
  return new TrailbenchError('IO_FAILED', `${failure}: ${reason}${suffix}.`, undefined, { cause: error });
}
