import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCase, openCase, type OpenedCase } from '#engine/case/opened-case.ts';
import { queryWindow, runQuery } from '#engine/query/run-query.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { benignStatements } from './benign-statements.ts';
import { hostileStatements } from './hostile-statements.ts';

const eventCount = 1000;
let root: string;
let outside: string;
let opened: OpenedCase;
let before: { tables: string; files: string };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trailbench-hostile-'));
  outside = join(root, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret.csv'), 'a,b\nsecret,1\n');
  await writeFile(join(outside, 'secret.json'), '{"a":"secret"}\n');
  await writeParquet(join(outside, 'secret.parquet'));
  const environment = {
    options: {
      dataFolder: root,
      version: '0.0.0-test',
      scanWorkerUrl: new URL('file:///none'),
      threads: 2,
      memoryLimitBytes: 256 * 2 ** 20,
    },
    log: (message: string, error?: unknown) => console.error(message, error),
    notify: () => undefined,
  };
  opened = await openCase(await createCase(join(root, 'hostile'), environment), environment);
  await writeFile(join(opened.path, 'archive', 'planted.json'), '{"a":"planted"}\n');
  await opened.withConnection(async (connection) => {
    await connection.run(`INSERT INTO events BY NAME
      SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) MINUTE AS eventTime, 'Event' || i % 9 AS eventName, 'x.amazonaws.com' AS eventSource,
        i % 2 = 0 AS readOnly, '{"bucketName":"b","items":[1]}' AS requestParameters, 'user' || i % 5 AS actor, 'success' AS outcome,
        [{'ARN': 'arn:aws:s3:::b', 'accountId': '1', 'type': 't'}] AS resources, 1 AS fileId, i::INTEGER AS recordIndex
      FROM range(${eventCount}) AS numbers(i)`);
    await connection.run('CHECKPOINT');
  });
  before = { tables: await tablesNow(), files: await filesNow() };
});

afterAll(async () => {
  await opened.close();
  await rm(root, { recursive: true, force: true });
});

async function writeParquet(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT 'secret' AS a) TO '${path}'`);
  connection.closeSync();
  instance.closeSync();
}

/** Row counts and the whole catalogue but for kept results, which come and go. */
async function tablesNow(): Promise<string> {
  return opened.withConnection(async (connection) => {
    const queries = [
      `SELECT database_name, schema_name, table_name, sql FROM duckdb_tables() WHERE schema_name <> 'results' ORDER BY ALL`,
      `SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL`,
      `SELECT function_name FROM duckdb_functions() WHERE NOT internal ORDER BY ALL`,
      `SELECT sequence_name FROM duckdb_sequences() ORDER BY ALL`,
      `SELECT type_name FROM duckdb_types() WHERE NOT internal ORDER BY ALL`,
      `SELECT database_name, path FROM duckdb_databases() ORDER BY ALL`,
      `SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'results' ORDER BY ALL`,
      `SELECT index_name FROM duckdb_indexes() ORDER BY ALL`,
      // DuckDB writes this one's default as a size once it has first spilled.
      `SELECT name, value FROM duckdb_settings() WHERE name <> 'max_temp_directory_size' ORDER BY ALL`,
      `SELECT count(*), sum(hash(events)) FROM events`,
      `SELECT count(*) FROM files`,
      `SELECT count(*), sum(hash(custody)) FROM custody`,
    ];
    const outcomes: string[] = [];
    for (const query of queries) outcomes.push(JSON.stringify((await connection.runAndReadAll(query)).getRowsJson()));
    return outcomes.join('\n');
  });
}

/** Every file below the test's folder with its hash; of the open database only its presence. */
async function filesNow(): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const lines: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const isDatabase = /case\.duckdb(\.wal)?$/.test(entry.name);
    if (isDatabase && entry.name.endsWith('.wal')) continue;
    const hash =
      entry.isFile() && !isDatabase
        ? createHash('sha256')
            .update(await readFile(path))
            .digest('hex')
        : '';
    lines.push(`${relative(root, path)} ${hash}`);
  }
  return lines.sort().join('\n');
}

async function expectUnharmed(): Promise<void> {
  expect(await filesNow()).toBe(before.files);
  expect(await tablesNow()).toBe(before.tables);
  const answer = await runQuery(opened, { sql: 'SELECT count(*) FROM events' });
  expect(answer.window.cells).toEqual([[String(eventCount)]]);
}

async function codeOf(sql: string, signal?: AbortSignal): Promise<string> {
  try {
    const result = await runQuery(opened, { sql }, signal);
    expect(JSON.stringify(result.window.cells)).not.toContain('secret');
    return 'ran';
  } catch (error) {
    if (error instanceof TrailbenchError) return error.code;
    throw error;
  }
}

const accepted = {
  refused: ['SQL_REFUSED'],
  failed: ['SQL_FAILED'],
  harmless: ['ran', 'SQL_FAILED', 'SQL_REFUSED'],
  bounded: ['SQL_FAILED'],
  cancelled: ['CANCELLED'],
};

describe('hostile statements', () => {
  test('are a corpus worth the name', () => {
    expect(hostileStatements.length).toBeGreaterThanOrEqual(200);
    expect(new Set(hostileStatements.map(({ sql }) => sql)).size).toBe(hostileStatements.length);
  });

  for (const [index, { category, sql, expectation }] of hostileStatements.entries()) {
    const title = `${index + 1} ${category}: ${sql.slice(0, 80).replaceAll('\0', '\\0')}`;
    test(title, { timeout: 120_000 }, async () => {
      const statement = sql
        .replaceAll('{outside}', outside)
        .replaceAll('{case}', opened.path)
        .replaceAll('{new}', join(root, 'new-file'));
      const controller = new AbortController();
      const running = codeOf(statement, controller.signal);
      if (expectation === 'cancelled') setTimeout(() => controller.abort(), 200);
      expect(accepted[expectation]).toContain(await running);
      await expectUnharmed();
    });
  }
});

describe('statements a responder writes', () => {
  test('are a corpus worth the name', () => expect(benignStatements.length).toBeGreaterThanOrEqual(60));

  for (const sql of benignStatements) {
    test(sql.slice(0, 100), async () => {
      const result = await runQuery(opened, { sql });
      const window = await queryWindow(opened, { resultId: result.resultId, offset: 0, limit: 10 });
      expect(window.cells).toHaveLength(result.columns.length);
    });
  }

  test('leave the case as it was', expectUnharmed);
});
