import type { DuckDBConnection } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { createCase, openCase, type CaseEnvironment } from '#engine/case/opened-case.ts';
import { listSources } from '#engine/evidence/list-sources.ts';
import type { Chunk } from '#engine/evidence/scan/chunk-builder.ts';
import { makeScanners, type Scanners } from '#engine/evidence/scan/fast/scanners.ts';
import { FileScanner, type ScanSink } from '#engine/evidence/scan/file-scanner.ts';
import { scanBytes, scanStream } from '#engine/evidence/scan/scan-source.ts';
import { findRepeated, moveRepeated } from '#engine/evidence/store/deduplicate.ts';
import { EventFeed } from '#engine/evidence/store/event-feed.ts';
import { chooseFill } from '#engine/evidence/store/feed-self-test.ts';
import { insertEventsSql } from '#engine/evidence/store/insert-events.ts';
import { runInBackground } from '#engine/evidence/store/run-statement.ts';
import { rowsPerStatement } from '#engine/evidence/store/store-batch.ts';
import { CpuClock } from './cpu-clock.ts';
import type { StageResult, StageSeconds } from './stages.ts';

export interface StoreTask {
  readonly casePath: string;
  /** What an import is given. */
  readonly sources: readonly string[];
  readonly dataFolder: string;
  /** URL of the fast path's module. */
  readonly moduleUrl: string;
}

/** As the import does. */
const bytesPerCommit = 2 * 1024 ** 3;

/** What the import does with the chunks of scan workers, step by step; they are scanned in between, unmeasured. */
export async function runStoreStages({ casePath, sources, dataFolder, moduleUrl }: StoreTask): Promise<StageResult> {
  const clock = new CpuClock<keyof StageSeconds>();
  const scanWorkerUrl = new URL('file:///not-used');
  const options = { dataFolder, version: 'bench', scanWorkerUrl };
  const environment: CaseEnvironment = { options, log: () => undefined, notify: () => undefined };
  const opened = await clock.runAsync('case', async () =>
    openCase(await createCase(casePath, environment), environment),
  );
  const files = await clock.runAsync('list', () => listSources(sources));
  const events = await opened.withConnection(async (connection) => {
    const store = new MeasuredStore(connection, clock, makeScanners(new URL(moduleUrl)));
    await store.prepare();
    for (const { path } of files) await store.scanFile(path);
    await store.end();
    return store.events;
  });
  await clock.runAsync('case', () => opened.close());
  return { cpuSeconds: clock.seconds, events, fastEvents: null };
}

class MeasuredStore {
  events = 0;
  readonly #connection: DuckDBConnection;
  readonly #clock: CpuClock<keyof StageSeconds>;
  readonly #feed = new EventFeed();
  readonly #scanners: Scanners;
  readonly #sink: ScanSink = {
    chunkFull: () => this.#takeChunk(),
    rejected: () => undefined,
    special: () => undefined,
  };
  #taken: Chunk[] = [];
  #fileId = 0;
  #firstFileId = 1;
  #bytes = 0;
  #isOpen = false;

  constructor(connection: DuckDBConnection, clock: CpuClock<keyof StageSeconds>, scanners: Scanners) {
    this.#scanners = scanners;
    this.#connection = connection;
    this.#clock = clock;
    this.#feed.register(connection);
  }

  /** The hand-over is tested before it is used. */
  async prepare(): Promise<void> {
    const choose = () => chooseFill(this.#connection, (message) => process.stderr.write(`${message}\n`));
    this.#feed.fill = await this.#clock.runAsync('testHandOver', choose);
  }

  async scanFile(path: string): Promise<void> {
    const bytes = readFileSync(path);
    const scanner = () => new FileScanner(this.#scanners, this.#sink, this.#fileId);
    this.#fileId++;
    const scan = scanBytes(bytes, scanner()) ?? (await scanStream(path, scanner(), () => undefined));
    this.#bytes += scan.inflatedBytes ?? 0;
    for (let rows = 0, count = 0; count < this.#taken.length;) {
      rows += this.#taken[count++]!.rowCount;
      if (rows < rowsPerStatement) continue;
      await this.#insert(this.#taken.splice(0, count));
      rows = count = 0;
    }
    if (this.#bytes >= bytesPerCommit) await this.#commit();
  }

  async end(): Promise<void> {
    await this.#commit();
    await this.#clock.runAsync('commit', () => this.#connection.run('CHECKPOINT'));
  }

  #takeChunk(): void {
    const { chunk } = this.#scanners;
    if (chunk.rowCount > 0) this.#taken.push(chunk.take());
  }

  async #insert(chunks: readonly Chunk[]): Promise<void> {
    if (!this.#isOpen) await this.#connection.run('BEGIN TRANSACTION');
    this.#isOpen = true;
    const handOver = new CpuClock<'select' | 'insert'>();
    // The feed may alter what it is given.
    const copies = chunks.map((chunk) => ({ ...chunk, buffer: chunk.buffer.slice(0) }));
    await handOver.runAsync('select', () => this.#read(copies, `SELECT count(*) FROM ${this.#feed.name}()`));
    await handOver.runAsync('insert', () => this.#read(chunks, insertEventsSql(this.#feed.name)));
    for (const { rowCount, buffer } of chunks) {
      this.events += rowCount;
      this.#scanners.chunk.recycle(buffer);
    }
    this.#clock.add('handOver', handOver.get('select'));
    this.#clock.add('store', handOver.get('insert') - handOver.get('select'));
  }

  async #read(chunks: readonly Chunk[], sql: string): Promise<void> {
    let read = 0;
    this.#feed.offer(chunks, () => read++);
    await runInBackground(this.#connection, sql, 1000, () => read);
    if (!this.#feed.isDrained) throw new Error('DuckDB ended the statement before the feed was read');
  }

  async #commit(): Promise<void> {
    this.#takeChunk();
    if (this.#taken.length > 0) await this.#insert(this.#taken.splice(0));
    if (!this.#isOpen) return;
    const connection = this.#connection;
    const first = this.#firstFileId;
    if (await this.#clock.runAsync('deduplicate', () => findRepeated(connection, first))) {
      await this.#clock.runAsync('commit', () => runInBackground(connection, 'COMMIT', 10_000));
      await connection.run('BEGIN TRANSACTION');
      await this.#clock.runAsync('deduplicate', () => moveRepeated(connection, first));
    }
    await this.#clock.runAsync('commit', () => runInBackground(connection, 'COMMIT', 10_000));
    this.#isOpen = false;
    this.#firstFileId = this.#fileId + 1;
    this.#bytes = 0;
  }
}
