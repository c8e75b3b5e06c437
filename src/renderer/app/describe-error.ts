import type { ErrorCode } from '#shared/api/index.ts';
import { visibleText } from '#shared/visible-text.ts';

export interface ErrorDescription {
  /** The contract's code; null if the call never got an answer from the engine. */
  readonly code: ErrorCode | null;
  /** A few words: what kind of failure. */
  readonly title: string;
  /** What happened and what to do next; names and statements in it are made visible. */
  readonly sentence: string;
}

const titles: Readonly<Record<ErrorCode, string>> = {
  BAD_INPUT: 'That can’t be used',
  NOT_FOUND: 'Not found',
  NO_CASE: 'No case is open',
  CASE_EXISTS: 'There is a case already',
  CASE_LOCKED: 'The case is open elsewhere',
  CASE_NEWER: 'The case is newer than this Trailbench',
  CASE_DAMAGED: 'The case is damaged',
  BUSY: 'Something is running already',
  SQL_FAILED: 'The query failed',
  SQL_REFUSED: 'The query was refused',
  CANCELLED: 'Cancelled',
  RESULT_GONE: 'The result is gone',
  AWS_FAILED: 'The source refused or failed',
  IO_FAILED: 'The disk or file system failed',
  ENGINE_STOPPED: 'The engine stopped',
  INTERNAL: 'A defect of Trailbench',
};

/** Turns whatever a call rejected with into words for people. Never shows a stack. */
export function describeError(error: unknown): ErrorDescription {
  const code = codeOf(error);
  if (code !== null && error instanceof Error) {
    return { code, title: titles[code], sentence: visibleText(error.message) };
  }
  return {
    code: null,
    title: 'The engine did not answer',
    sentence: 'The connection to the engine was interrupted. It is being restored; then try again.',
  };
}

/** True for a call that was aborted by the page itself: nothing to show. */
export function isAbort(error: unknown): boolean {
  return (error instanceof DOMException && error.name === 'AbortError') || codeOf(error) === 'CANCELLED';
}

function codeOf(error: unknown): ErrorCode | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && Object.hasOwn(titles, code) ? (code as ErrorCode) : null;
}
