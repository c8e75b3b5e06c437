/** What the process's exit code says; scripts rely on it. */
export const exitCodes = {
  done: 0,
  /** Nothing or only a part was done: the sentence on stderr says why. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /**
   * Done, and some records or whole files were rejected (`trailbench ledger CASE --problems` lists them), or some
   * objects could not be fetched (the table `fetch_problems`), or a cell of a notebook failed.
   */
  rejected: 3,
} as const;

/** A command line that cannot be carried out as it was written. */
export class UsageError extends Error {}
