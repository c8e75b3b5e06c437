import type { DuckDBConnection } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { TrailbenchError } from '#shared/api/errors.ts';

/** One step of the schema. Released steps never change: a case records the checksum of each one it went through. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * All steps, oldest first; a step's number is its place, from 1. A new case gets the current tables at once (see
 * case-schema.ts) and records every step as done; the catalogue check at open proves that both ways lead to the same.
 */
export const caseMigrations: readonly Migration[] = [
  { name: 'release 0.1', statements: [] },
  {
    name: 'acquisition from S3',
    statements: [
      `CREATE TABLE sources (sourceId INTEGER NOT NULL, kind VARCHAR NOT NULL, url VARCHAR NOT NULL, profile VARCHAR, region VARCHAR, endpointUrl VARCHAR, createdAt TIMESTAMP NOT NULL)`,
      `CREATE TABLE fetches (fetchId INTEGER NOT NULL, sourceId INTEGER NOT NULL, importId INTEGER, startedAt TIMESTAMP NOT NULL, finishedAt TIMESTAMP, state VARCHAR NOT NULL, request JSON NOT NULL, operator VARCHAR NOT NULL, principalArn VARCHAR, principalAccountId VARCHAR, clockSkewMs BIGINT, objectsSelected BIGINT, bytesSelected BIGINT, objectsDownloaded BIGINT, bytesDownloaded BIGINT, objectsUnchanged BIGINT, objectsFailed BIGINT, problems BIGINT, requests BIGINT, retries BIGINT, hosts VARCHAR[] NOT NULL, notes VARCHAR[] NOT NULL, error VARCHAR, elapsedMs BIGINT)`,
      `CREATE TABLE s3_objects (sourceId INTEGER NOT NULL, fetchId INTEGER NOT NULL, bucket VARCHAR NOT NULL, key VARCHAR NOT NULL, versionId VARCHAR, etag VARCHAR, sizeBytes BIGINT NOT NULL, lastModifiedAt TIMESTAMP, isLatest BOOLEAN NOT NULL, storedPath VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, verifiedBy VARCHAR[] NOT NULL, encryption VARCHAR, kmsKeyId VARCHAR, storageClass VARCHAR, metadata JSON NOT NULL, hasChangedSinceListed BOOLEAN NOT NULL, downloadedAt TIMESTAMP NOT NULL)`,
      `CREATE TABLE object_versions (fetchId INTEGER NOT NULL, bucket VARCHAR NOT NULL, key VARCHAR NOT NULL, versionId VARCHAR, isLatest BOOLEAN NOT NULL, isDeleteMarker BOOLEAN NOT NULL, lastModifiedAt TIMESTAMP, sizeBytes BIGINT, etag VARCHAR)`,
      `CREATE TABLE fetch_problems (fetchId INTEGER NOT NULL, key VARCHAR NOT NULL, versionId VARCHAR, action VARCHAR NOT NULL, code VARCHAR NOT NULL, reason VARCHAR NOT NULL, occurredAt TIMESTAMP NOT NULL)`,
      `CREATE TABLE proof_documents (fetchId INTEGER NOT NULL, subject VARCHAR NOT NULL, region VARCHAR, resource VARCHAR, state VARCHAR NOT NULL, detail VARCHAR, storedPath VARCHAR, sha256 VARCHAR, fetchedAt TIMESTAMP NOT NULL)`,
    ],
  },
  {
    name: 'pinned results',
    statements: [
      `CREATE TABLE pinned_results (pinId INTEGER NOT NULL, notebook VARCHAR, cell VARCHAR, title VARCHAR NOT NULL, note VARCHAR NOT NULL, sql VARCHAR NOT NULL, dialect VARCHAR NOT NULL, translatedSql VARCHAR, parameters JSON NOT NULL, upstream JSON NOT NULL, columns JSON NOT NULL, rowCount BIGINT NOT NULL, contentHash VARCHAR NOT NULL, evidence JSON NOT NULL, ranAt TIMESTAMP NOT NULL, elapsedMs BIGINT NOT NULL, pinnedAt TIMESTAMP NOT NULL, operator VARCHAR NOT NULL, application VARCHAR NOT NULL)`,
      `CREATE TABLE pinned_rows (pinId INTEGER NOT NULL, rowNumber BIGINT NOT NULL, cells VARCHAR[] NOT NULL)`,
    ],
  },
];

function migrationChecksum(migration: Migration): string {
  return createHash('sha256')
    .update(JSON.stringify([migration.name, migration.statements]))
    .digest('hex');
}

/** Records steps as done. `number` is the first one's. */
export async function recordMigrations(
  connection: DuckDBConnection,
  migrations: readonly Migration[],
  application: string,
  number = 1,
): Promise<void> {
  for (const [index, migration] of migrations.entries()) {
    await connection.run(
      `INSERT INTO internal.migrations VALUES ($number, $name, $checksum, current_timestamp::TIMESTAMP, $application)`,
      { number: number + index, name: migration.name, checksum: migrationChecksum(migration), application },
    );
  }
}

/**
 * Refuses a case that a later Trailbench has upgraded (CASE_NEWER) or whose steps are not ours (CASE_DAMAGED).
 * Works on a connection outside the case, before anything in it is trusted. Returns the case's schema version.
 */
export async function checkMigrations(
  outside: DuckDBConnection,
  catalog: string,
  migrations: readonly Migration[],
): Promise<number> {
  const reader = await outside
    .runAndReadAll(`SELECT number, checksum, application FROM ${catalog}.internal.migrations ORDER BY number`)
    .catch((cause: unknown) => {
      // Anything else is a file that can't be read.
      if (!(cause instanceof Error && /^(Catalog|Binder) Error/.test(cause.message))) throw cause;
      const sentence = 'The database is not that of a Trailbench case: it has no record of its version.';
      throw new TrailbenchError('CASE_DAMAGED', sentence, undefined, { cause });
    });
  const done = reader.getRowObjects();
  const newest = done.at(-1);
  if (done.length > migrations.length && newest) {
    throw new TrailbenchError(
      'CASE_NEWER',
      `The case was upgraded by ${String(newest.application)} (schema ${done.length}); this version reads schemas up to ${migrations.length}. Open it with that version or a later one.`,
    );
  }
  for (const [index, { number, checksum }] of done.entries()) {
    const migration = migrations[index];
    if (number !== index + 1 || !migration || checksum !== migrationChecksum(migration)) {
      throw new TrailbenchError(
        'CASE_DAMAGED',
        `The case’s record of schema step ${index + 1} differs from Trailbench’s own, so its tables can’t be relied on. Open a copy of the case that was not altered.`,
      );
    }
  }
  if (done.length === 0) {
    throw new TrailbenchError(
      'CASE_DAMAGED',
      'The case’s record of its version is empty. Open a copy of the case that was not altered.',
    );
  }
  return done.length;
}

/** Takes the case from `version` to the newest schema, each step in a transaction of its own. */
export async function migrate(
  connection: DuckDBConnection,
  version: number,
  migrations: readonly Migration[],
  application: string,
): Promise<void> {
  for (const [index, migration] of migrations.slice(version).entries()) {
    const number = version + index + 1;
    await connection.run('BEGIN TRANSACTION');
    try {
      for (const statement of migration.statements) await connection.run(statement);
      await recordMigrations(connection, [migration], application, number);
      await connection.run('COMMIT');
    } catch (cause) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw new TrailbenchError(
        'CASE_DAMAGED',
        `The case could not be upgraded to schema ${number} (${migration.name}); it was left as it was. Open it with the version that made it, and report this.`,
        undefined,
        { cause },
      );
    }
  }
}
