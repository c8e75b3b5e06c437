import { createRouterClient } from '@orpc/server';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from './engine.ts';
import { testEnvironment } from './test-environment.ts';

async function setUp() {
  const { options } = await testEnvironment();
  const engine = createEngine(options);
  onTestFinished(() => engine.close());
  const api = createRouterClient(engine.router, { context: engine.context });
  return { engine, api, options, path: (name: string) => join(options.dataFolder, name) };
}

test('a case is made, opened, described, closed and remembered', async () => {
  const { api, path } = await setUp();
  expect(await api.case.current()).toBeNull();
  await expect(api.case.custody()).rejects.toMatchObject({ code: 'NO_CASE' });

  const made = await api.case.create({ path: path('a') });
  expect(made).toMatchObject({ path: path('a.trailbench'), name: 'a', eventCount: 0, firstEventAt: null });
  expect(await api.case.current()).toEqual(made);
  expect((await api.case.custody()).entries.map((entry) => entry.action)).toEqual(['created', 'opened']);

  await api.case.close();
  await api.case.close();
  expect(await api.case.current()).toBeNull();
  expect(await api.case.recent()).toMatchObject([{ path: made.path, isPresent: true }]);
  await api.case.forget({ path: made.path });
  expect(await api.case.recent()).toEqual([]);
});

test('case information counts what is stored', async () => {
  const { api, engine, path } = await setUp();
  await api.case.create({ path: path('a') });
  await engine.context.requireCase().withConnection(async (connection) => {
    await connection.run(`INSERT INTO events (eventTime, accountId, fileId, recordIndex) VALUES
      ('2026-01-01 10:00:00.5', '1', 1, 0), ('2026-01-03 00:00:00', '2', 1, 1), (NULL, '2', 1, 2)`);
    await connection.run(`INSERT INTO files SELECT * REPLACE (true AS isReferenced) FROM (
      SELECT 1 AS fileId, 1 AS importId, 'a' AS sourcePath, 'a' AS storedPath, false AS isReferenced, 'CloudTrail' AS kind,
        NULL, 'imported', NULL, [], 1, 'x', NULL, NULL, NULL, NULL, NULL, 3, 3, 0, 0, NULL, NULL)`);
  });
  expect(await api.case.current()).toMatchObject({
    eventCount: 3,
    fileCount: 1,
    accountCount: 2,
    firstEventAt: '2026-01-01 10:00:00.5',
    lastEventAt: '2026-01-03 00:00:00',
    hasReferencedFiles: true,
  });
});

test('opening another case closes the first; one that can’t be opened leaves it open', async () => {
  const { api, path } = await setUp();
  const first = await api.case.create({ path: path('a') });
  await expect(api.case.open({ path: path('absent') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(api.case.create({ path: path('a') })).rejects.toMatchObject({ code: 'CASE_EXISTS' });
  expect((await api.case.current())?.path).toBe(first.path);
  expect((await api.case.open({ path: first.path })).path).toBe(first.path);

  await api.case.create({ path: path('b') });
  expect(existsSync(join(first.path, 'case.lock'))).toBe(false);
  const [again] = await Promise.all([
    api.case.open({ path: first.path }),
    api.case.open({ path: path('b.trailbench') }),
  ]);
  expect(again.name).toBe('a');
  expect((await api.case.current())?.name).toBe('b');
});

test('two engines in one process do not share a case', async () => {
  const one = await setUp();
  const other = await setUp();
  const { path } = await one.api.case.create({ path: one.path('a') });
  await expect(other.api.case.open({ path })).rejects.toMatchObject({ code: 'CASE_LOCKED' });
  await one.engine.close();
  expect((await other.api.case.open({ path })).name).toBe('a');
});

test('pages are told what changed, until they leave or the engine closes', async () => {
  const { api, engine, path } = await setUp();
  const notices = await api.app.changes();
  const left = await api.app.changes();
  const waiting = left.next();
  await left.return();
  expect(await waiting).toMatchObject({ done: true });

  await api.case.create({ path: path('a') });
  expect(await notices.next()).toMatchObject({ value: { topic: 'custody' } });
  expect(await notices.next()).toMatchObject({ value: { topic: 'case' } });
  const pending = notices.next();
  await engine.context.requireCase().recordCustody('exported', {});
  expect(await pending).toMatchObject({ value: { topic: 'custody' } });

  // Notices that nobody has read yet are merged, so that a slow page costs nothing.
  for (let round = 0; round < 1000; round++) engine.context.requireCase().notify('evidence');
  await engine.close();
  const rest = [];
  for await (const notice of notices) rest.push(notice.topic);
  expect(rest).toEqual(['evidence', 'case']);
});

test('closing the case cancels what runs on it, while it can still write', async () => {
  const { api, engine, path } = await setUp();
  await api.case.create({ path: path('a') });
  const openedCase = engine.context.requireCase();
  const jobId = engine.context.jobs.start('import', 'logs', async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await openedCase.recordCustody('import finished', { state: 'cancelled' });
    throw new DOMException('aborted', 'AbortError');
  });
  const snapshots = await api.jobs.watch({ jobId });
  await api.case.close();
  let last;
  for await (const snapshot of snapshots) last = snapshot;
  expect(last).toMatchObject({ state: 'cancelled' });
  await api.case.open({ path: path('a.trailbench') });
  const { entries } = await api.case.custody();
  expect(entries.map((entry) => entry.action)).toEqual(['created', 'opened', 'import finished', 'closed', 'opened']);
});

test('an unforeseen error is logged and crosses without its text', async () => {
  const { api, engine } = await setUp();
  const cases = { info: () => Promise.reject(new TypeError('secret')) } as unknown as typeof engine.context.cases;
  const broken = createRouterClient(engine.router, { context: { ...engine.context, cases } });
  const error = await broken.case.current().catch((caught: unknown) => caught as Error);
  expect(error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('log file') as string });
  const { logPath } = await api.app.info();
  expect(await readFile(logPath, 'utf8')).toMatch(/case\.current failed: TypeError: secret/);
});

test('a recent list that can’t be written does not keep a case from opening', async () => {
  const { api, path } = await setUp();
  await mkdir(path('recent-cases.json'));
  expect((await api.case.create({ path: path('a') })).name).toBe('a');
  await rm(path('recent-cases.json'), { recursive: true });
});

test('the application says who it is', async () => {
  const { api, options } = await setUp();
  expect(await api.app.info()).toEqual({
    version: options.version,
    duckdbVersion: expect.stringMatching(/^v1\./) as string,
    processId: process.pid,
    logPath: join(options.dataFolder, 'trailbench.log'),
  });
  expect((await api.app.listFolder({ path: options.dataFolder })).path).toBe(options.dataFolder);
});
