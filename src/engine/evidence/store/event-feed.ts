import {
  BLOB,
  BOOLEAN,
  DuckDBTableFunction,
  DuckDBVarCharType,
  INTEGER,
  TIMESTAMP,
  UUID,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
} from '@duckdb/node-api';
import type { Chunk } from '../scan/chunk-builder.ts';
import { feedColumns, type FeedKind } from '../scan/record-layout.ts';
import { fillByPointers, type FillChunk } from './fill-chunk.ts';

const typeOf: Record<FeedKind, DuckDBType> = {
  text: VARCHAR,
  // A JSON-typed column needs no cast, which would parse every value again.
  json: DuckDBVarCharType.create('JSON'),
  uuid: UUID,
  timestamp: TIMESTAMP,
  boolean: BOOLEAN,
  integer: INTEGER,
};

let feedsMade = 0;

/**
 * A DuckDB table function that yields scanned chunks. Its callback runs on the JS thread and can't wait, so it is only
 * read (`INSERT … SELECT … FROM feed()`) once the chunks are there.
 */
export class EventFeed {
  readonly name = `trailbench_feed_${++feedsMade}`;
  fill: FillChunk;
  #queue: Chunk[] = [];
  #onRead: (chunk: Chunk) => void = () => undefined;

  constructor(fill: FillChunk = fillByPointers) {
    this.fill = fill;
  }

  /** Registers the function with the instance the connection belongs to. */
  register(connection: DuckDBConnection): void {
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: this.name,
        bindFunction: (info) => {
          for (const column of feedColumns) info.addResultColumn(column.name, typeOf[column.kind]);
          info.addResultColumn('heap', BLOB);
        },
        // Each call must see the next chunk; one thread keeps file order, and row groups whole.
        initFunction: (info) => info.setMaxThreads(1),
        mainFunction: (_info, output) => {
          const chunk = this.#queue.shift();
          if (chunk) {
            this.fill(output.chunk, chunk);
            this.#onRead(chunk);
          } else {
            output.rowCount = 0;
          }
        },
      }),
    );
  }

  /** Sets what the next statement reads; `onRead` is told of each chunk that DuckDB has copied. */
  offer(chunks: readonly Chunk[], onRead: (chunk: Chunk) => void): void {
    this.#queue = [...chunks];
    this.#onRead = onRead;
  }

  get isDrained(): boolean {
    return this.#queue.length === 0;
  }
}
