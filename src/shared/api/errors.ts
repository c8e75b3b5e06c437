import * as v from 'valibot';

/** Where an SQL error is, so that the editor can mark it. Offsets count UTF-16 code units from 0. */
const positionSchema = v.object({ offset: v.number(), length: v.number() });

const detailSchema = v.optional(v.object({ position: v.optional(positionSchema) }));

/**
 * The closed list of errors that cross the wire. `message` is a sentence for people that says what to do next;
 * stacks stay in the log file.
 */
export const errorDefinitions = {
  /** The call's input is off: a programming mistake or a hand-made call. */
  BAD_INPUT: { data: detailSchema },
  /** A path, file, record, job … that does not exist. */
  NOT_FOUND: { data: detailSchema },
  /** No case is open. */
  NO_CASE: { data: detailSchema },
  CASE_EXISTS: { data: detailSchema },
  /** Another process has the case open; the message names it. */
  CASE_LOCKED: { data: detailSchema },
  /** Made by a newer Trailbench. */
  CASE_NEWER: { data: detailSchema },
  /** The case's database or catalogue is not as Trailbench leaves it. */
  CASE_DAMAGED: { data: detailSchema },
  /** Something of that kind is running already. */
  BUSY: { data: detailSchema },
  /** DuckDB rejected the SQL or it failed while running. */
  SQL_FAILED: { data: detailSchema },
  /** A fence refused the SQL: it would write, read files or leave the case. */
  SQL_REFUSED: { data: detailSchema },
  /** The caller cancelled. */
  CANCELLED: { data: detailSchema },
  /** The result was released or the case changed under it: run the query again. */
  RESULT_GONE: { data: detailSchema },
  /** AWS or a compatible store refused, failed or could not be reached; the message names what is missing. */
  AWS_FAILED: { data: detailSchema },
  /** The disk or the file system failed. */
  IO_FAILED: { data: detailSchema },
  /** The engine's process ended while it worked on the call; made by the page's connection. */
  ENGINE_STOPPED: { data: detailSchema },
  /** A defect of Trailbench; details are in the log file. */
  INTERNAL: { data: detailSchema },
} as const;

export type ErrorCode = keyof typeof errorDefinitions;
export type ErrorDetail = v.InferOutput<typeof detailSchema>;

/** What the engine throws for every failure it foresees. Crosses the wire as the contract's error of the same code. */
export class TrailbenchError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail?: ErrorDetail, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrailbenchError';
    this.code = code;
    this.detail = detail;
  }
}
