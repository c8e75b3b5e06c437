import type { DuckDBConnection } from '@duckdb/node-api';
import type { ImportBatch } from '../import-batch.ts';
import { commitBatch, insertSmallRows, removePending, type BatchCounts } from './commit-batch.ts';
import { EventFeed } from './event-feed.ts';
import { chooseFill } from './feed-self-test.ts';
import { insertEventsSql } from './insert-events.ts';
import { runInBackground } from './run-statement.ts';

/** Rows a statement moves: DuckDB's row group. Smaller statements leave half-filled row groups to be rewritten. */
export const rowsPerStatement = 122_880;
const smallRowsInMemory = 20_000;

/** What fills the batches while they are stored. */
export interface BatchSupply {
  /** Set once the import was cancelled or has failed. */
  readonly failure: unknown;
  /** Resolves when a batch may have more; rejects with the failure. */
  next(): Promise<void>;
  /** Called after each statement. */
  stored(): void;
}

/** How many of the first chunks make whole row groups exactly; 0 if none do. */
function wholeRowGroups(chunks: ImportBatch['chunks']): number {
  let rows = 0;
  let count = 0;
  chunks.forEach(({ chunk }, index) => {
    rows += chunk.rowCount;
    if (rows % rowsPerStatement === 0) count = index + 1;
  });
  return count;
}

/** Stores batches, one after the other, in one connection: statement by statement as their chunks come, then commits. */
export class BatchStore {
  readonly #connection: DuckDBConnection;
  readonly #importId: number;
  readonly #supply: BatchSupply;
  readonly #feed = new EventFeed();
  readonly #insertSql: string;
  #rowsInserted = 0;

  constructor(connection: DuckDBConnection, importId: number, supply: BatchSupply) {
    this.#connection = connection;
    this.#importId = importId;
    this.#supply = supply;
    this.#insertSql = insertEventsSql(this.#feed.name);
    this.#feed.register(connection);
  }

  /** Chooses how events are handed to DuckDB. Called once, before the first batch. */
  async prepare(log: (message: string) => void): Promise<void> {
    this.#feed.fill = await chooseFill(this.#connection, log);
  }

  get rowsInserted(): number {
    return this.#rowsInserted;
  }

  /** Stores the batch, waiting for its chunks, and commits it. If it fails, nothing of the batch stays. */
  async store(batch: ImportBatch): Promise<BatchCounts> {
    const connection = this.#connection;
    await connection.run('BEGIN TRANSACTION');
    try {
      while (!(batch.isComplete && batch.chunks.length === 0)) {
        const isHeldBack = batch.chunks.some(({ worker }) => worker.isHeldBack);
        if (batch.queuedRows >= rowsPerStatement || isHeldBack || (batch.isComplete && batch.chunks.length > 0)) {
          await this.#insert(batch);
        } else {
          await this.#supply.next();
        }
        if (batch.rejected.length + batch.special.length > smallRowsInMemory) {
          await insertSmallRows(connection, batch);
        }
      }
      return await commitBatch(connection, batch, this.#importId);
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      // Should this fail too, the next opening or import does it.
      await removePending(connection).catch(() => undefined);
      throw this.#supply.failure ?? error;
    }
  }

  async #insert(batch: ImportBatch): Promise<void> {
    const taken = batch.chunks.splice(0, wholeRowGroups(batch.chunks) || batch.chunks.length);
    for (const { chunk } of taken) batch.queuedRows -= chunk.rowCount;
    const workerOf = new Map(taken.map(({ worker, chunk }) => [chunk, worker]));
    this.#feed.offer([...workerOf.keys()], (chunk) => {
      // At once, so that the workers go on while DuckDB stores.
      const worker = workerOf.get(chunk)!;
      worker.release(1);
      worker.recycle(chunk.buffer);
      this.#rowsInserted += chunk.rowCount;
    });
    await runInBackground(this.#connection, this.#insertSql, 1000, () => this.#rowsInserted);
    if (!this.#feed.isDrained) throw new Error('DuckDB ended the statement before the feed was read');
    this.#supply.stored();
    if (this.#supply.failure) throw this.#supply.failure;
  }
}
