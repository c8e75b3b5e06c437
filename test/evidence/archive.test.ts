import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRawRecord } from '#engine/evidence/raw-record.ts';
import { event, events, importFiles, importFolder, records, writeFiles } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeEach(async () => void (testCase = await temporaryCase()));
afterEach(() => testCase.remove());

const raw = (fileId: number, recordIndex = 0) => readRawRecord(testCase.openCase, { fileId, recordIndex });
const failing = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error; // prettier-ignore

test('names that Windows forbids, that collide in case, or are too long are all kept, byte for byte', async () => {
  const names = ['a:b?.json', 'CON', 'aux.json', 'trailing.', 'Log.json', 'log.json', 'LOG.JSON', '100%.json', 'back\\slash.json', 'é中😀.json', `${'l'.repeat(250)}.json`, `${':'.repeat(250)}.json`, 'x'.repeat(255)]; // prettier-ignore
  const files = Object.fromEntries(names.map((name) => [name, records(events(1))]));
  const { summary, file } = await importFiles(testCase, files);
  expect(summary.files).toMatchObject({ seen: names.length, imported: names.length });
  const stored = names.map((name) => file(name).storedPath);
  expect(new Set(stored.map((path) => path.toLowerCase())).size).toBe(names.length);
  for (const [index, name] of names.entries()) {
    expect(stored[index]!.split('/').every((segment) => !/[<>:"|?*\\]|[. ]$/.test(segment))).toBe(true);
    expect(await readFile(join(testCase.openCase.path, stored[index]!), 'utf8')).toBe(files[name]);
    expect((await raw(file(name).fileId)).file.sha256).toBe(createHash('sha256').update(files[name]!).digest('hex'));
  }
});

test('two folders of the same name, and one given twice, do not overwrite each other', async () => {
  const first = await writeFiles(testCase, { 'logs/a.json': records(events(1)) });
  const second = await writeFiles(testCase, { 'logs/a.json': records(events(1)) });
  const summary = await testCase.import([join(first, 'logs'), join(second, 'logs'), join(first, 'logs/a.json')]);
  expect(summary.files).toMatchObject({ seen: 2, imported: 2 });
  const paths = (await testCase.rows('SELECT storedPath FROM files')).map((row) => row['storedPath']);
  expect(new Set(paths).size).toBe(2);
});

test('links, pipes and unreadable names are listed with the reason and never followed', async () => {
  const folder = await writeFiles(testCase, { 'good.json': records(events(1)) });
  const outside = await writeFiles(testCase, { 'outside.json': records(events(1)) });
  await symlink(join(outside, 'outside.json'), join(folder, 'link.json'));
  await symlink(outside, join(folder, 'folder link'));
  await symlink(join(folder, 'nowhere'), join(folder, 'dangling.json'));
  await symlink(folder, join(folder, 'circle'));
  execFileSync('mkfifo', [join(folder, 'pipe.json')]);
  await writeFile(
    Buffer.concat([Buffer.from(`${folder}/bad `), Buffer.from([0xff]), Buffer.from('.json')]),
    records(events(1)),
  );
  const { summary, file } = await importFolder(testCase, folder);
  expect(summary.files).toEqual({ seen: 7, imported: 1, unchanged: 0, rejected: 6, other: 0 });
  for (const name of ['link.json', 'folder link', 'dangling.json', 'circle']) {
    expect(file(name)).toMatchObject({ verdict: 'rejected', reason: 'A symbolic link: give its target instead' });
    await expect(raw(file(name).fileId)).rejects.toThrow(failing('NOT_FOUND', /could not be read/));
  }
  expect(file('pipe.json').reason).toBe('Not a regular file');
  expect(file('bad \ufffd.json').reason).toMatch(/not valid UTF-8/);
});

test('a pipe given by its own path is refused, not waited for', { timeout: 20_000 }, async () => {
  const folder = await writeFiles(testCase, { 'a.json': '[]' });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const summary = await testCase.import([join(folder, 'pipe')]);
  expect(summary.files).toMatchObject({ seen: 1, rejected: 1 });
});

test('what could not be read is tried again by the next import', async () => {
  const folder = await writeFiles(testCase, { 'a.json': records(events(1)) });
  // The archive can't take the copy: a file stands where its folder should be.
  await mkdir(join(testCase.openCase.archivePath, 'local'), { recursive: true });
  await writeFile(join(testCase.openCase.archivePath, 'local', '1'), '');
  const first = await importFolder(testCase, folder);
  expect(first.file('a.json')).toMatchObject({
    verdict: 'rejected',
    reason: expect.stringContaining('copied') as string,
  });
  const second = await importFolder(testCase, folder);
  expect(second.summary).toMatchObject({ files: { imported: 1, unchanged: 0 }, records: { stored: 1 } });
});

test('referenced files stay where they are; changed or missing, they are refused with a clear sentence', async () => {
  const { folder, file, summary } = await importFiles(testCase, { 'a.json': records(events(2)), 'b.json': records(events(1)) }, 'reference'); // prettier-ignore
  expect(summary.files.imported).toBe(2);
  expect(await readdir(testCase.openCase.archivePath)).toEqual([]);
  expect(file('a.json').storedPath).toBe(join(folder, 'a.json'));
  expect((await raw(file('a.json').fileId, 1)).text).toContain('eventID');
  await writeFile(join(folder, 'a.json'), records(events(2)));
  await expect(raw(file('a.json').fileId)).rejects.toThrow(failing('IO_FAILED', /SHA-256 differs/));
  await rm(join(folder, 'b.json'));
  await expect(raw(file('b.json').fileId)).rejects.toThrow(failing('IO_FAILED', /is not there.*bring its disk back/));
  await expect(raw(99)).rejects.toThrow(failing('NOT_FOUND', /no file 99/));
});

test('a hostile case can’t make the app read outside its archive', async () => {
  const text = records([event({ secret: 'outside' })]);
  const { file } = await importFiles(testCase, { 'a.json': text });
  const { fileId } = file('a.json');
  const outside = await writeFiles(testCase, { 'x.json': text, '!': '' });
  const { path, archivePath } = testCase.openCase;
  await symlink(join(outside, 'x.json'), join(archivePath, 'link.json'));
  await writeFile(join(path, 'beside.json'), text);
  execFileSync('mkfifo', [join(archivePath, 'pipe')]);
  const up = `archive/../../../${outside.split('/').at(-1)}/x.json`;
  for (const storedPath of [
    `../${outside.split('/').at(-1)}/x.json`,
    up,
    `${up}!x`,
    join(outside, 'x.json'),
    'archive/link.json',
    'beside.json',
    'archive/pipe',
    'archive',
    '',
  ]) {
    // prettier-ignore
    await testCase.rows(`UPDATE files SET storedPath = '${storedPath}' WHERE fileId = ${fileId}`);
    await expect(raw(fileId), storedPath).rejects.toThrow(failing('IO_FAILED', /is not there/));
  }
});

test('the case’s own folder is not imported into itself', async () => {
  const { path } = testCase.openCase;
  for (const given of [path, join(path, 'archive'), join(path, '..')]) {
    await expect(testCase.import([given])).rejects.toThrow(failing('BAD_INPUT', /this case/));
  }
});
