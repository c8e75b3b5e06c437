import type { Chunk } from '#engine/evidence/scan/chunk-builder.ts';
import { FileScanner, type FileScanResult } from '#engine/evidence/scan/file-scanner.ts';
import type { Scanners } from '#engine/evidence/scan/fast/scanners.ts';
import { feedColumns } from '#engine/evidence/scan/record-layout.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** What a file was read as: every row (by column name), what was rejected or set apart, and the verdict. */
export interface ScannedFile {
  readonly rows: readonly Record<string, string>[];
  readonly rejected: readonly unknown[];
  readonly special: readonly unknown[];
  readonly result: FileScanResult;
}

/** Scans a file's content with these scanners. */
export function scannedFile(scanners: Scanners, content: Uint8Array): ScannedFile {
  return scannedBy(scanners, (scanner) => scanner.scanWhole(content));
}

/** Scans content that comes in pieces, through one buffer that is used again and again, as that of large files is. */
export function scannedInPieces(scanners: Scanners, content: Uint8Array, pieceBytes: number): ScannedFile {
  return scannedBy(scanners, (scanner) => {
    const buffer = new Uint8Array(content.length);
    let length = 0;
    let baseOffset = 0;
    for (let at = 0; at < content.length; at += pieceBytes) {
      const piece = content.subarray(at, at + pieceBytes);
      buffer.set(piece, length);
      length += piece.length;
      const used = scanner.scanWindow(buffer, 0, length, at + pieceBytes >= content.length, baseOffset);
      buffer.copyWithin(0, used, length);
      length -= used;
      baseOffset += used;
    }
  });
}

function scannedBy(scanners: Scanners, scan: (scanner: FileScanner) => void): ScannedFile {
  const rows: Record<string, string>[] = [];
  const rejected: unknown[] = [];
  const special: unknown[] = [];
  const takeChunk = (): void => {
    const chunk = scanners.chunk.take();
    rows.push(...chunkRows(chunk));
    scanners.chunk.recycle(chunk.buffer);
  };
  const sink = {
    chunkFull: takeChunk,
    rejected: (row: unknown) => void rejected.push(row),
    special: (row: unknown) => void special.push(row),
  };
  const scanner = new FileScanner(scanners, sink, 7);
  scan(scanner);
  takeChunk();
  return { rows, rejected, special, result: scanner.finish() };
}

/** A chunk's rows as text, read by the layout that chunk-builder.ts documents; checks what DuckDB relies on, too. */
function chunkRows(chunk: Chunk): Record<string, string>[] {
  const view = new DataView(chunk.buffer);
  const rows = Array.from({ length: chunk.rowCount }, (): Record<string, string> => ({}));
  for (const { column, dataOffset, validityOffset } of chunk.columns) {
    const { name, kind } = feedColumns[column]!;
    rows.forEach((row, index) => {
      if ((view.getUint8(validityOffset + (index >> 3)) & (1 << (index & 7))) === 0) return;
      const wide = dataOffset + index * 16;
      if (kind === 'text' || kind === 'json') row[name] = textAt(chunk, view, dataOffset, index);
      else if (kind === 'uuid') row[name] = `${view.getBigUint64(wide + 8, true)}:${view.getBigUint64(wide, true)}`;
      else if (kind === 'timestamp') row[name] = String(view.getBigInt64(dataOffset + index * 8, true));
      else if (kind === 'boolean') row[name] = String(view.getUint8(dataOffset + index));
      else row[name] = String(view.getInt32(dataOffset + index * 4, true));
    });
  }
  return rows;
}

function textAt(chunk: Chunk, view: DataView, dataOffset: number, row: number): string {
  const at = dataOffset + row * 16;
  const length = view.getUint32(at, true);
  if (length <= 12) {
    for (let unused = at + 4 + length; unused < at + 16; unused++) {
      if (view.getUint8(unused) !== 0) throw new Error('bytes behind a short text');
    }
    return decoder.decode(new Uint8Array(chunk.buffer, at + 4, length));
  }
  const offset = view.getUint32(at + 8, true);
  if (offset + length > chunk.heapBytes) throw new Error('a text beyond the heap');
  const first = view.getUint32(at + 12, true) - 1;
  if (view.getUint32(dataOffset + first * 16 + 8, true) !== offset) throw new Error('a row that shares another text');
  if (view.getUint32(at + 4, true) !== view.getUint32(chunk.heapOffset + offset, true))
    throw new Error('a wrong prefix');
  return decoder.decode(new Uint8Array(chunk.buffer, chunk.heapOffset + offset, length));
}
