import type { DuckDBConnection } from '@duckdb/node-api';
import type { ChangeTopic } from '#shared/api/app.ts';

/** The case that is open: the one door to its database, its folders and its custody log. */
export interface OpenCase {
  /** The case folder, absolute. */
  readonly path: string;
  readonly archivePath: string;
  readonly exportsPath: string;
  /** User and host, as written to `imports` and `custody`. */
  readonly operator: string;
  /**
   * Runs `work` on a connection of its own and closes it afterwards. One connection per running statement is
   * structural: another statement on a shared connection ends an open stream early without an error.
   * If `signal` aborts or the case is closed, DuckDB is interrupted until the work fails, and TrailbenchError CANCELLED
   * is thrown; work that succeeds all the same returns its value. Other errors: NO_CASE once the case is closed,
   * IO_FAILED if the disk failed, and what `work` throws.
   */
  withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Appends to the custody log (a transaction of its own). */
  recordCustody(action: string, detail: Record<string, unknown>): Promise<void>;
  /** Tells watching pages that something changed. */
  notify(topic: ChangeTopic): void;
  /** Writes to the log file; never log a record's content. */
  log(message: string, error?: unknown): void;
  /** Called once before the database is closed: release what is tied to this case. */
  onClose(listener: () => void | Promise<void>): void;
}
