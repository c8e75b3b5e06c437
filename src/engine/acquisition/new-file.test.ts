import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-environment.ts';
import { assertPlainFolder, openNewFile } from './new-file.ts';

test('a link that waits under the name is replaced, and what it leads to stays as it is', async () => {
  const folder = await temporaryFolder();
  const outside = join(folder, 'outside');
  await writeFile(outside, 'mine');
  await symlink(outside, join(folder, 'answer.json.part'));
  const file = await openNewFile(join(folder, 'answer.json.part'));
  await file.writeFile('new');
  await file.close();
  expect(await readFile(outside, 'utf8')).toBe('mine');
  expect(await readFile(join(folder, 'answer.json.part'), 'utf8')).toBe('new');
});

test('a link in a folder’s place is refused, the folder itself is not', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'elsewhere'));
  await symlink(join(folder, 'elsewhere'), join(folder, 'eu-west-1'));
  await expect(assertPlainFolder(join(folder, 'eu-west-1'))).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
  await assertPlainFolder(join(folder, 'elsewhere'));
});
