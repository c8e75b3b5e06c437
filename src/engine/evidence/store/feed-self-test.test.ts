import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChunkBuilder, rowsPerChunk, type Chunk } from '../scan/chunk-builder.ts';
import { eventNameColumn, fileIdColumn, otherFieldsColumn } from '../scan/record-layout.ts';
import { EventFeed } from './event-feed.ts';
import { findFeedFault } from './feed-self-test.ts';
import { fillByPointers, fillByStrings, type FillChunk } from './fill-chunk.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const encoder = new TextEncoder();

function chunkOf(texts: readonly string[]): Chunk {
  const builder = new ChunkBuilder();
  texts.forEach((text, row) => {
    const bytes = encoder.encode(text);
    builder.setText(eventNameColumn, bytes, 0, bytes.length);
    builder.setText(otherFieldsColumn, bytes, 0, bytes.length);
    builder.setInteger(fileIdColumn, row);
    builder.commitRow();
  });
  return builder.take();
}

async function texts(chunks: readonly Chunk[], fill: FillChunk, sql: (feed: string) => string): Promise<unknown[]> {
  const feed = new EventFeed(fill);
  feed.register(connection);
  feed.offer(chunks, () => undefined);
  const reader = await connection.runAndReadAll(sql(feed.name));
  return reader.getRows().map(([text]) => text);
}

test('the self-test passes here, and notices a way that is wrong', async () => {
  expect(await findFeedFault(connection)).toBeNull();
  const oneByteFurther: FillChunk = (target, chunk) => {
    const words = new Uint32Array(chunk.buffer, chunk.columns[0]!.dataOffset, chunk.rowCount * 4);
    for (let at = 0; at < words.length; at += 4) if (words[at]! > 20) words[at + 2]!++;
    fillByPointers(target, chunk);
  };
  expect(await findFeedFault(connection, oneByteFurther)).toMatch(/rows differ/);
  const failing: FillChunk = () => {
    throw new Error('no such call');
  };
  expect(await findFeedFault(connection, failing)).toMatch(/no such call/);
});

test('texts arrive whole whatever a statement does with them', async () => {
  const all: string[] = [];
  const chunks = Array.from({ length: 12 }, (_, index) => {
    const some = Array.from({ length: index % 3 === 0 ? rowsPerChunk : 100 }, (_text, row) =>
      row % 4 === 0 ? `short ${row}` : `chunk ${index} row ${row} ${'ü'.repeat(row % 50)}`,
    );
    all.push(...some);
    return some;
  });
  const statements: ((feed: string) => string)[] = [
    (feed) => `SELECT eventName FROM ${feed}()`,
    (feed) => `SELECT otherFields FROM ${feed}() WHERE otherFields LIKE '%'`,
    (feed) => `SELECT eventName FROM ${feed}() ORDER BY fileId, eventName`,
    (feed) => `SELECT unnest(list(eventName)) FROM ${feed}()`,
    (feed) => `SELECT max(eventName) FROM ${feed}() GROUP BY eventName, fileId`,
    (feed) => `SELECT CASE WHEN length(eventName) > 3 THEN left(eventName, 100000) END FROM ${feed}()`,
  ];
  for (const sql of statements) {
    for (const fill of [fillByPointers, fillByStrings]) {
      const seen = await texts(chunks.map(chunkOf), fill, sql);
      const expected = sql('').includes('GROUP BY') ? [...new Set(all)] : all;
      expect([...new Set(seen)].sort()).toEqual([...new Set(all)].sort());
      if (!sql('').includes('GROUP BY')) expect(seen.length).toBe(expected.length);
    }
  }
});

test('a chunk that is not in order is an error, never read', async () => {
  const sound = chunkOf(['a text that is longer than twelve bytes', 'another']);
  const [first, ...others] = sound.columns;
  const size = sound.buffer.byteLength;
  const wrong: Chunk[] = [
    { ...sound, rowCount: 2049 },
    { ...sound, rowCount: 0 },
    { ...sound, heapOffset: size - 3 },
    { ...sound, columns: [{ ...first!, dataOffset: size - 16 }, ...others] },
    { ...sound, columns: [{ ...first!, validityOffset: size - 4 }, ...others] },
    { ...sound, columns: [...others, first!] },
    { ...sound, columns: [{ ...first!, column: 1000 }] },
  ];
  for (const chunk of wrong) {
    for (const fill of [fillByPointers, fillByStrings]) {
      const reading = texts([chunk], fill, (feed) => `SELECT eventName FROM ${feed}()`);
      await expect(reading).rejects.toThrow(/not in order/);
    }
  }
});

test('a text beyond the heap is an error, never read', async () => {
  const chunk = chunkOf(['a text that is longer than twelve bytes']);
  const [column] = chunk.columns;
  new Uint32Array(chunk.buffer, column!.dataOffset, 4)[2] = chunk.heapBytes - 5;
  await expect(texts([chunk], fillByPointers, (feed) => `SELECT eventName FROM ${feed}()`)).rejects.toThrow(
    /outside its chunk/,
  );
});
