import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { makeScanners, type Scanners } from '#engine/evidence/scan/fast/scanners.ts';
import { FileScanner, type ScanSink } from '#engine/evidence/scan/file-scanner.ts';
import { inflateWhole, isGzip } from '#engine/evidence/scan/inflate.ts';
import { scanStream } from '#engine/evidence/scan/scan-source.ts';
import { CpuClock } from './cpu-clock.ts';
import type { StageResult, StageSeconds } from './stages.ts';

/**
 * What a scan worker does with each file, step by step in one thread; chunks are dropped. Files that the import streams
 * are streamed here too; their reading is then part of `inflate`. `modulePath`: that of the fast path.
 */
export async function runScanStages(paths: readonly string[], modulePath: URL): Promise<StageResult> {
  const clock = new CpuClock<keyof StageSeconds>();
  const own = new DroppingScan(makeScanners(modulePath));
  const plain = own.hasFastPath ? new DroppingScan(makeScanners(null)) : null;
  for (const [index, path] of paths.entries()) {
    const bytes = clock.run('read', () => readFileSync(path));
    clock.run('hashFile', () => createHash('sha256').update(bytes).digest('hex'));
    const inflated = isGzip(bytes) ? clock.run('inflate', () => inflateWhole(bytes)) : null;
    if (inflated?.kind === 'broken') continue;
    if (inflated?.kind === 'too large') {
      const others = await streamOthers(path, clock);
      clock.add('scan', (await measureAsync(() => own.stream(path, index))) - others);
      if (plain) clock.add('plainScan', (await measureAsync(() => plain.stream(path, index))) - others);
      continue;
    }
    const content = inflated?.bytes ?? bytes;
    clock.run('hashContent', () => createHash('sha256').update(content).digest('hex'));
    const checking = measure(() => isUtf8(content));
    clock.add('checkUtf8', checking);
    clock.add('scan', measure(() => own.scan(content, index)) - checking);
    if (plain) clock.add('plainScan', measure(() => plain.scan(content, index)) - checking);
  }
  clock.run('scan', () => own.takeChunk());
  plain?.takeChunk();
  if (plain && plain.events !== own.events) throw new Error(`The plain path finds ${plain.events}, not ${own.events}`);
  return { cpuSeconds: clock.seconds, events: own.events, fastEvents: own.hasFastPath ? own.fastEvents : null };
}

/** Scans as a worker does and drops the chunks. */
class DroppingScan {
  events = 0;
  fastEvents = 0;
  readonly #scanners: Scanners;
  readonly #sink: ScanSink = {
    chunkFull: () => this.takeChunk(),
    rejected: () => undefined,
    special: () => undefined,
  };

  constructor(scanners: Scanners) {
    this.#scanners = scanners;
    const { fast } = scanners;
    if (!fast) return;
    const take = fast.take.bind(fast);
    fast.take = (...args) => {
      const end = take(...args);
      if (end !== -1) this.fastEvents += fast.taken;
      return end;
    };
  }

  get hasFastPath(): boolean {
    return this.#scanners.fast !== null;
  }

  scan(content: Uint8Array, index: number): void {
    new FileScanner(this.#scanners, this.#sink, index + 1).scanWhole(content);
  }

  async stream(path: string, index: number): Promise<void> {
    await scanStream(path, new FileScanner(this.#scanners, this.#sink, index + 1), () => undefined);
  }

  takeChunk(): void {
    const { chunk } = this.#scanners;
    this.events += chunk.rowCount;
    if (chunk.rowCount > 0) chunk.recycle(chunk.take().buffer);
  }
}

/**
 * All but the scan of a file that is streamed: they cannot be told apart within the stream, so they are measured on
 * their own. Returns what they took together.
 */
async function streamOthers(path: string, clock: CpuClock<keyof StageSeconds>): Promise<number> {
  const own = new CpuClock<'inflate' | 'hashContent' | 'checkUtf8'>();
  // Nothing is kept: memory that is fresh for every part would cost more than inflating into it.
  await own.runAsync('inflate', async () => {
    for await (const part of inflatedParts(path)) void part;
  });
  const hash = createHash('sha256');
  for await (const part of inflatedParts(path)) {
    own.run('hashContent', () => hash.update(part));
    own.run('checkUtf8', () => isUtf8(part));
  }
  const names = ['inflate', 'hashContent', 'checkUtf8'] as const;
  for (const name of names) clock.add(name, own.get(name));
  return names.reduce((sum, name) => sum + own.get(name), 0);
}

/** As the import streams a file. */
function inflatedParts(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(createGunzip({ chunkSize: 1024 * 1024 }));
}

function measure(work: () => unknown): number {
  const clock = new CpuClock<'work'>();
  clock.run('work', work);
  return clock.get('work');
}

async function measureAsync(work: () => Promise<unknown>): Promise<number> {
  const clock = new CpuClock<'work'>();
  await clock.runAsync('work', work);
  return clock.get('work');
}
