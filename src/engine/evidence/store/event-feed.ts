import {
  BOOLEAN,
  DuckDBTableFunction,
  DuckDBVarCharType,
  INTEGER,
  TIMESTAMP,
  UUID,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { inlineBytes, rowsPerChunk, type Chunk } from '../scan/chunk-builder.ts';
import { feedColumns, type FeedKind } from '../scan/record-layout.ts';

const typeOf: Record<FeedKind, DuckDBType> = {
  text: VARCHAR,
  // A JSON-typed column needs no cast, which would parse every value again.
  json: DuckDBVarCharType.create('JSON'),
  uuid: UUID,
  timestamp: TIMESTAMP,
  boolean: BOOLEAN,
  integer: INTEGER,
};
const widthOf: Record<FeedKind, number> = { text: 16, json: 16, uuid: 16, timestamp: 8, boolean: 1, integer: 4 };
const nothingValid = new ArrayBuffer(rowsPerChunk / 8);

let feedsMade = 0;

/**
 * A DuckDB table function that yields scanned chunks. Its callback runs on the JS thread and can't wait, so it is only
 * read (`INSERT … SELECT … FROM feed()`) once the chunks are there.
 */
export class EventFeed {
  readonly name = `trailbench_feed_${++feedsMade}`;
  #queue: Chunk[] = [];
  #onRead: (chunk: Chunk) => void = () => undefined;

  /** Registers the function with the instance the connection belongs to. */
  register(connection: DuckDBConnection): void {
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: this.name,
        bindFunction: (info) => {
          for (const column of feedColumns) info.addResultColumn(column.name, typeOf[column.kind]);
        },
        // Each call must see the next chunk; one thread keeps file order, and row groups whole.
        initFunction: (info) => info.setMaxThreads(1),
        mainFunction: (_info, output) => {
          const chunk = this.#queue.shift();
          if (chunk) {
            fill(output, chunk);
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

function fill(output: DuckDBDataChunk, chunk: Chunk): void {
  const target = output.chunk;
  duckdb.data_chunk_set_size(target, chunk.rowCount);
  const validityBytes = ((chunk.rowCount + 63) >> 6) << 3;
  const heap = new Uint8Array(chunk.buffer, chunk.heapOffset, chunk.heapBytes);
  let next = 0;
  for (let column = 0; column < feedColumns.length; column++) {
    const vector = duckdb.data_chunk_get_vector(target, column);
    duckdb.vector_ensure_validity_writable(vector);
    const present = chunk.columns[next];
    if (present?.column !== column) {
      duckdb.copy_data_to_vector_validity(vector, 0, nothingValid, 0, validityBytes);
      continue;
    }
    next++;
    const { kind } = feedColumns[column]!;
    if (kind === 'text' || kind === 'json') fillText(vector, chunk, present.dataOffset, present.validityOffset, heap);
    else {
      const bytes = chunk.rowCount * widthOf[kind];
      duckdb.copy_data_to_vector(vector, 0, chunk.buffer, present.dataOffset, bytes);
    }
    duckdb.copy_data_to_vector_validity(vector, 0, chunk.buffer, present.validityOffset, validityBytes);
  }
}

type Vector = Parameters<typeof duckdb.vector_get_data>[0];

/**
 * Short strings are copied with their entries; long ones are assigned through the public API, which copies them into
 * the vector's own heap. Equal strings are assigned once: the entry DuckDB made is then repeated within the vector.
 */
function fillText(vector: Vector, chunk: Chunk, dataOffset: number, validityOffset: number, heap: Uint8Array): void {
  const { buffer, rowCount } = chunk;
  const words = new Uint32Array(buffer, dataOffset, rowCount * 4);
  const validity = new Uint32Array(buffer, validityOffset, (rowCount + 31) >> 5);
  const firsts: number[] = [];
  const repeats: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    const at = row << 2;
    if ((validity[row >> 5]! & (1 << (row & 31))) === 0) {
      words[at] = 0;
    } else if (words[at]! > inlineBytes) {
      const first = words[at + 3]! - 1;
      if (first === row) firsts.push(row, words[at + 2]!, words[at]!);
      else repeats.push(row, first);
      words[at] = words[at + 2] = words[at + 3] = 0;
    }
  }
  duckdb.copy_data_to_vector(vector, 0, buffer, dataOffset, rowCount * 16);
  for (let index = 0; index < firsts.length; index += 3) {
    const offset = firsts[index + 1]!;
    const bytes = heap.subarray(offset, offset + firsts[index + 2]!);
    duckdb.vector_assign_string_element_len(vector, firsts[index]!, bytes);
  }
  if (repeats.length === 0) return;
  const made = duckdb.vector_get_data(vector, rowCount * 16);
  const entries = new Uint32Array(buffer, dataOffset, rowCount * 4);
  new Uint8Array(buffer, dataOffset, rowCount * 16).set(made);
  for (let index = 0; index < repeats.length; index += 2) {
    const to = repeats[index]! << 2;
    const from = repeats[index + 1]! << 2;
    entries[to] = entries[from]!;
    entries[to + 1] = entries[from + 1]!;
    entries[to + 2] = entries[from + 2]!;
    entries[to + 3] = entries[from + 3]!;
  }
  duckdb.copy_data_to_vector(vector, 0, buffer, dataOffset, rowCount * 16);
}
