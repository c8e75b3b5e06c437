import type { Chunk } from './scan/chunk-builder.ts';
import type { RejectedRecordRow, SpecialRecordRow } from './scan/file-scanner.ts';
import type { SourceScan } from './scan/scan-source.ts';

/** What the import asks of a scan worker. A file is first read and hashed, then scanned or dropped. */
export type ToWorker =
  | { readonly type: 'read'; readonly fileId: number; readonly path: string; readonly sizeBytes: number }
  | { readonly type: 'scan'; readonly fileId: number; readonly copyTo: string | null }
  | { readonly type: 'drop'; readonly fileId: number }
  | { readonly type: 'flush' }
  | { readonly type: 'recycle'; readonly buffer: ArrayBuffer };

export type FromWorker =
  | { readonly type: 'hashed'; readonly fileId: number; readonly sizeBytes: number; readonly sha256: string }
  | { readonly type: 'unreadable'; readonly fileId: number; readonly reason: string }
  | { readonly type: 'chunk'; readonly chunk: Chunk }
  | { readonly type: 'rejected'; readonly fileId: number; readonly rows: readonly RejectedRecordRow[] }
  | { readonly type: 'special'; readonly fileId: number; readonly rows: readonly SpecialRecordRow[] }
  | { readonly type: 'scanned'; readonly fileId: number; readonly scan: SourceScan }
  /** Every row of the files scanned so far has been posted. */
  | { readonly type: 'flushed' }
  /** The fast scanner can't be had: the worker scans all the same. */
  | { readonly type: 'plain'; readonly reason: string }
  | { readonly type: 'failed'; readonly message: string };

export interface WorkerStart {
  /** Two 32-bit words: messages posted and not yet taken, and 1 once the import was cancelled. */
  readonly control: SharedArrayBuffer;
  readonly maximumPosted: number;
  /** True: without the fast scanner. */
  readonly isPlain: boolean;
}

export const postedIndex = 0;
export const cancelledIndex = 1;
