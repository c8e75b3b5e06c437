import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { LedgerFile, RawRecord, RecordPlace } from '#shared/api/evidence.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { OpenCase } from '../case/open-case.ts';
import { readLedgerFile } from './ledger.ts';
import type { Source } from './list-sources.ts';
import { ChunkBuilder } from './scan/chunk-builder.ts';
import { FileScanner, type ScanSink } from './scan/file-scanner.ts';
import { wholeFileBytes } from './scan/inflate.ts';
import { RecordScanner } from './scan/record-scanner.ts';
import { scanBytes, scanStream } from './scan/scan-source.ts';
import { containerKind, unpack } from './unpack.ts';

/** Thrown to end the walk once the record is found. */
class Found extends Error {}

/**
 * The record as delivered, read again from the evidence file, whose SHA-256 is checked first.
 * Errors: NOT_FOUND, IO_FAILED (the file is gone or is not the one that was imported).
 */
export async function readRawRecord(openCase: OpenCase, place: RecordPlace): Promise<RawRecord> {
  const file = await openCase.withConnection((connection) => readLedgerFile(connection, place.fileId));
  if (!file) throw new TrailbenchError('NOT_FOUND', `The ledger has no file ${place.fileId}.`);
  const temporary = await mkdtemp(join(tmpdir(), 'trailbench-raw-'));
  try {
    const path = await locate(openCase, file, temporary);
    await assertUnchanged(path, file);
    return { ...(await findRecord(path, place.recordIndex)), file };
  } catch (error) {
    if (error instanceof TrailbenchError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (!code) throw error;
    throw new TrailbenchError('IO_FAILED', `The evidence file “${file.storedPath}” can't be read (${code}).`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The path of the file's bytes; a member of a container is unpacked for it. */
async function locate(openCase: OpenCase, file: LedgerFile, temporary: string): Promise<string> {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(openCase.path, path));
  const whole = absolute(file.storedPath);
  if (await stat(whole).catch(() => null)) return whole;
  const parts = file.storedPath.split('!');
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(0, count).join('!');
    const path = absolute(name);
    const info = await stat(path).catch(() => null);
    if (!info?.isFile()) continue;
    const kind = await containerKind(path);
    if (!kind) continue;
    const container: Source = {
      ...{ path, name, segments: [], sizeBytes: info.size, container: null, deliveredAt: null, problem: null },
    };
    for await (const member of unpack(container, kind, temporary, new AbortController().signal)) {
      if (member.name === file.storedPath && member.problem === null) return member.path;
    }
  }
  throw new TrailbenchError(
    'IO_FAILED',
    `The evidence file “${file.storedPath}” is not there. If it was referenced in place, bring its disk back.`,
  );
}

async function assertUnchanged(path: string, file: LedgerFile): Promise<void> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  if (hash.digest('hex') === file.sha256) return;
  throw new TrailbenchError(
    'IO_FAILED',
    `The evidence file “${file.storedPath}” is not the one that was imported: its SHA-256 differs from the ledger's.`,
  );
}

async function findRecord(path: string, wanted: number): Promise<Omit<RawRecord, 'file'>> {
  const chunk = new ChunkBuilder();
  const found: Omit<RawRecord, 'file'>[] = [];
  const sink: ScanSink = {
    chunkFull: () => void chunk.take(),
    rejected: () => undefined,
    special: () => undefined,
  };
  const scanner = () =>
    new FileScanner(chunk, new RecordScanner(chunk), sink, 0, (recordIndex, slice, byteOffset) => {
      if (recordIndex !== wanted) return;
      const text = new TextDecoder().decode(slice.bytes.subarray(slice.start, slice.end));
      found.push({ text, byteOffset, byteLength: slice.end - slice.start });
      throw new Found();
    });
  try {
    const { size } = await stat(path);
    const isScanned = size <= wholeFileBytes && scanBytes(await readFile(path), scanner()) !== null;
    if (!isScanned) await scanStream(path, scanner(), () => undefined);
  } catch (error) {
    if (!(error instanceof Found)) throw error;
  }
  if (found[0]) return found[0];
  throw new TrailbenchError('NOT_FOUND', `The file has no record ${wanted}.`);
}
