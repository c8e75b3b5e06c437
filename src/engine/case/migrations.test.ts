import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testEnvironment } from '../test-environment.ts';
import { caseLayout } from './case-folder.ts';
import { caseMigrations, type Migration } from './migrations.ts';
import { createCase, openCase, type CaseEnvironment } from './opened-case.ts';

/** The way to change a table: DuckDB does not add and fill a required column in one transaction. */
const addColumn: Migration = {
  name: 'sightings have a path',
  statements: [
    'ALTER TABLE sightings RENAME TO old_sightings',
    'CREATE TABLE sightings (importId INTEGER NOT NULL, fileId INTEGER NOT NULL, sourcePath VARCHAR NOT NULL)',
    `INSERT INTO sightings SELECT *, 'path ' || fileId FROM old_sightings`,
    'DROP TABLE old_sightings',
  ],
};

/** Runs SQL on a case that is not open, as anyone can. */
async function alter(folder: string, ...statements: string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(caseLayout(folder).database);
  const connection = await instance.connect();
  let rows: unknown[][] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

/** A case of the first schema, in which `sightings` still lacked a column. */
async function caseOfFirstSchema(environment: CaseEnvironment): Promise<string> {
  const folder = await createCase(join(environment.options.dataFolder, 'old'), environment);
  await alter(folder, 'ALTER TABLE sightings DROP COLUMN sourcePath', 'INSERT INTO sightings VALUES (1, 7)');
  return folder;
}

test('an older case is upgraded once, keeps its rows and ends as a new case begins', async () => {
  const environment = await testEnvironment();
  const folder = await caseOfFirstSchema(environment);
  const newer = { ...environment, migrations: [...caseMigrations, addColumn] };
  for (let round = 0; round < 2; round++) {
    const openedCase = await openCase(folder, newer);
    expect(openedCase.schemaVersion).toBe(caseMigrations.length + 1);
    const rows = await openedCase.withConnection(async (connection) =>
      (await connection.runAndReadAll('SELECT fileId, sourcePath FROM sightings')).getRows(),
    );
    expect(rows).toEqual([[7, 'path 7']]);
    await openedCase.close();
  }
  expect(await alter(folder, 'SELECT name FROM internal.migrations ORDER BY number')).toEqual(
    [...caseMigrations, addColumn].map(({ name }) => [name]),
  );
});

test('a step that fails leaves the case as it was', async () => {
  const environment = await testEnvironment();
  const folder = await caseOfFirstSchema(environment);
  const failing = { name: 'fails', statements: [...addColumn.statements, 'SELECT * FROM no_such_table'] };
  await expect(openCase(folder, { ...environment, migrations: [...caseMigrations, failing] })).rejects.toMatchObject({
    code: 'CASE_DAMAGED',
    message: expect.stringContaining(`schema ${caseMigrations.length + 1} (fails)`) as string,
  });

  expect(await alter(folder, 'SELECT * FROM sightings')).toEqual([[1, 7]]);
  expect(await alter(folder, 'SELECT count(*)::INTEGER FROM internal.migrations')).toEqual([[caseMigrations.length]]);
  await (await openCase(folder, { ...environment, migrations: [...caseMigrations, addColumn] })).close();
});

test('a newer case is refused with the version that made it', async () => {
  const environment = await testEnvironment();
  const newer = {
    ...environment,
    options: { ...environment.options, version: '7.3.0' },
    migrations: [...caseMigrations, { name: 'of the future', statements: [] }],
  };
  const folder = await createCase(join(environment.options.dataFolder, 'a'), newer);
  // A later schema may hold what this version would call foreign.
  await alter(folder, 'CREATE VIEW events_of_today AS SELECT * FROM events');
  await expect(openCase(folder, environment)).rejects.toMatchObject({
    code: 'CASE_NEWER',
    message: expect.stringContaining('Trailbench 7.3.0') as string,
  });
});

test.for([
  ['another checksum', `UPDATE internal.migrations SET checksum = repeat('0', 64)`],
  ['another number', 'UPDATE internal.migrations SET number = 5'],
  ['no step at all', 'DELETE FROM internal.migrations'],
  ['no record of steps', 'DROP TABLE internal.migrations'],
  ['no column for the checksum', 'ALTER TABLE internal.migrations DROP COLUMN checksum'],
])('a record of steps that is not ours is refused: %s', async ([, statement]) => {
  const environment = await testEnvironment();
  const folder = await createCase(join(environment.options.dataFolder, 'a'), environment);
  await alter(folder, statement as string);
  await expect(openCase(folder, environment)).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
});
