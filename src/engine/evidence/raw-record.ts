import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, sep } from 'node:path';
import type { LedgerFile, RawRecord, RecordPlace } from '#shared/api/evidence.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { OpenCase } from '../case/open-case.ts';
import { readLedgerFile } from './ledger.ts';
import type { Source } from './list-sources.ts';
import { makeScanners } from './scan/fast/scanners.ts';
import { FileScanner, type ScanSink } from './scan/file-scanner.ts';
import { wholeFileBytes } from './scan/inflate.ts';
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

/** The path of the file's bytes, which are those imported; a member of a container is unpacked for it. */
async function locate(openCase: OpenCase, file: LedgerFile, temporary: string): Promise<string> {
  if (file.sha256 === '') {
    throw new TrailbenchError('NOT_FOUND', `“${file.sourcePath}” could not be read: there is nothing to show.`);
  }
  let isThere = false;
  const whole = await evidencePath(openCase, file, file.storedPath);
  if (whole) {
    if (await isUnchanged(whole, file)) return whole;
    isThere = true;
  }
  const parts = file.storedPath.split('!');
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(0, count).join('!');
    const path = await evidencePath(openCase, file, name);
    const kind = path && (await containerKind(path));
    if (!kind) continue;
    const container: Source = {
      ...{ path, name, segments: [], sizeBytes: (await stat(path)).size },
      ...{ container: null, deliveredAt: null, problem: null },
    };
    // A container may hold several members of one name.
    for await (const member of unpack(container, kind, temporary, new AbortController().signal)) {
      if (member.name !== file.storedPath || member.problem !== null) continue;
      if (await isUnchanged(member.path, file)) return member.path;
      isThere = true;
    }
  }
  throw new TrailbenchError(
    'IO_FAILED',
    isThere
      ? `The evidence file “${file.storedPath}” is not the one that was imported: its SHA-256 differs from the ledger's.`
      : `The evidence file “${file.storedPath}” is not there. If it was referenced in place, bring its disk back.`,
  );
}

/**
 * Where a stored path leads, links resolved; null if no regular file is there. A case may come from anyone: what it
 * says to hold must lie in its archive.
 */
async function evidencePath(openCase: OpenCase, file: LedgerFile, storedPath: string): Promise<string | null> {
  if (file.isReferenced !== isAbsolute(storedPath)) return null;
  const path = await realpath(file.isReferenced ? storedPath : join(openCase.path, storedPath)).catch(() => null);
  if (path === null || !(await stat(path)).isFile()) return null;
  if (!file.isReferenced && !path.startsWith((await realpath(openCase.archivePath)) + sep)) return null;
  return path;
}

async function isUnchanged(path: string, file: LedgerFile): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex') === file.sha256;
}

async function findRecord(path: string, wanted: number): Promise<Omit<RawRecord, 'file'>> {
  const scanners = makeScanners(null);
  const found: Omit<RawRecord, 'file'>[] = [];
  const sink: ScanSink = {
    chunkFull: () => void scanners.chunk.take(),
    rejected: () => undefined,
    special: () => undefined,
  };
  const scanner = () =>
    new FileScanner(scanners, sink, 0, (recordIndex, slice, byteOffset) => {
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
