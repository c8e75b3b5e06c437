import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';
import { temporaryFolder } from './test-environment.ts';

test('a message goes to the file with its time, an error with its stack and its cause', async () => {
  const path = join(await temporaryFolder(), 'deeper', 'a.log');
  const log = createLog(path, () => new Date('2026-01-02T03:04:05.678Z'));
  log('started');
  log('failed', new Error('outer', { cause: new TypeError('inner') }));
  log('odd', 'no error');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(`2026-01-02T03:04:05.678Z [${process.pid}] started\n`);
  expect(text).toMatch(/failed: Error: outer\n\s+at .*log\.test\.ts/);
  expect(text).toMatch(/Caused by: TypeError: inner/);
  expect(text).toContain('odd: no error\n');
  // A line that begins without a blank is an entry: text in a message can't forge one.
  expect(text.split('\n').filter((line) => /^\S/.test(line))).toHaveLength(3);
});

test('the file is renamed once it is large, and never more than two are kept', async () => {
  const folder = await temporaryFolder();
  const log = createLog(join(folder, 'a.log'), undefined, 1000);
  for (let index = 0; index < 100; index++) log(`entry ${index} ${'x'.repeat(50)}`);
  expect((await readdir(folder)).sort()).toEqual(['a.log', 'a.log.1']);
  const kept = (await readFile(join(folder, 'a.log.1'), 'utf8')) + (await readFile(join(folder, 'a.log'), 'utf8'));
  expect(kept).toContain('entry 99 ');
  expect(kept.length).toBeLessThan(2400);
});

test('a log that can’t be written throws nothing', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  expect(() => createLog(join(folder, 'file', 'a.log'))('lost')).not.toThrow();
});
