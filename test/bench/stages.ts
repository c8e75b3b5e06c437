/** The parts an import is taken apart into, in its own order, and what the report calls them. */
export const stageNames = {
  start: 'start and end of the program',
  case: 'making, opening and closing the case',
  list: 'listing the files',
  read: 'reading the files',
  hashFile: 'SHA-256 of the files',
  inflate: 'gunzip',
  hashContent: 'SHA-256 of the inflated bytes',
  checkUtf8: 'UTF-8 check',
  scan: 'scan into chunks',
  testHandOver: 'self-test of the hand-over',
  handOver: 'chunks into DuckDB’s vectors (a SELECT that stores nothing)',
  store: 'deriving and storing (the INSERT, less the hand-over)',
  deduplicate: 'de-duplication',
  commit: 'commit and checkpoint',
} as const;

export type Stage = keyof typeof stageNames;

/** CPU seconds by stage. `plainScan` is the scan without the fast path, which an import does only for unusual records. */
export type StageSeconds = Partial<Record<Stage | 'plainScan', number>>;

/** What a process that runs stages prints. */
export interface StageResult {
  readonly cpuSeconds: StageSeconds;
  /** Events scanned, or stored with their copies. */
  readonly events: number;
  /** Events that the fast path took; null: there is none, or it was not counted. */
  readonly fastEvents: number | null;
}
