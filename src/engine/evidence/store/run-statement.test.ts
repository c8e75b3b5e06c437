import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { runInBackground } from './run-statement.ts';

test.each([1, 2])('runs statements and brings their errors, with %i threads', async (threads) => {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  await runInBackground(connection, 'CREATE TABLE numbers AS SELECT range AS n FROM range(1000)', 1000);
  await connection.run('BEGIN TRANSACTION');
  await runInBackground(connection, 'INSERT INTO numbers SELECT n + 1000 FROM numbers', 1000);
  await runInBackground(connection, 'COMMIT', 1000);
  // Out of patience at once, it takes part in the work itself.
  await runInBackground(connection, 'INSERT INTO numbers SELECT range + 2000 FROM range(1000000)', 0);
  const reader = await connection.runAndReadAll('SELECT count(*), count(DISTINCT n) FROM numbers');
  expect(reader.getRows()[0]!.map(Number)).toEqual([1_002_000, 1_002_000]);
  await expect(runInBackground(connection, 'SELECT * FROM nothing', 1000)).rejects.toThrow(/nothing does not exist/);
  const failing = runInBackground(connection, "SELECT CAST('x' || n AS INTEGER) FROM numbers", 1000);
  await expect(failing).rejects.toThrow(/Could not convert/);
  const endless = runInBackground(connection, 'SELECT sum(a.n * b.n) FROM numbers a, numbers b', 60_000);
  setTimeout(() => connection.interrupt(), 100);
  await expect(endless).rejects.toThrow(/INTERRUPT/i);
  connection.closeSync();
  instance.closeSync();
});
