import { type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';

/** The accounting of one import, or of the whole case: read = stored + duplicate + rejected. */
export interface ImportSummary {
  readonly files: {
    readonly seen: number;
    readonly imported: number;
    readonly unchanged: number;
    readonly rejected: number;
    readonly other: number;
  };
  readonly records: {
    readonly read: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly rejected: number;
  };
  readonly bytes: number;
  readonly elapsedMs: number;
}

export interface SourceSize {
  readonly files: number;
  readonly bytes: number;
  /** Free space where the case lies, to warn before a copy. */
  readonly freeBytes: number;
}

export type FileVerdict = 'imported' | 'rejected' | 'other';

export interface LedgerFile {
  readonly fileId: number;
  readonly importId: number;
  readonly sourcePath: string;
  readonly storedPath: string;
  readonly isReferenced: boolean;
  readonly kind: string;
  readonly shape: string | null;
  readonly verdict: FileVerdict;
  readonly reason: string | null;
  readonly flags: readonly string[];
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly inflatedBytes: number | null;
  readonly inflatedSha256: string | null;
  readonly recordsRead: number;
  readonly recordsStored: number;
  readonly recordsDuplicate: number;
  readonly recordsRejected: number;
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
}

export interface RejectedRecord {
  readonly fileId: number;
  readonly sourcePath: string;
  readonly recordIndex: number;
  readonly byteOffset: number;
  readonly reason: string;
  readonly excerpt: string;
}

export interface ImportRun {
  readonly importId: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly state: string;
  readonly mode: 'copy' | 'reference' | 'fetch';
  readonly sources: readonly string[];
  readonly operator: string;
  readonly summary: ImportSummary;
}

/** Where a record lies: the ledger's file and the position in it. */
const recordInput = v.object({ fileId: v.number(), recordIndex: v.number() });
export type RecordPlace = v.InferOutput<typeof recordInput>;

export interface RawRecord {
  /** The record's bytes as delivered, as text (broken UTF-8 shown with U+FFFD). */
  readonly text: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly file: LedgerFile;
}

const pathsInput = v.object({ paths: v.pipe(v.array(v.string()), v.minLength(1)) });

export const evidenceContract = {
  /** Counts what an import of these files and folders would read. Errors: NOT_FOUND. */
  measure: procedure.input(pathsInput).output(type<SourceSize>()),
  /** Starts an import job. Errors: NO_CASE, BUSY, NOT_FOUND. */
  import: procedure
    .input(v.object({ ...pathsInput.entries, mode: v.optional(v.picklist(['copy', 'reference']), 'copy') }))
    .output(type<{ readonly jobId: string }>()),
  /** The accounting of the whole case. */
  accounting: procedure.output(type<ImportSummary>()),
  imports: procedure.output(type<readonly ImportRun[]>()),
  files: procedure
    .input(
      v.object({
        offset: v.number(),
        limit: v.pipe(v.number(), v.maxValue(1000)),
        verdict: v.optional(v.picklist(['imported', 'rejected', 'other'])),
        /** Only files with rejected records, flags or a verdict other than imported. */
        onlyProblems: v.optional(v.boolean()),
        /** Case-insensitive part of the source path. */
        search: v.optional(v.string()),
      }),
    )
    .output(type<{ readonly total: number; readonly files: readonly LedgerFile[] }>()),
  rejected: procedure
    .input(
      v.object({ fileId: v.optional(v.number()), offset: v.number(), limit: v.pipe(v.number(), v.maxValue(1000)) }),
    )
    .output(type<{ readonly total: number; readonly records: readonly RejectedRecord[] }>()),
  /** The record as delivered, read again from the evidence file. Errors: NOT_FOUND, IO_FAILED. */
  rawRecord: procedure.input(recordInput).output(type<RawRecord>()),
};
export { recordInput };
