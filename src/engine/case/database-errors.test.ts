import { expect, test } from 'vitest';
import { openTestCase, testEnvironment } from '../test-environment.ts';

// Texts as DuckDB gave them on a disk that was full.
test.for([
  [
    'TransactionContext Error: Failed to commit: Could not write file "/c/case.duckdb.wal": No space left on device',
    '“/c/case.duckdb.wal” cannot be written: the disk is full',
  ],
  [
    'IO Error: Could not write file "/c/case.duckdb": No space left on device',
    '“/c/case.duckdb” cannot be written: the disk is full',
  ],
  [
    'IO Error: Database "trailbench" has been invalidated because checkpointing failed. Detach and reattach it before using it again. Original error: Could not write file "/c/case.duckdb": No space left on device',
    'close the case and open it again',
  ],
])('a disk that fails under the case is told as such: %s', async ([message, sentence]) => {
  const openedCase = await openTestCase(await testEnvironment());
  await expect(openedCase.withConnection(() => Promise.reject(new Error(message)))).rejects.toMatchObject({
    code: 'IO_FAILED',
    message: expect.stringContaining(sentence as string) as string,
  });
});
