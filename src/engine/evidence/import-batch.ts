import type { Chunk } from './scan/chunk-builder.ts';
import type { RejectedRecordRow, SpecialRecordRow } from './scan/file-scanner.ts';
import type { ScanWorker } from './scan-pool.ts';

/** A row of the ledger in the making: what is known before the batch is committed. */
export type LedgerRow = Record<string, unknown> & { readonly fileId: number };

/**
 * Files that are committed together with their ledger rows, in one transaction. Numbers of files are given out in
 * order, so a batch owns a range of them.
 */
export class ImportBatch {
  readonly firstFileId: number;
  readonly openedAtMs = performance.now();
  /** Files handed to workers and not yet finished. */
  readonly openFiles = new Set<number>();
  /** No further file will be added. */
  isSealed = false;
  /** Workers that may still hold rows of this batch. */
  readonly unflushed = new Set<ScanWorker>();
  chunks: { readonly worker: ScanWorker; readonly chunk: Chunk }[] = [];
  queuedRows = 0;
  estimatedBytes = 0;
  readonly files: LedgerRow[] = [];
  readonly sightings: { readonly fileId: number; readonly sourcePath: string }[] = [];
  rejected: (RejectedRecordRow & { readonly fileId: number })[] = [];
  special: (SpecialRecordRow & { readonly fileId: number })[] = [];
  hasSpecial = false;
  /** Files whose rows must be taken back: they turned out not to be readable, or no logs at all. */
  readonly withdrawn = new Set<number>();

  constructor(firstFileId: number) {
    this.firstFileId = firstFileId;
  }

  get isComplete(): boolean {
    return this.isSealed && this.openFiles.size === 0 && this.unflushed.size === 0;
  }
}
