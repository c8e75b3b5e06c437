import type { DuckDBConnection } from '@duckdb/node-api';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTestCase, temporaryFolder, testEnvironment } from '../test-environment.ts';
import { caseLayout } from './case-folder.ts';
import type { OpenedCase } from './opened-case.ts';

function rows(openedCase: OpenedCase, sql: string): Promise<unknown[][]> {
  return openedCase.withConnection(async (connection) => (await connection.runAndReadAll(sql)).getRows());
}

test('the lock holds on every connection', async () => {
  const openedCase = await openTestCase(await testEnvironment());
  const outside = await temporaryFolder();
  await writeFile(join(outside, 'a.csv'), 'a,b\n1,2\n');
  await writeFile(join(outside, 'a.json'), '{"a":1}\n');
  await writeFile(join(openedCase.archivePath, 'evidence.json'), '{"a":1}\n');
  const refused = [
    `SET threads = 1`,
    `SET memory_limit = '8GB'`,
    `SET SESSION TimeZone = 'Asia/Tokyo'`,
    `SET GLOBAL TimeZone = 'Asia/Tokyo'`,
    `RESET threads`,
    `SET enable_external_access = true`,
    `SET lock_configuration = false`,
    `SET allowed_configs = ['threads']`,
    `SET allowed_paths = ['/']`,
    `SET temp_directory = '${outside}'`,
    `PRAGMA threads = 1`,
    `ATTACH '${outside}/other.duckdb'`,
    `ATTACH '${openedCase.path}/other.duckdb'`,
    `COPY (SELECT 1) TO '${outside}/out.csv'`,
    `COPY (SELECT 1) TO '${openedCase.path}/out.csv'`,
    `COPY (SELECT 1) TO '${openedCase.archivePath}/evidence.json' (FORMAT csv)`,
    `COPY (SELECT 1) TO '${openedCase.exportsPath}/.staging/../out.csv'`,
    `EXPORT DATABASE '${outside}/export'`,
    `SELECT * FROM read_csv('${outside}/a.csv')`,
    `SELECT * FROM '${outside}/a.json'`,
    `SELECT * FROM read_text('${openedCase.archivePath}/evidence.json')`,
    `SELECT * FROM glob('${outside}/*')`,
    `INSTALL httpfs`,
    `LOAD '${outside}/x.duckdb_extension'`,
    `SELECT * FROM read_csv('https://example.invalid/a.csv')`,
  ];
  for (const statement of refused) {
    await expect(rows(openedCase, statement), statement).rejects.toThrow(
      /configuration has been locked|disabled by configuration|disabled through configuration|Cannot (change|lower|enable|set|reset)|httpfs/i,
    );
  }
  expect(readdirSync(outside).sort()).toEqual(['a.csv', 'a.json']);
  expect(await readFile(join(openedCase.archivePath, 'evidence.json'), 'utf8')).toBe('{"a":1}\n');
});

test('what the engine needs works under the lock: exports, spilling, the write-ahead log, checkpoints', async () => {
  const environment = await testEnvironment({ memoryLimitBytes: 64 * 1024 * 1024 });
  const openedCase = await openTestCase(environment);
  const { database, exportStaging } = caseLayout(openedCase.path);
  await rows(openedCase, `COPY (SELECT 1 AS a) TO '${exportStaging}/a.csv'`);
  expect(await readFile(join(exportStaging, 'a.csv'), 'utf8')).toBe('a\n1\n');

  const spillFolder = String((await rows(openedCase, `SELECT current_setting('temp_directory')`))[0]?.[0]);
  let spilledBytes = 0;
  await openedCase.withConnection(async (connection: DuckDBConnection) => {
    await connection.run(
      'CREATE TEMP TABLE big AS SELECT range AS a, repeat(hash(range)::VARCHAR, 3) AS b FROM range(2000000)',
    );
    const reader = await connection.runAndReadAll('SELECT sum(size) FROM duckdb_temporary_files()');
    spilledBytes = Number(reader.getRows()[0]?.[0]);
    expect(spillFolder.startsWith(tmpdir())).toBe(true);
    expect(readdirSync(spillFolder).length).toBeGreaterThan(0);
  });
  expect(spilledBytes).toBeGreaterThan(0);

  await rows(openedCase, `INSERT INTO sightings SELECT range, range, 'x' FROM range(1000)`);
  expect((await stat(`${database}.wal`)).size).toBeGreaterThan(0);
  await rows(openedCase, 'CHECKPOINT');
  expect(existsSync(`${database}.wal`)).toBe(false);

  await openedCase.close();
  expect(existsSync(spillFolder)).toBe(false);
});

test('every connection has the case as its catalog, UTC, and knows how far a query is', async () => {
  const openedCase = await openTestCase(await testEnvironment());
  for (let round = 0; round < 2; round++) {
    expect(
      await rows(
        openedCase,
        `SELECT current_catalog(), current_schema(), current_setting('TimeZone'), current_setting('enable_progress_bar'),
           current_setting('enable_progress_bar_print'), current_setting('preserve_insertion_order')`,
      ),
    ).toEqual([['trailbench', 'main', 'UTC', true, false, false]]);
  }
});

test('a quote in the path is no way out of the settings', async () => {
  const environment = await testEnvironment();
  const openedCase = await openTestCase(environment, `it's'; SELECT 1 --`);
  await rows(openedCase, `INSERT INTO sightings VALUES (1, 1, 'x')`);
  await openedCase.close();
  expect(readdirSync(environment.options.dataFolder)).toEqual([`it's'; SELECT 1 --.trailbench`]);
});

test('spill folders of dead processes are removed, those of live ones are not', async () => {
  const dead = join(tmpdir(), 'trailbench-spill-4194999-abc');
  const live = join(tmpdir(), `trailbench-spill-${process.ppid}-abc`);
  await mkdir(dead, { recursive: true });
  await mkdir(live, { recursive: true });
  await openTestCase(await testEnvironment());
  await expect.poll(() => existsSync(dead)).toBe(false);
  expect(existsSync(live)).toBe(true);
});
