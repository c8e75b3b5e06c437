import { isUtf8 } from 'node:buffer';
import { csvRecords } from './csv-records.ts';
import type { Scanners } from './fast/scanners.ts';
import { JsonError } from './json-cursor.ts';
import type { JsonMember } from './json-text.ts';
import { fileIdColumn, recordIndexColumn } from './record-layout.ts';
import { RecordWalker } from './record-walker.ts';
import { unwrap, type JsonSlice } from './unwrap.ts';

/** Larger records are rejected. CloudTrail's own limit is 256 KB, 1 MB in Lake. */
export const maximumRecordBytes = 16 * 1024 * 1024;
const maximumWrapping = 6;
const tooLarge = `A record of more than ${maximumRecordBytes >> 20} MiB`;
const excerptBytes = 240;

export interface RejectedRecordRow {
  readonly recordIndex: number;
  readonly byteOffset: number;
  readonly reason: string;
  readonly excerpt: string;
}

/** An Insight or Aggregated record, kept as text. */
export interface SpecialRecordRow {
  readonly kind: 'Insight' | 'Aggregated';
  readonly recordIndex: number;
  readonly record: string;
}

export interface ScanSink {
  /** The chunk is full: take it. */
  chunkFull(): void;
  rejected(row: RejectedRecordRow): void;
  special(row: SpecialRecordRow): void;
}

export interface FileScanResult {
  readonly kind: 'CloudTrail' | 'Digest' | 'Insight' | 'Aggregated' | 'other';
  readonly shape: string | null;
  readonly verdict: 'imported' | 'rejected' | 'other';
  readonly reason: string | null;
  readonly flags: readonly string[];
  readonly recordsRead: number;
  readonly recordsRejected: number;
}

/** Where a record lies in the inflated file; told to an observer that looks for one (see raw-record.ts). */
export type RecordObserver = (recordIndex: number, slice: JsonSlice, byteOffset: number) => void;

const decoder = new TextDecoder();

/** Scans one file: finds its records whatever wraps them, fills the chunk, reports what can't be stored. */
export class FileScanner {
  readonly #scanners: Scanners;
  readonly #sink: ScanSink;
  readonly #fileId: number;
  readonly #observe: RecordObserver | null;
  readonly #walker = new RecordWalker((bytes, start, limit) => this.#takeRecord(bytes, start, limit));
  readonly #flags = new Set<string>();
  readonly #wrappers = new Set<string>();
  /** True if the bytes were checked as a whole to be UTF-8. */
  #isUtf8 = false;
  #recordIndex = 0;
  #events = 0;
  #insights = 0;
  #aggregates = 0;
  #rejected = 0;
  #isDigest = false;
  #firstForeign: string | null = null;
  #firstBroken: string | null = null;
  #csvShape: string | null = null;

  constructor(scanners: Scanners, sink: ScanSink, fileId: number, observe: RecordObserver | null = null) {
    this.#scanners = scanners;
    this.#sink = sink;
    this.#fileId = fileId;
    this.#observe = observe;
  }

  get recordsRead(): number {
    return this.#recordIndex;
  }

  addFlag(flag: string): void {
    this.#flags.add(flag);
  }

  hasFlag(flag: string): boolean {
    return this.#flags.has(flag);
  }

  /** Scans a file that is in memory as a whole. */
  scanWhole(bytes: Uint8Array): void {
    this.#isUtf8 = isUtf8(bytes);
    this.scanWindow(bytes, 0, bytes.length, true, 0);
  }

  /**
   * Scans as far as the window's bytes reach; `baseOffset` is where the window begins in the file. Returns the
   * position up to which its bytes were used.
   */
  scanWindow(bytes: Uint8Array, start: number, end: number, isFinal: boolean, baseOffset: number): number {
    const walker = this.#walker;
    this.#scanners.fast?.forget();
    walker.setWindow(bytes, start, end, isFinal);
    for (;;) {
      const step = walker.next();
      if (step.kind === 'more' || step.kind === 'end') return walker.position;
      const slice = { bytes, start: step.start, end: step.end };
      const byteOffset = baseOffset + step.start;
      if (step.kind === 'bad') this.#reject(slice, byteOffset, step.reason, true);
      else this.#item(slice, byteOffset, 0);
    }
  }

  /** Scans the console's or CloudTrail Lake's CSV. */
  scanCsv(text: string): void {
    this.#isUtf8 = true;
    const { shape, records, isLossy } = csvRecords(text);
    this.#csvShape = shape;
    if (isLossy) this.#flags.add('lossy: re-saved by a spreadsheet');
    const encoder = new TextEncoder();
    for (const record of records) {
      const bytes = encoder.encode(record);
      this.#item({ bytes, start: 0, end: bytes.length }, 0, 0);
    }
  }

  /** Reads sound records, one or more; what is anything else is left to the walker. */
  #takeRecord(bytes: Uint8Array, start: number, limit: number): number {
    const { chunk, plain, fast } = this.#scanners;
    // An observer is told where each record lies, which the fast scanner does not say.
    if (fast && !this.#observe) {
      const end = fast.take(bytes, start, limit, this.#fileId, this.#recordIndex);
      if (end !== -1) {
        this.#recordIndex += fast.taken;
        this.#events += fast.taken;
        if (chunk.isFull) this.#sink.chunkFull();
        return end;
      }
    }
    if (!this.#isUtf8) return -1;
    try {
      const isEvent = plain.scanAhead(bytes, start, limit);
      const { end } = plain;
      if (isEvent && end - start <= maximumRecordBytes) {
        this.#commitEvent({ bytes, start, end }, start);
        return end;
      }
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
    }
    chunk.dropRow();
    return -1;
  }

  #commitEvent(slice: JsonSlice, byteOffset: number): void {
    this.#observe?.(this.#recordIndex, slice, byteOffset);
    const { chunk } = this.#scanners;
    chunk.setInteger(fileIdColumn, this.#fileId);
    chunk.setInteger(recordIndexColumn, this.#recordIndex++);
    chunk.commitRow();
    this.#events++;
    if (chunk.isFull) this.#sink.chunkFull();
  }

  #item(slice: JsonSlice, byteOffset: number, depth: number): void {
    const { bytes, start, end } = slice;
    if (!this.#isUtf8 && !isUtf8(bytes.subarray(start, end))) {
      return this.#reject(slice, byteOffset, 'Not valid UTF-8', true);
    }
    try {
      if (this.#scanners.plain.scan(bytes, start, end)) {
        if (end - start > maximumRecordBytes) {
          this.#scanners.chunk.dropRow();
          return this.#reject(slice, byteOffset, tooLarge, true);
        }
        return this.#commitEvent(slice, byteOffset);
      }
      this.#scanners.chunk.dropRow();
      this.#unwrap(slice, byteOffset, depth);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#scanners.chunk.dropRow();
      this.#reject(slice, byteOffset, `${error.message} (at byte ${error.position - start} of the record)`, true);
    }
  }

  #unwrap(slice: JsonSlice, byteOffset: number, depth: number): void {
    const found = unwrap(slice);
    switch (found.kind) {
      case 'wrapper':
        if (depth >= maximumWrapping) return this.#reject(slice, byteOffset, 'Wrapped too many times', true);
        this.#wrappers.add(found.shape);
        for (const inner of found.inner) {
          if (typeof inner === 'string') this.#reject(slice, byteOffset, inner, true);
          else {
            const isSameText = inner.bytes === slice.bytes;
            this.#item(inner, isSameText ? byteOffset + inner.start - slice.start : byteOffset, depth + 1);
          }
        }
        return;
      case 'Digest':
        this.#isDigest = true;
        return this.#reject(slice, byteOffset, 'What a digest file holds, not an event', false);
      case 'Insight':
      case 'Aggregated':
        if (slice.end - slice.start > maximumRecordBytes) return this.#reject(slice, byteOffset, tooLarge, true);
        if (found.kind === 'Insight') this.#insights++;
        else this.#aggregates++;
        this.#observe?.(this.#recordIndex, slice, byteOffset);
        this.#sink.special({
          kind: found.kind,
          recordIndex: this.#recordIndex++,
          record: specialText(slice, found.members),
        });
        return;
      case 'none':
        this.#reject(slice, byteOffset, found.reason, false);
    }
  }

  #reject({ bytes, start, end }: JsonSlice, byteOffset: number, reason: string, isBroken: boolean): void {
    if (isBroken) this.#firstBroken ??= `${reason}, at byte ${byteOffset}`;
    else this.#firstForeign ??= reason;
    this.#rejected++;
    const excerpt = decoder.decode(bytes.subarray(start, Math.min(end, start + excerptBytes)));
    this.#sink.rejected({ recordIndex: this.#recordIndex++, byteOffset, reason, excerpt });
  }

  finish(): FileScanResult {
    const stored = this.#events + this.#insights + this.#aggregates;
    if (this.#walker.isCutOff) this.#flags.add(stored > 0 ? 'salvaged: the file ends within a record' : 'cut off');
    const flags = [...this.#flags];
    const wrapped = [...this.#wrappers].join(', ');
    const shape = this.#csvShape ?? (wrapped || this.#walker.shape);
    const none = { shape, flags, recordsRead: 0, recordsRejected: 0 } as const;
    if (stored === 0 && this.#isDigest) {
      return {
        ...none,
        kind: 'Digest',
        verdict: 'other',
        reason: 'A digest file: kept for validation, holds no events',
      };
    }
    if (stored === 0 && this.#rejected > 0) {
      // A file without a single record of CloudTrail's is judged as a file, not record by record.
      const isForeign = this.#firstBroken === null;
      const reason = this.#firstBroken ?? this.#firstForeign;
      return { ...none, kind: 'other', verdict: isForeign ? 'other' : 'rejected', reason };
    }
    if (stored === 0 && shape === null) {
      return { ...none, kind: 'other', verdict: 'other', reason: 'The file is empty' };
    }
    const kind = this.#events === 0 && this.#insights > 0 ? 'Insight' : 'CloudTrail';
    return {
      kind: this.#events === 0 && this.#insights === 0 && this.#aggregates > 0 ? 'Aggregated' : kind,
      shape,
      verdict: 'imported',
      reason: null,
      flags,
      recordsRead: this.#recordIndex,
      recordsRejected: this.#rejected,
    };
  }
}

/** The record's text; insights and aggregates are rare and kept as they are. */
function specialText({ bytes, start, end }: JsonSlice, members: ReadonlyMap<string, JsonMember>): string {
  if (members.size === 0) throw new JsonError('An empty record', start);
  return decoder.decode(bytes.subarray(start, end));
}
