import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plainJson, saveAnswer } from './saved-answer.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'trailbench-answer-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const answer = { action: 'x:Y', request: {}, region: null, fetchedAt: '2024-08-01T00:00:00.000Z', requestId: null };

test('an answer of the SDK as plain JSON', () => {
  const bytes = Uint8Array.from([0x30, 0x82, 0xff, 0x00]);
  const value = {
    $metadata: { requestId: 'x' },
    list: [{ at: new Date('2024-08-01T13:33:28.5Z'), bytes, missing: undefined, none: null }],
    text: 'é',
  };
  expect(plainJson(value)).toEqual({
    list: [{ at: '2024-08-01T13:33:28.500Z', bytes: 'MIL/AA==', none: null }],
    text: 'é',
  });
  // A view into a larger buffer is its own bytes only.
  expect(plainJson(bytes.subarray(1, 3))).toBe(Buffer.from([0x82, 0xff]).toString('base64'));
});

test('it is written whole, under a name that any file system holds, with its hash', async () => {
  const { fileName, sha256 } = await saveAnswer(join(folder, 'deep'), 'status-a:b/../c', { ...answer, response: { a: 1 } });
  expect(fileName).toBe('status-a%3Ab%2F..%2Fc.json');
  expect(await readdir(join(folder, 'deep'))).toEqual([fileName]);
  const bytes = await readFile(join(folder, 'deep', fileName));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  expect(JSON.parse(bytes.toString())).toEqual({ ...answer, response: { a: 1 } });
}); // prettier-ignore

test('a folder that can’t be written is a clear error', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(saveAnswer(join(folder, 'file'), 'a', { ...answer, response: null })).rejects.toMatchObject({
    code: 'IO_FAILED',
    message: expect.stringContaining('cannot be written') as string,
  });
});
