import { type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';

export interface CaseInfo {
  /** The case folder, absolute; its name ends in `.trailbench`. */
  readonly path: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly schemaVersion: number;
  readonly eventCount: number;
  readonly fileCount: number;
  readonly accountCount: number;
  /** Span of eventTime, `YYYY-MM-DD HH:MM:SS[.ffffff]` UTC; null in an empty case. */
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
  /** True if at least one evidence file is referenced in place rather than copied into the archive. */
  readonly hasReferencedFiles: boolean;
  readonly databaseBytes: number;
}

export interface RecentCase {
  readonly path: string;
  readonly name: string;
  readonly openedAt: string;
  /** False if the folder is not there now (e.g. on a disk that is not plugged in). */
  readonly isPresent: boolean;
}

export interface CustodyEntry {
  readonly sequence: number;
  readonly at: string;
  readonly operator: string;
  readonly application: string;
  readonly action: string;
  readonly detail: unknown;
  readonly hash: string;
}

const pathInput = v.object({ path: v.pipe(v.string(), v.minLength(1)) });

export const caseContract = {
  /** Makes a case folder and opens it. `path` gets `.trailbench` added if missing. Errors: BAD_INPUT, CASE_EXISTS, IO_FAILED. */
  create: procedure.input(pathInput).output(type<CaseInfo>()),
  /**
   * Opens a case; the one that was open is closed, its running import cancelled. If opening fails, it stays open.
   * Errors: NOT_FOUND, CASE_LOCKED, CASE_NEWER, CASE_DAMAGED, IO_FAILED.
   */
  open: procedure.input(pathInput).output(type<CaseInfo>()),
  /** Opens the sample case, generating and importing it the first time. Takes some seconds then. */
  openSample: procedure.output(type<CaseInfo>()),
  close: procedure.output(type<void>()),
  /** The open case, or null. */
  current: procedure.output(type<CaseInfo | null>()),
  recent: procedure.output(type<readonly RecentCase[]>()),
  forget: procedure.input(pathInput).output(type<void>()),
  custody: procedure.output(type<{ readonly entries: readonly CustodyEntry[]; readonly isChainIntact: boolean }>()),
};
