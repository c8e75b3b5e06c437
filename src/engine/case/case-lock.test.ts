import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testEnvironment } from '../test-environment.ts';
import { caseLayout } from './case-folder.ts';
import { createCase, openCase } from './opened-case.ts';

const holder = fileURLToPath(new URL('../../../test/fixtures/hold-case.mjs', import.meta.url));

async function holdCase(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a second process is refused and told who has the case; after kill -9 the case opens with what was committed', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const child = await holdCase(folder);

  const refusal = {
    code: 'CASE_LOCKED',
    message: expect.stringMatching(/first@host .*2026-01-02 03:04 UTC/) as string,
  };
  await expect(openCase(folder, environment)).rejects.toMatchObject(refusal);
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    message: expect.stringContaining(`process ${child.pid}`) as string,
  });
  expect(existsSync(caseLayout(folder).lock)).toBe(true);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(`${caseLayout(folder).database}.wal`)).toBe(true);
  const openedCase = await openCase(folder, environment);
  const found = await openedCase.withConnection(async (connection) => [
    ...(await connection.runAndReadAll('SELECT state FROM imports')).getRows(),
    ...(await connection.runAndReadAll('SELECT * FROM sightings')).getRows(),
  ]);
  await openedCase.close();
  expect(found).toEqual([['interrupted']]);
});

test.for([
  '{"pid":1,"host":"elsewhere","operator":"gone@elsewhere","startedAt":"2020-01-01T00:00:00Z"}',
  'garbage',
  '',
])('a lock file without a process behind it does not name anyone: %s', async (leftover) => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const child = await holdCase(folder);
  await writeFile(caseLayout(folder).lock, leftover);
  const refused = await openCase(folder, environment).catch((error: unknown) => error as Error);
  expect(refused).toMatchObject({
    code: 'CASE_LOCKED',
    message: expect.stringContaining(`process ${child.pid}`) as string,
  });
  expect((refused as Error).message).not.toContain('elsewhere');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openCase(folder, environment)).close();
});
