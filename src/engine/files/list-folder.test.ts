import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, parse } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-environment.ts';
import { listFolder } from './list-folder.ts';

test('folders come first, then files, by name as people read numbers; links show what they lead to', async () => {
  const folder = await temporaryFolder();
  for (const name of ['b10', 'b9', 'A']) await mkdir(join(folder, name));
  for (const name of ['z.json', 'Y.json.gz', '2.txt', '10.txt']) await writeFile(join(folder, name), name);
  await symlink(join(folder, 'A'), join(folder, 'link'));
  await symlink(join(folder, 'nowhere'), join(folder, 'broken'));

  const listed = await listFolder(folder);
  expect(listed.entries.map(({ name, isFolder, sizeBytes }) => [name, isFolder, sizeBytes])).toEqual([
    ['A', true, null],
    ['b9', true, null],
    ['b10', true, null],
    ['link', true, null],
    ['2.txt', false, 5],
    ['10.txt', false, 6],
    ['broken', false, null],
    ['Y.json.gz', false, 9],
    ['z.json', false, 6],
  ]);
  expect(listed.entries[0]?.path).toBe(join(folder, 'A'));
  expect(listed.parent).toBe(join(folder, '..'));
});

test('nothing given is the home folder, and the root has no parent', async () => {
  expect((await listFolder(null)).path).toBe(homedir());
  expect((await listFolder(parse(process.cwd()).root)).parent).toBeNull();
});

test('what is no folder is refused with a sentence', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(listFolder(join(folder, 'absent'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('absent') as string,
  });
  await expect(listFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(listFolder(join(folder, 'x'.repeat(300)))).rejects.toMatchObject({
    code: 'IO_FAILED',
    message: expect.stringContaining('ENAMETOOLONG') as string,
  });
});
