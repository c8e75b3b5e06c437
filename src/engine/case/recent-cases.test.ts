import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, testEnvironment } from '../test-environment.ts';
import { createCase } from './opened-case.ts';
import { RecentCases } from './recent-cases.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

test('the newest is first, each case is listed once, and the list outlives the process', async () => {
  const folder = await temporaryFolder();
  const recent = new RecentCases(folder);
  await Promise.all([
    recent.remember('/cases/a.trailbench', at(1)),
    recent.remember('/cases/b.trailbench', at(2)),
    recent.remember('/cases/a.trailbench', at(3)),
  ]);
  expect(await new RecentCases(folder).list()).toEqual([
    { path: '/cases/a.trailbench', name: 'a', openedAt: at(3).toISOString(), isPresent: false },
    { path: '/cases/b.trailbench', name: 'b', openedAt: at(2).toISOString(), isPresent: false },
  ]);
  await recent.forget('/cases/a.trailbench');
  expect((await recent.list()).map((entry) => entry.name)).toEqual(['b']);
  expect(await readdir(folder)).toEqual(['recent-cases.json']);
});

test('a case that is there is marked as present, until it is gone', async () => {
  const environment = await testEnvironment();
  const path = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const recent = new RecentCases(environment.options.dataFolder);
  await recent.remember(path, at(0));
  expect((await recent.list())[0]).toMatchObject({ isPresent: true });
  await rm(path, { recursive: true });
  expect((await recent.list())[0]).toMatchObject({ isPresent: false });
});

test.for(['', '{', 'null', '{"path":"/a"}', '[{"path":5}]', '\u0000\u0000'])(
  'garbage in the file is an empty list: %j',
  async (garbage) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'recent-cases.json'), garbage);
    const recent = new RecentCases(folder);
    expect(await recent.list()).toEqual([]);
    await recent.remember('/cases/a.trailbench', at(0));
    expect(JSON.parse(await readFile(join(folder, 'recent-cases.json'), 'utf8'))).toHaveLength(1);
  },
);

test('twenty cases are kept', async () => {
  const recent = new RecentCases(await temporaryFolder());
  for (let index = 0; index < 25; index++) await recent.remember(`/cases/${index}.trailbench`, at(index));
  const listed = await recent.list();
  expect(listed).toHaveLength(20);
  expect(listed[0]?.name).toBe('24');
});
