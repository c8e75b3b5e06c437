import type { DuckDBConnection } from '@duckdb/node-api';
import { ChunkBuilder, rowsPerChunk, type Chunk } from '../scan/chunk-builder.ts';
import {
  eventKeyColumn,
  eventNameColumn,
  feedColumns,
  fileIdColumn,
  otherFieldsColumn,
} from '../scan/record-layout.ts';
import { EventFeed } from './event-feed.ts';
import { fillByPointers, fillByStrings, type FillChunk } from './fill-chunk.ts';

const encoder = new TextEncoder();

const filledColumns = [eventNameColumn, otherFieldsColumn, eventKeyColumn, fileIdColumn];
const trickyRows = rowsPerChunk + 3;

/**
 * Whether chunks handed over by pointers arrive as they do string by string: null, or what is wrong. Takes some
 * milliseconds. `fill` is a parameter so that the test can be seen to fail.
 */
export async function findFeedFault(
  connection: DuckDBConnection,
  fill: FillChunk = fillByPointers,
): Promise<string | null> {
  const names = filledColumns.map((column) => `"${feedColumns[column]!.name}"`).join(', ');
  try {
    for (const [table, way] of [
      ['feed_by_strings', fillByStrings],
      ['feed_by_pointers', fill],
    ] as const) {
      const feed = new EventFeed(way);
      feed.register(connection);
      feed.offer(trickyChunks(), () => undefined);
      // Sorting keeps all rows until all are read: memory that was let go too early would show.
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT ${names} FROM ${feed.name}() ORDER BY fileId DESC`,
      );
    }
    const same = filledColumns
      .map((column) => `l."${feedColumns[column]!.name}" IS NOT DISTINCT FROM r."${feedColumns[column]!.name}"`)
      .join(' AND ');
    const reader = await connection.runAndReadAll(
      `SELECT count(*), count(*) FILTER (${same}) FROM feed_by_strings AS l FULL JOIN feed_by_pointers AS r USING (fileId)`,
    );
    const [rows, equal] = reader.getRows()[0]!.map(Number);
    return rows === trickyRows && equal === rows ? null : `${rows! - equal!} of ${rows} rows differ`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await connection
      .run('DROP TABLE IF EXISTS feed_by_strings; DROP TABLE IF EXISTS feed_by_pointers')
      .catch(() => undefined);
  }
}

/** A full chunk with texts of every length around DuckDB's 12 bytes, shared and not; one without a heap; one of one row. */
function trickyChunks(): Chunk[] {
  const builder = new ChunkBuilder();
  const chunks: Chunk[] = [];
  let row = 0;
  const add = (text: string | null): void => {
    const bytes = encoder.encode(text ?? '');
    if (text !== null) {
      for (const column of [eventNameColumn, otherFieldsColumn]) builder.setText(column, bytes, 0, bytes.length);
      builder.setUuid(eventKeyColumn, new Uint8Array(16).fill(row & 0xff));
    }
    builder.setInteger(fileIdColumn, row++);
    builder.commitRow();
  };
  for (let index = 0; index < rowsPerChunk; index++) {
    const length = index % 31;
    if (index % 7 === 0) add(null);
    else if (index % 5 === 0) add('the same long text each time');
    else add(`${'é'.repeat(length % 3)}${'x'.repeat(length)}${length > 20 ? index : ''}`);
  }
  chunks.push(builder.take());
  add('short');
  add(null);
  chunks.push(builder.take());
  add(`"${'long '.repeat(20_000)}"`);
  chunks.push(builder.take());
  return chunks;
}

let chosen: Promise<FillChunk> | null = null;

/** The fast way if this process' DuckDB passes the self-test (made once, if it passes), else the plain way, with the reason logged. */
export function chooseFill(connection: DuckDBConnection, log: (message: string) => void): Promise<FillChunk> {
  chosen ??= findFeedFault(connection).then((fault) => {
    if (fault === null) return fillByPointers;
    // An import that was cancelled meanwhile says nothing about the next.
    chosen = null;
    log(`Scanned events are handed to DuckDB string by string: the faster way failed its self-test (${fault})`);
    return fillByStrings;
  });
  return chosen;
}
