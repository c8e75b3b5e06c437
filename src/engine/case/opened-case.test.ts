import { DuckDBInstance } from '@duckdb/node-api';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTestCase, temporaryFolder, testEnvironment } from '../test-environment.ts';
import { caseLayout } from './case-folder.ts';
import { createCase, openCase } from './opened-case.ts';

const endlessQuery = 'SELECT count(*) FROM range(10000000000) a, range(1000000000) b WHERE hash(a.range) = b.range';

test('a new case has its folders and can be opened, closed and opened again', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'Client A'), environment);

  expect(folder).toBe(join(environment.options.dataFolder, 'Client A.trailbench'));
  expect((await readdir(folder)).sort()).toEqual(['archive', 'case.duckdb', 'exports', 'notebooks']);
  for (let round = 0; round < 2; round++) {
    const openedCase = await openCase(folder, environment);
    expect(existsSync(caseLayout(folder).lock)).toBe(true);
    await openedCase.close();
    expect(existsSync(caseLayout(folder).lock)).toBe(false);
  }
  expect(environment.logged).toEqual([]);
});

test('what exists already is not overwritten', async () => {
  const environment = await testEnvironment();
  const path = join(environment.options.dataFolder, 'a');
  await createCase(path, environment);
  const before = await readFile(join(`${path}.trailbench`, 'case.duckdb'));
  await expect(createCase(`${path}.trailbench`, environment)).rejects.toMatchObject({ code: 'CASE_EXISTS' });
  expect((await readFile(join(`${path}.trailbench`, 'case.duckdb'))).equals(before)).toBe(true);

  await writeFile(join(environment.options.dataFolder, 'b.trailbench'), 'a file of the user');
  await expect(createCase(join(environment.options.dataFolder, 'b'), environment)).rejects.toMatchObject({
    code: 'CASE_EXISTS',
  });
});

test('a creation that fails leaves nothing, and what a crash left of one is no obstacle', async () => {
  const environment = await testEnvironment();
  const { dataFolder } = environment.options;
  const failing = {
    ...environment,
    options: { ...environment.options, version: undefined as unknown as string, threads: -1 },
  };
  await expect(createCase(join(dataFolder, 'a'), failing)).rejects.toThrow();
  expect(await readdir(dataFolder)).toEqual([]);

  await mkdir(join(dataFolder, '.a.trailbench.partial', 'archive'), { recursive: true });
  await writeFile(join(dataFolder, '.a.trailbench.partial', 'case.duckdb'), 'half');
  await createCase(join(dataFolder, 'a'), environment);
  expect(await readdir(dataFolder)).toEqual(['a.trailbench']);
});

test('a case below a file cannot be created, and the sentence says why', async () => {
  const environment = await testEnvironment();
  await writeFile(join(environment.options.dataFolder, 'file'), '');
  const path = join(environment.options.dataFolder, 'file', 'a');
  await expect(createCase(path, environment)).rejects.toMatchObject({
    code: 'IO_FAILED',
    message: expect.stringContaining(path) as string,
  });
});

test('what is no case is refused with a sentence', async () => {
  const environment = await testEnvironment();
  const { dataFolder } = environment.options;
  await mkdir(join(dataFolder, 'empty.trailbench'));
  for (const name of ['absent.trailbench', 'empty.trailbench']) {
    await expect(openCase(join(dataFolder, name), environment)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});

test('a damaged database is refused, and the case opens again once a whole copy is put back', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const { database } = caseLayout(folder);
  const whole = await readFile(database);
  const flipped = Buffer.from(whole);
  for (let offset = 12_288; offset < flipped.length; offset += 1024) flipped[offset] = flipped.readUInt8(offset) ^ 0xff;
  const damages: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'cut in the header': whole.subarray(0, 100),
    'cut in the middle': whole.subarray(0, whole.length >> 1),
    'cut at the end': whole.subarray(0, whole.length - 4096),
    text: Buffer.from('no database '.repeat(10_000)),
    SQLite: Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8192)]),
    'changed bytes': flipped,
  };
  for (const [damage, bytes] of Object.entries(damages)) {
    await writeFile(database, bytes);
    await expect(openCase(folder, environment), damage).rejects.toMatchObject({
      code: 'CASE_DAMAGED',
      message: expect.stringContaining(database) as string,
    });
  }
  await writeFile(database, whole);
  await (await openCase(folder, environment)).close();
});

test('a DuckDB database that is no case is refused', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  await rm(caseLayout(folder).database);
  const instance = await DuckDBInstance.create(caseLayout(folder).database);
  instance.closeSync();
  await expect(openCase(folder, environment)).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
});

test.for(['case.duckdb', 'case.duckdb.wal', 'case.lock', 'archive', 'notebooks', 'exports'])(
  'a link to outside in place of %s is refused',
  async (name) => {
    const environment = await testEnvironment();
    const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
    const outside = join(await temporaryFolder(), name);
    if (existsSync(join(folder, name))) await rename(join(folder, name), outside);
    else await writeFile(outside, 'outside');
    await symlink(outside, join(folder, name));
    const look = () => (name.includes('.') ? readFile(outside, 'latin1') : readdir(outside));
    const before = await look();
    await expect(openCase(folder, environment)).rejects.toMatchObject({
      code: 'CASE_DAMAGED',
      message: expect.stringContaining(join(folder, name)) as string,
    });
    expect(await look()).toEqual(before);
  },
);

test('a link inside the archive is refused, one that stays in the case folder is not', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const { archive } = caseLayout(folder);
  await mkdir(join(archive, 'local', '1'), { recursive: true });
  await symlink(join(archive, 'local', '1'), join(archive, 'local', '2'));
  await (await openCase(folder, environment)).close();
  await symlink(await temporaryFolder(), join(archive, 'local', '3'));
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    code: 'CASE_DAMAGED',
    message: expect.stringContaining(join(archive, 'local', '3')) as string,
  });
});

test.skipIf(process.platform === 'win32')('a pipe in place of a file is refused, not waited for', async () => {
  const environment = await testEnvironment();
  for (const name of ['case.lock', 'case.duckdb']) {
    const folder = await createCase(join(environment.options.dataFolder, name), environment);
    await rm(join(folder, name), { force: true });
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, name)]);
    await expect(openCase(folder, environment)).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
  }
});

test('folders that a copy left out are made, and unfinished exports are dropped', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const layout = caseLayout(folder);
  await writeFile(join(layout.exportStaging, 'half.csv'), 'half');
  await rm(layout.archive, { recursive: true });
  await rm(layout.notebooks, { recursive: true });
  await writeFile(join(layout.exports, 'whole.csv'), 'whole');
  await (await openCase(folder, environment)).close();
  expect((await readdir(folder)).sort()).toEqual(['archive', 'case.duckdb', 'exports', 'notebooks']);
  expect(await readdir(layout.exportStaging)).toEqual([]);
  expect(await readdir(layout.exports)).toEqual(['.staging', 'whole.csv']);
});

test('the same case is not opened twice in one process, by whatever path', async () => {
  const environment = await testEnvironment();
  const openedCase = await openTestCase(environment);
  const alias = join(await temporaryFolder(), 'alias.trailbench');
  await symlink(openedCase.path, alias);
  for (const path of [openedCase.path, alias]) {
    await expect(openCase(path, environment)).rejects.toMatchObject({
      code: 'CASE_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
  }
  await openedCase.withConnection((connection) => connection.run('SELECT count(*) FROM events'));
});

test('imports that a killed process left running are marked as interrupted', async () => {
  const environment = await testEnvironment();
  const openedCase = await openTestCase(environment);
  await openedCase.withConnection((connection) =>
    connection.run(`INSERT INTO imports (importId, startedAt, state, mode, sources, operator)
      VALUES (1, now(), 'running', 'copy', [], 'x'), (2, now(), 'done', 'copy', [], 'x')`),
  );
  await openedCase.close();
  const again = await openCase(openedCase.path, environment);
  const states = await again.withConnection(async (connection) =>
    (await connection.runAndReadAll('SELECT state FROM imports ORDER BY importId')).getRows().flat(),
  );
  await again.close();
  expect(states).toEqual(['interrupted', 'done']);
});

test('aborting interrupts DuckDB, also when the work goes on to another statement', async () => {
  const openedCase = await openTestCase(await testEnvironment());
  const controller = new AbortController();
  let statements = 0;
  const work = openedCase.withConnection(async (connection) => {
    for (;;) {
      statements++;
      setTimeout(() => controller.abort(), 50);
      const outcome = await connection.run(endlessQuery).catch((error: unknown) => error);
      if (statements === 3) throw outcome;
    }
  }, controller.signal);
  await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(statements).toBe(3);
  await expect(openedCase.withConnection(() => Promise.resolve(), controller.signal)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('an error of the work passes through, and its transaction is rolled back', async () => {
  const openedCase = await openTestCase(await testEnvironment());
  const failure = new Error('mine');
  const work = openedCase.withConnection(async (connection) => {
    await connection.run('BEGIN TRANSACTION');
    await connection.run(`INSERT INTO sightings VALUES (1, 1, 'x')`);
    throw failure;
  });
  await expect(work).rejects.toBe(failure);
  const count = await openedCase.withConnection(async (connection) =>
    (await connection.runAndReadAll('SELECT count(*) FROM sightings')).getRows(),
  );
  expect(count).toEqual([[0n]]);
});

test('closing interrupts what runs, calls the listeners once and keeps what was committed', async () => {
  const environment = await testEnvironment();
  const openedCase = await openTestCase(environment);
  const calls: string[] = [];
  openedCase.onClose(() => {
    calls.push('first');
    throw new Error('a listener that fails');
  });
  openedCase.onClose(async () => {
    await Promise.resolve();
    calls.push('second');
  });
  await openedCase.recordCustody('exported', { file: 'a.csv' });
  const running = openedCase.withConnection((connection) => connection.run(endlessQuery));
  const refused = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await new Promise((resolve) => setTimeout(resolve, 30));

  await Promise.all([openedCase.close(), openedCase.close()]);
  await refused;
  expect(calls).toEqual(['first', 'second']);
  expect(environment.logged).toEqual([expect.stringContaining('a listener that fails')]);
  await expect(openedCase.withConnection(() => Promise.resolve())).rejects.toMatchObject({ code: 'NO_CASE' });

  const again = await openCase(openedCase.path, environment);
  const actions = await again.withConnection(async (connection) =>
    (await connection.runAndReadAll('SELECT action FROM custody ORDER BY sequence')).getRows().flat(),
  );
  await again.close();
  expect(actions).toEqual(['created', 'opened', 'exported', 'closed', 'opened']);
});
