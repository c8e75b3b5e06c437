import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, readdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { notebookEngine } from './notebook-engine.ts';

const oddTexts: Record<string, Uint8Array> = {
  'empty.md': Buffer.from(''),
  'crlf.md': Buffer.from('---\r\ntitle: A\r\n---\r\n\r\n```sql\r\nSELECT 1\r\n```\r\n'),
  'mixed.md': Buffer.from('a\r\nb\nc\rd\n\r\n\r'),
  'bom.md': Buffer.from('\ufeff---\ntitle: With a mark\n---\n'),
  'two-boms.md': Buffer.from('\ufeff\ufeffx'),
  'no-newline.md': Buffer.from('```sql\nSELECT 1\n```'),
  'spaces.md': Buffer.from('a  \n\tb\t \n   \n'),
  'odd-characters.md': Buffer.from('\u0000\u0007\u2028\u2029\u00a0\u200b\ufffd\ufeff\u{1f525}e\u0301'),
  'unclosed.md': Buffer.from('---\ntitle: [\n```sql\n'),
  'sp ace.md': Buffer.from('x'),
  'Ünï😀.md': Buffer.from('y'),
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const read = names.map(async ({ name }) => [name, (await readFile(join(folder, name))).toString('hex')] as const);
  return Object.fromEntries(await Promise.all(read));
}

test('what is read and saved again is the same, byte for byte, and not even written', async () => {
  const { api, folders } = await notebookEngine();
  for (const [name, bytes] of Object.entries(oddTexts)) await writeFile(join(folders.case, name), bytes);
  const before = await contents(folders.case);
  const inodes = await Promise.all(
    Object.keys(oddTexts).map(async (name) => (await stat(join(folders.case, name))).ino),
  );
  const listed = await api.notebook.list();
  expect(listed.map(({ name }) => name).sort()).toEqual(Object.keys(oddTexts).sort());
  for (const [name, bytes] of Object.entries(oddTexts)) {
    const file = await api.notebook.read({ place: 'case', name });
    expect(Buffer.from(file.text)).toEqual(Buffer.from(bytes));
    expect(file.hash).toBe(sha256(bytes));
    const saved = await api.notebook.save({ place: 'case', name, text: file.text, baseHash: file.hash });
    expect(saved).toEqual({ state: 'saved', file });
  }
  expect(await contents(folders.case)).toEqual(before);
  expect(
    await Promise.all(Object.keys(oddTexts).map(async (name) => (await stat(join(folders.case, name))).ino)),
  ).toEqual(inodes);

  // An edit changes what was edited: one more line, all other bytes as they were.
  for (const [name, bytes] of Object.entries(oddTexts)) {
    const { text, hash } = await api.notebook.read({ place: 'case', name });
    const outcome = await api.notebook.save({ place: 'case', name, text: `${text}\r\nmore `, baseHash: hash });
    expect(outcome.state).toBe('saved');
    const expected = Buffer.concat([bytes, Buffer.from('\r\nmore ')]);
    expect(await readFile(join(folders.case, name))).toEqual(expected);
    expect(outcome).toMatchObject({ file: { hash: sha256(expected), sizeBytes: expected.length } });
  }
  expect((await readdir(folders.case)).sort()).toEqual(Object.keys(oddTexts).sort());
});

describe('an edit made elsewhere', () => {
  test('is not overwritten, and what it wrote is handed over', async () => {
    const { api, folders } = await notebookEngine();
    const path = join(folders.case, 'a.md');
    await writeFile(path, 'one');
    const mine = await api.notebook.read({ place: 'case', name: 'a.md' });
    await writeFile(path, 'theirs\r\n');
    const outcome = await api.notebook.save({ place: 'case', name: 'a.md', text: 'mine', baseHash: mine.hash });
    expect(outcome).toMatchObject({
      state: 'conflict',
      theirs: { text: 'theirs\r\n', hash: sha256(Buffer.from('theirs\r\n')) },
    });
    expect(await readFile(path, 'utf8')).toBe('theirs\r\n');
    // Both made the same edit: nothing to decide.
    const same = await api.notebook.save({ place: 'case', name: 'a.md', text: 'theirs\r\n', baseHash: mine.hash });
    expect(same.state).toBe('saved');

    await unlink(path);
    const gone = await api.notebook.save({ place: 'case', name: 'a.md', text: 'mine', baseHash: mine.hash });
    expect(gone).toEqual({ state: 'conflict', theirs: null });
    expect(await readdir(folders.case)).toEqual([]);

    await writeFile(path, Buffer.from([0xff, 0xfe, 0x41, 0]));
    await expect(
      api.notebook.save({ place: 'case', name: 'a.md', text: 'mine', baseHash: mine.hash }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('UTF-8') });
    expect([...(await readFile(path))]).toEqual([0xff, 0xfe, 0x41, 0]);
  });

  test('of twenty saves that began with the same file, one wins and the others learn of it', async () => {
    const { api, folders } = await notebookEngine();
    await writeFile(join(folders.case, 'a.md'), 'base');
    const { hash } = await api.notebook.read({ place: 'case', name: 'a.md' });
    const texts = Array.from({ length: 20 }, (_, index) => `edit ${index}`);
    const outcomes = await Promise.all(
      texts.map((text) => api.notebook.save({ place: 'case', name: 'a.md', text, baseHash: hash })),
    );
    const saved = outcomes.filter((outcome) => outcome.state === 'saved');
    expect(saved).toHaveLength(1);
    const text = saved[0]?.file.text;
    expect(await readFile(join(folders.case, 'a.md'), 'utf8')).toBe(text);
    for (const outcome of outcomes) {
      if (outcome.state === 'conflict') expect(outcome.theirs?.text).toBe(text);
    }
    expect(await readdir(folders.case)).toEqual(['a.md']);
  });

  test('keeps its permissions, and one that is read-only is not replaced', async () => {
    const { api, folders } = await notebookEngine();
    const path = join(folders.case, 'a.md');
    await writeFile(path, 'base');
    await chmod(path, 0o640);
    const { hash } = await api.notebook.read({ place: 'case', name: 'a.md' });
    const saved = await api.notebook.save({ place: 'case', name: 'a.md', text: 'next', baseHash: hash });
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await chmod(path, 0o440);
    if (process.getuid?.() === 0 || saved.state !== 'saved') return;
    await expect(
      api.notebook.save({ place: 'case', name: 'a.md', text: 'x', baseHash: saved.file.hash }),
    ).rejects.toMatchObject({ code: 'IO_FAILED' });
    expect(await readFile(path, 'utf8')).toBe('next');
    expect(await readdir(folders.case)).toEqual(['a.md']);
  });
});

describe('a stranger’s case', () => {
  test('shows what can’t be opened, with the reason, and opens none of it', async () => {
    const { api, folders } = await notebookEngine();
    const secret = join(folders.root, 'secret.md');
    await writeFile(secret, '# secret');
    const at = (name: string) => join(folders.case, name);
    await symlink(secret, at('link.md'));
    await symlink(join(folders.root, 'nowhere'), at('dangling.md'));
    await symlink(folders.root, at('folder-link.md'));
    await mkdir(at('folder.md'));
    execFileSync('mkfifo', [at('pipe.md')]);
    await writeFile(at('latin1.md'), Buffer.from('caf\xe9', 'latin1'));
    await writeFile(at('utf16.md'), Buffer.from('\ufefftext', 'utf16le'));
    await writeFile(at('surrogate.md'), Buffer.from([0xed, 0xa0, 0x80]));
    await writeFile(at('cut.md'), Buffer.from([0xe2, 0x82]));
    await writeFile(at('huge.md'), Buffer.alloc(4 * 1024 * 1024 + 1, 'x'));
    await writeFile(at('largest.md'), Buffer.alloc(4 * 1024 * 1024, 'x'));
    await writeFile(at('line\nbreak.md'), 'x');
    await writeFile(at('back\\slash.md'), 'x');
    await writeFile(Buffer.concat([Buffer.from(`${folders.case}/`), Buffer.from([0xff]), Buffer.from('.md')]), 'x');
    await writeFile(
      at('<img src=x onerror=alert(1)>.md'),
      '---\ntitle: <b>bold</b>\ntags: [1, a, {}]\n---\n```sql\n```\n',
    );
    for (const name of ['.hidden.md', 'notes.txt', 'md', '.md']) await writeFile(at(name), 'x');

    const listed = new Map((await api.notebook.list()).map((entry) => [entry.name, entry]));
    const problems: Record<string, RegExp> = {
      'link.md': /is a link/,
      'dangling.md': /is a link/,
      'folder-link.md': /is a link/,
      'folder.md': /is a folder/,
      'pipe.md': /a pipe/,
      'latin1.md': /not UTF-8/,
      'utf16.md': /not UTF-8/,
      'surrogate.md': /not UTF-8/,
      'cut.md': /not UTF-8/,
      'huge.md': /larger than 4 MiB/,
      'line\nbreak.md': /Its name/,
      'back\\slash.md': /Its name/,
      '\ufffd.md': /Its name/,
    };
    for (const [name, problem] of Object.entries(problems)) {
      expect(listed.get(name)?.problem, name).toMatch(problem);
      await expect(api.notebook.read({ place: 'case', name }), name).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
    expect(listed.get('largest.md')).toMatchObject({ problem: null, sizeBytes: 4 * 1024 * 1024 });
    expect(listed.get('<img src=x onerror=alert(1)>.md')).toMatchObject({
      ...{ title: '<b>bold</b>', tags: ['1', 'a'], cellCount: 1, problem: null },
    });
    expect(listed.size).toBe(Object.keys(problems).length + 2);
    expect(JSON.stringify([...listed.values()])).not.toContain('secret');

    // A link can be taken away; what it leads to stays.
    await api.notebook.remove({ place: 'case', name: 'link.md' });
    await api.notebook.remove({ place: 'case', name: 'pipe.md' });
    expect(await readFile(secret, 'utf8')).toBe('# secret');
    expect((await api.notebook.list()).some(({ name }) => name === 'link.md' || name === 'pipe.md')).toBe(false);
  });

  test('names that lead elsewhere are refused', async () => {
    const { api, folders } = await notebookEngine();
    await writeFile(join(folders.casePath, 'outside.md'), 'outside');
    await mkdir(join(folders.case, '.removed'));
    await writeFile(join(folders.case, '.removed', 'x.md'), 'old');
    await writeFile(join(folders.case, 'a.md'), 'a');
    const names = [
      '../outside.md',
      '..\\outside.md',
      '.removed/x.md',
      '/etc/passwd',
      '',
      '.',
      '..',
      '.md',
      '.a.md',
      'a.md\0',
      'a\0.md',
      'a.txt',
      'a.md/',
      `${join(folders.case, 'a.md')}`,
    ];
    for (const name of names) {
      const refused = { code: 'BAD_INPUT' };
      await expect(api.notebook.read({ place: 'case', name }), name).rejects.toMatchObject(refused);
      await expect(api.notebook.save({ place: 'case', name, text: 'x', baseHash: '' }), name).rejects.toMatchObject(
        refused,
      );
      await expect(api.notebook.remove({ place: 'case', name }), name).rejects.toMatchObject(refused);
      await expect(api.notebook.copy({ from: { place: 'case', name }, to: 'library' }), name).rejects.toMatchObject(
        refused,
      );
    }
    for (const newName of [
      '../b',
      'b/c',
      'CON',
      'nul.md',
      'b:c',
      'b\u0000c',
      '.b',
      '',
      '   ',
      'b?',
      'x'.repeat(300),
      '\u202eb',
    ]) {
      await expect(api.notebook.rename({ place: 'case', name: 'a.md', newName }), newName).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    }
    expect(await readFile(join(folders.casePath, 'outside.md'), 'utf8')).toBe('outside');
    await expect(api.notebook.read({ place: 'case', name: 'none.md' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('writes through no link that it put where files go', async () => {
    const { api, folders } = await notebookEngine();
    const outside = join(folders.root, 'outside');
    await mkdir(outside);
    const target = join(outside, 'target.md');
    await writeFile(target, 'kept');
    await symlink(target, join(folders.case, 'plan.md'));
    await symlink(outside, join(folders.case, '.removed'));
    await writeFile(join(folders.case, 'a.md'), 'a');
    await link(join(folders.case, 'a.md'), join(outside, 'hard.md'));
    await symlink(target, join(folders.exports, 'a.md'));

    expect((await api.notebook.create({ place: 'case', title: 'Plan' })).name).toBe('plan-2.md');
    await expect(api.notebook.rename({ place: 'case', name: 'a.md', newName: 'plan.md' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(api.notebook.rename({ place: 'case', name: 'plan.md', newName: 'b.md' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(api.notebook.remove({ place: 'case', name: 'a.md' })).rejects.toMatchObject({ code: 'IO_FAILED' });
    const { hash } = await api.notebook.read({ place: 'case', name: 'a.md' });
    expect((await api.notebook.exportFile({ place: 'case', name: 'a.md' })).path).toBe(join(folders.exports, 'a-2.md'));
    expect((await api.notebook.save({ place: 'case', name: 'a.md', text: 'changed', baseHash: hash })).state).toBe(
      'saved',
    );
    expect(await contents(outside)).toEqual({
      'target.md': Buffer.from('kept').toString('hex'),
      'hard.md': Buffer.from('a').toString('hex'),
    });
  });
});

describe('the three places', () => {
  test('are listed by title; starters are read only, the library needs no case', async () => {
    const { api, folders } = await notebookEngine();
    await writeFile(
      join(folders.starters, '01-first.md'),
      '---\ntitle: First hour\ndescription: Begin here\ntags: [triage]\n---\n```sql name=a\nSELECT 1\n```\n',
    );
    await writeFile(join(folders.case, 'b.md'), 'no front matter');
    await api.notebook.create({ place: 'library', title: 'Alpha' });
    expect(
      (await api.notebook.list()).map(({ place, name, title, cellCount }) => [place, name, title, cellCount]),
    ).toEqual([
      ['library', 'alpha.md', 'Alpha', 1],
      ['case', 'b.md', 'b', 0],
      ['starter', '01-first.md', 'First hour', 1],
    ]);
    await expect(
      api.notebook.save({ place: 'starter' as 'case', name: '01-first.md', text: '', baseHash: '' }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });

    await api.case.close();
    expect((await api.notebook.list()).map(({ place }) => place)).toEqual(['library', 'starter']);
    await expect(api.notebook.read({ place: 'case', name: 'b.md' })).rejects.toMatchObject({ code: 'NO_CASE' });
    await expect(api.notebook.create({ place: 'case', title: 'x' })).rejects.toMatchObject({ code: 'NO_CASE' });
    await expect(api.notebook.exportFile({ place: 'library', name: 'alpha.md' })).rejects.toMatchObject({
      code: 'NO_CASE',
    });
    const copied = await api.notebook.copy({ from: { place: 'starter', name: '01-first.md' }, to: 'library' });
    expect(copied).toMatchObject({ place: 'library', name: '01-first.md', title: 'First hour' });
    await api.notebook.rename({ place: 'library', name: 'alpha.md', newName: 'omega' });
    await api.notebook.remove({ place: 'library', name: '01-first.md' });
    expect((await readdir(folders.library)).sort()).toEqual(['.removed', 'omega.md']);
  });

  test('files are made, copied, renamed, removed, imported and exported; the custody log tells of it', async () => {
    const { api, folders } = await notebookEngine();
    const made = await api.notebook.create({ place: 'case', title: '  Who: was  "it"? #1\n' });
    expect(made).toMatchObject({ name: 'who-was-it-1.md', title: 'Who: was "it"? #1', cellCount: 1, problem: null });
    expect(made.text).toContain('\n# Who: was "it"? #1\n\n```sql\n\n```\n');
    expect((await api.notebook.create({ place: 'case', title: 'who was it 1', text: 'own\r\n' })).name).toBe(
      'who-was-it-1-2.md',
    );
    expect(await readFile(join(folders.case, 'who-was-it-1-2.md'), 'utf8')).toBe('own\r\n');

    const bytes = Buffer.from('\ufeffa\r\n');
    await writeFile(join(folders.root, 'Report: Ünï.MD'), bytes);
    const imported = await api.notebook.importFile({ path: join(folders.root, 'Report: Ünï.MD'), to: 'case' });
    expect(imported.name).toBe('report-ünï.md');
    expect(await readFile(join(folders.case, imported.name))).toEqual(bytes);
    const copied = await api.notebook.copy({ from: { place: 'case', name: imported.name }, to: 'case' });
    expect(copied).toMatchObject({ name: 'report-ünï-2.md', hash: sha256(bytes) });

    await api.notebook.rename({ place: 'case', name: copied.name, newName: 'Second.md' });
    await api.notebook.rename({ place: 'case', name: 'Second.md', newName: 'second.md' });
    expect((await readdir(folders.case)).filter((name) => /second/i.test(name))).toEqual(['second.md']);
    await expect(
      api.notebook.rename({ place: 'case', name: 'second.md', newName: imported.name }),
    ).rejects.toMatchObject({
      ...{ code: 'BAD_INPUT', message: expect.stringContaining('already') },
    });
    await api.notebook.remove({ place: 'case', name: 'second.md' });
    await writeFile(join(folders.case, 'second.md'), 'another');
    await api.notebook.remove({ place: 'case', name: 'second.md' });
    expect(await readFile(join(folders.case, '.removed', 'second.md'))).toEqual(bytes);
    expect(await readFile(join(folders.case, '.removed', 'second-2.md'), 'utf8')).toBe('another');
    await expect(api.notebook.remove({ place: 'case', name: 'second.md' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });

    const exported = await api.notebook.exportFile({ place: 'case', name: imported.name });
    expect(exported).toEqual({ path: join(folders.exports, imported.name), sizeBytes: 6, sha256: sha256(bytes) });
    expect(await readFile(exported.path)).toEqual(bytes);
    expect((await api.notebook.exportFile({ place: 'case', name: imported.name })).path).toBe(
      join(folders.exports, 'report-ünï-2.md'),
    );

    const { entries, isChainIntact } = await api.case.custody();
    expect(isChainIntact).toBe(true);
    expect(entries.slice(2).map(({ action }) => action)).toEqual([
      'notebook imported',
      'notebook copied',
      'notebook renamed',
      'notebook renamed',
      'notebook removed',
      'notebook removed',
      'exported',
      'exported',
    ]);
    expect(entries[6]?.detail).toEqual({ name: 'second.md', sha256: sha256(bytes), movedTo: '.removed/second.md' });
    expect(entries[8]?.detail).toMatchObject({ path: `exports/${imported.name}`, sha256: sha256(bytes), sizeBytes: 6 });
  });

  test('what is no text is not imported', async () => {
    const { api, folders } = await notebookEngine();
    const at = (name: string) => join(folders.root, name);
    await writeFile(at('binary.md'), Buffer.from([0x1f, 0x8b, 0xff]));
    await writeFile(at('huge.md'), Buffer.alloc(5 * 1024 * 1024));
    execFileSync('mkfifo', [at('pipe.md')]);
    for (const [name, sentence] of [
      ['binary.md', 'UTF-8'],
      ['huge.md', '4 MiB'],
      ['pipe.md', 'pipe'],
      ['starters', 'folder'],
    ] as const) {
      const importing = api.notebook.importFile({ path: at(name), to: 'case' });
      await expect(importing).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(sentence) });
    }
    await expect(api.notebook.importFile({ path: at('none.md'), to: 'case' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      api.notebook.create({ place: 'case', title: 'x', text: 'x'.repeat(4 * 1024 * 1024 + 1) }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await readdir(folders.case)).toEqual([]);
  });

  test('pins follow their notebook to its new name', async () => {
    const { api, engine, folders } = await notebookEngine();
    await writeFile(join(folders.case, 'a.md'), 'a');
    await writeFile(join(folders.case, 'taken.md'), 't');
    const notebooks = () =>
      engine.context.requireCase().withConnection(async (connection) => {
        const reader = await connection.runAndReadAll('SELECT notebook FROM pinned_results ORDER BY pinId');
        return reader.getRows().map(([name]) => name);
      });
    await engine.context.requireCase().withConnection((connection) =>
      connection.run(`INSERT INTO pinned_results SELECT unnest([1, 2, 3]), unnest(['a.md', 'b.md', NULL]), NULL, 't', '', '',
        'duckdb', NULL, '{}', '[]', '[]', 0, '', '{}', now()::TIMESTAMP, 0, now()::TIMESTAMP, 'me', 'x'`),
    );
    await expect(api.notebook.rename({ place: 'case', name: 'a.md', newName: 'taken' })).rejects.toThrow();
    expect(await notebooks()).toEqual(['a.md', 'b.md', null]);
    await api.notebook.rename({ place: 'case', name: 'a.md', newName: 'c' });
    expect(await notebooks()).toEqual(['c.md', 'b.md', null]);
    // The library’s notebooks are others.
    await api.notebook.create({ place: 'library', title: 'b' });
    await api.notebook.rename({ place: 'library', name: 'b.md', newName: 'd' });
    expect(await notebooks()).toEqual(['c.md', 'b.md', null]);
  });
});

describe('changes made by other programs', () => {
  test('are noticed in the case and in the library, also where the folder was made anew', async () => {
    const { api, engine, folders } = await notebookEngine();
    const changes = await api.app.changes();
    let notices = 0;
    const reading = (async () => {
      for await (const { topic } of changes) if (topic === 'notebooks') notices += 1;
    })();
    async function expectNoticeOf(change: () => Promise<unknown>): Promise<void> {
      // Until what came before has been told.
      await setTimeout(400);
      const before = notices;
      await change();
      await vi.waitUntil(() => notices > before, { timeout: 30_000 });
    }
    await api.notebook.list();

    await expectNoticeOf(() => writeFile(join(folders.case, 'a.md'), 'one'));
    await expectNoticeOf(() => writeFile(join(folders.case, 'a.md'), 'two'));
    expect((await api.notebook.read({ place: 'case', name: 'a.md' })).text).toBe('two');
    await expectNoticeOf(() => unlink(join(folders.case, 'a.md')));

    await expectNoticeOf(() => mkdir(folders.library, { recursive: true }));
    await expectNoticeOf(() => writeFile(join(folders.library, 'b.md'), 'b'));

    await expectNoticeOf(() => rm(folders.case, { recursive: true }));
    expect((await api.notebook.list()).map(({ name }) => name)).toEqual(['b.md']);
    await expectNoticeOf(() => mkdir(folders.case));
    await expectNoticeOf(() => writeFile(join(folders.case, 'c.md'), 'c'));
    expect((await api.notebook.list()).map(({ name }) => name)).toEqual(['b.md', 'c.md']);

    // The case is closed: its folder concerns nobody, the library does.
    await api.case.close();
    await expectNoticeOf(() => writeFile(join(folders.library, 'b.md'), 'c'));
    await engine.close();
    await reading;
  });

  test('so are Trailbench’s own', async () => {
    const { api } = await notebookEngine();
    const stop = new AbortController();
    const changes = await api.app.changes(undefined, { signal: stop.signal });
    await api.notebook.create({ place: 'library', title: 'x' });
    expect((await changes.next()).value).toEqual({ topic: 'notebooks' });
    stop.abort();
  });
});
