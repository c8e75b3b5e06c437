import { DuckDBInstance } from '@duckdb/node-api';
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testEnvironment } from '../test-environment.ts';
import { caseLayout } from './case-folder.ts';
import { createCase, openCase } from './opened-case.ts';

/** What a stranger's case could hold, and the name that the refusal gives. */
const hostile: readonly (readonly [what: string, names: string, ...statements: string[]])[] = [
  ['a view', 'recent', 'CREATE VIEW recent AS SELECT * FROM events'],
  ['a view in place of a table', 'events', 'DROP TABLE events', 'CREATE VIEW events AS SELECT 1 AS a'],
  ['a macro that shadows a function', 'lower', `CREATE MACRO lower(x) AS 'x'`],
  ['a macro over the aggregates', 'count', 'CREATE MACRO count(x) AS 0'],
  ['a table macro that shadows the catalogue', 'duckdb_tables', 'CREATE MACRO duckdb_tables() AS TABLE SELECT 1'],
  ['a type', 'JSON', `CREATE TYPE JSON AS ENUM ('a')`],
  ['an index', 'by_name', 'CREATE INDEX by_name ON events (eventName)'],
  ['a sequence', 'numbers', 'CREATE SEQUENCE numbers'],
  ['a schema', 'memory', 'CREATE SCHEMA memory'],
  ['a table of its own', 'more', 'CREATE TABLE more (a INTEGER)'],
  ['a table named like a function', 'range', 'CREATE TABLE range (a INTEGER)'],
  ['a table in the internal schema', 'events', 'CREATE TABLE internal.events (a INTEGER)'],
  ['a missing table', 'rejected', 'DROP TABLE rejected'],
  ['a further column', 'files', 'ALTER TABLE files ADD COLUMN more VARCHAR'],
  ['a missing column', 'files', 'ALTER TABLE files DROP COLUMN sha256'],
  ['another type', 'files', 'ALTER TABLE files ALTER sizeBytes TYPE VARCHAR'],
  ['a renamed column', 'custody', 'ALTER TABLE custody RENAME operator TO who'],
  ['a default', 'files', 'ALTER TABLE files ALTER sha256 SET DEFAULT md5(random()::VARCHAR)'],
  ['a dropped constraint', 'files', 'ALTER TABLE files ALTER sha256 DROP NOT NULL'],
  [
    'a generated column',
    'sightings',
    'DROP TABLE sightings',
    `CREATE TABLE sightings (importId INTEGER NOT NULL, fileId INTEGER NOT NULL, sourcePath VARCHAR AS ('x'))`,
  ],
  [
    'a check',
    'sightings',
    'DROP TABLE sightings',
    'CREATE TABLE sightings (importId INTEGER NOT NULL, fileId INTEGER NOT NULL, sourcePath VARCHAR NOT NULL, CHECK (fileId < 5))',
  ],
  [
    'a primary key',
    'sightings',
    'DROP TABLE sightings',
    'CREATE TABLE sightings (importId INTEGER NOT NULL PRIMARY KEY, fileId INTEGER NOT NULL, sourcePath VARCHAR NOT NULL)',
  ],
  [
    'columns in another order',
    'sightings',
    'DROP TABLE sightings',
    'CREATE TABLE sightings (fileId INTEGER NOT NULL, importId INTEGER NOT NULL, sourcePath VARCHAR NOT NULL)',
  ],
];

test.for(hostile)('a case with %s is refused', async ([, name, ...statements]) => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  await run(folder, ...statements);
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    code: 'CASE_DAMAGED',
    message: expect.stringContaining(`“${name}”`) as string,
  });
});

test('a view that reads files does not read them when the case is opened', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const bait = join(environment.options.dataFolder, 'bait.csv');
  await writeFile(bait, 'a\n1\n');
  await run(folder, `CREATE VIEW v AS SELECT * FROM read_csv('${bait}')`);
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    message: expect.stringContaining('“v”') as string,
  });
});

test('what hides in the write-ahead log is refused as well', async () => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  const { database } = caseLayout(folder);
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  await connection.run('PRAGMA disable_checkpoint_on_shutdown; CREATE VIEW hidden AS SELECT 1');
  connection.closeSync();
  instance.closeSync();
  expect(existsSync(`${database}.wal`)).toBe(true);
  await copyFile(`${database}.wal`, join(environment.options.dataFolder, 'wal'));
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    code: 'CASE_DAMAGED',
    message: expect.stringContaining('“hidden”') as string,
  });
});

async function run(folder: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(caseLayout(folder).database);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}
