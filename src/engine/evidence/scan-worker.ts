import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { cancelledIndex, postedIndex, type FromWorker, type ToWorker, type WorkerStart } from './scan-protocol.ts';
import { makeScanners } from './scan/fast/scanners.ts';
import { FileScanner, type RejectedRecordRow, type ScanSink, type SpecialRecordRow } from './scan/file-scanner.ts';
import { wholeFileBytes } from './scan/inflate.ts';
import { scanBytes, scanStream, type SourceScan } from './scan/scan-source.ts';

const { control, maximumPosted, isPlain } = workerData as WorkerStart;
const shared = new Int32Array(control);
const port = parentPort!;
/** The module lies beside the built worker (scripts/setup.mjs). */
const scanners = makeScanners(isPlain ? null : new URL('./record-scanner.wasm', import.meta.url));
const { chunk } = scanners;
const rowsPerMessage = 500;

interface ReadFile {
  readonly path: string;
  readonly sha256: string;
  /** Null for a file too large to keep in memory. */
  readonly bytes: Buffer | null;
}
const held = new Map<number, ReadFile>();

function checkCancelled(): void {
  if (Atomics.load(shared, cancelledIndex) === 1) throw new Error('cancelled');
}

/** Posts a message that the import has to take in order; waits while too many lie there. */
function postBounded(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  for (;;) {
    const posted = Atomics.load(shared, postedIndex);
    if (posted < maximumPosted) break;
    checkCancelled();
    Atomics.wait(shared, postedIndex, posted, 200);
  }
  Atomics.add(shared, postedIndex, 1);
  port.postMessage(message, transfer);
}

function postChunk(): void {
  if (chunk.rowCount === 0) return;
  const taken = chunk.take();
  postBounded({ type: 'chunk', chunk: taken }, [taken.buffer]);
}

class PostingSink implements ScanSink {
  readonly #fileId: number;
  #rejected: RejectedRecordRow[] = [];
  #special: SpecialRecordRow[] = [];

  constructor(fileId: number) {
    this.#fileId = fileId;
  }

  chunkFull(): void {
    checkCancelled();
    postChunk();
  }

  rejected(row: RejectedRecordRow): void {
    this.#rejected.push(row);
    if (this.#rejected.length >= rowsPerMessage) this.flush();
  }

  special(row: SpecialRecordRow): void {
    this.#special.push(row);
    if (this.#special.length >= rowsPerMessage) this.flush();
  }

  flush(): void {
    if (this.#rejected.length > 0) postBounded({ type: 'rejected', fileId: this.#fileId, rows: this.#rejected });
    if (this.#special.length > 0) postBounded({ type: 'special', fileId: this.#fileId, rows: this.#special });
    this.#rejected = [];
    this.#special = [];
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    checkCancelled();
    hash.update(part as Buffer);
  }
  return hash.digest('hex');
}

/** `sizeBytes` is the size when the file was listed; it decides only how the file is read. */
async function read(fileId: number, path: string, sizeBytes: number): Promise<void> {
  try {
    // This thread has nothing else to do meanwhile, and a promise costs several times the read of a small file.
    const bytes = sizeBytes <= wholeFileBytes ? readFileSync(path) : null;
    const sha256 = bytes ? createHash('sha256').update(bytes).digest('hex') : await hashFile(path);
    held.set(fileId, { path, sha256, bytes });
    port.postMessage({
      type: 'hashed',
      fileId,
      sizeBytes: bytes?.length ?? (await stat(path)).size,
      sha256,
    } satisfies FromWorker);
  } catch (error) {
    checkCancelled();
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const reason = code === 'EACCES' || code === 'EPERM' ? 'No permission to read the file' : `Can't be read (${code})`;
    port.postMessage({ type: 'unreadable', fileId, reason } satisfies FromWorker);
  }
}

/** Written under a temporary name first, so that a file in the archive is always whole. */
async function copyIntoArchive(file: ReadFile, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const partial = `${target}.part`;
  if (file.bytes) await writeFile(partial, file.bytes);
  else await copyFile(file.path, partial);
  await rename(partial, target);
}

async function scan(fileId: number, copyTo: string | null): Promise<void> {
  const file = held.get(fileId)!;
  held.delete(fileId);
  const sink = new PostingSink(fileId);
  let result: SourceScan;
  try {
    if (copyTo) await copyIntoArchive(file, copyTo);
    const path = copyTo ?? file.path;
    const scanner = () => new FileScanner(scanners, sink, fileId);
    result = (file.bytes && scanBytes(file.bytes, scanner())) ?? (await scanStream(path, scanner(), checkCancelled));
    if (!file.bytes && (await hashFile(path)) !== file.sha256) {
      if (copyTo) await rm(copyTo, { force: true });
      result = failed('The file changed while it was read');
    }
  } catch (error) {
    checkCancelled();
    const code = (error as NodeJS.ErrnoException).code;
    if (!code) throw error;
    if (copyTo) await rm(`${copyTo}.part`, { force: true }).catch(() => undefined);
    result = failed(`Can't be read or copied (${code})`);
  }
  sink.flush();
  port.postMessage({ type: 'scanned', fileId, scan: result } satisfies FromWorker);
}

function failed(reason: string): SourceScan {
  return {
    result: { kind: 'other', shape: null, verdict: 'rejected', reason, flags: [], recordsRead: 0, recordsRejected: 0 },
    inflatedBytes: null,
    inflatedSha256: null,
    isRetryable: true,
  };
}

async function handle(message: ToWorker): Promise<void> {
  checkCancelled();
  if (message.type === 'read') await read(message.fileId, message.path, message.sizeBytes);
  else if (message.type === 'scan') await scan(message.fileId, message.copyTo);
  else if (message.type === 'drop') held.delete(message.fileId);
  else if (message.type === 'recycle') chunk.recycle(message.buffer);
  else {
    postChunk();
    port.postMessage({ type: 'flushed' } satisfies FromWorker);
  }
}

if (scanners.problem) port.postMessage({ type: 'plain', reason: scanners.problem } satisfies FromWorker);

let last = Promise.resolve();
port.on('message', (message: ToWorker) => {
  last = last
    .then(() => handle(message))
    .catch((error: unknown) => {
      if (Atomics.load(shared, cancelledIndex) === 1) return;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.postMessage({ type: 'failed', message: text } satisfies FromWorker);
    });
});
