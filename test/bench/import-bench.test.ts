import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSample } from '#engine/sample/generate-sample.ts';
import { eventsTable } from '#shared/tables/events.ts';
import { createTableSql } from '#shared/tables/table.ts';
import { readDataSet, type DataSet } from './data-set.ts';
import { stageTable } from './import-stages.ts';
import { readJsonKinds, readJsonSql } from './read-json-sql.ts';
import { runScanStages } from './scan-stages.ts';
import { stageNames } from './stages.ts';
import { median, quantile } from './statistics.ts';
import { runStoreStages } from './store-stages.ts';

const moduleUrl = new URL('../../out/main/record-scanner.wasm', import.meta.url);

describe('what the import is measured against, and taken apart into', () => {
  let folder: string;
  let dataSet: DataSet;
  /** The generator's own count. */
  let records: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailbench-bench-'));
    const logs = join(folder, 'logs');
    records = (await generateSample(logs, { seed: 3 })).counts.records;
    const plan = { name: 'sample', folder: logs, origin: '', endings: ['.json.gz'], countedEvents: records };
    dataSet = await readDataSet(plan);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // DuckDB can't infer types from these: it looks at a few files only, and others hold other fields.
  it.each(readJsonKinds.filter((kind) => kind !== 'auto'))('takes in every record by SQL (%s)', async (kind) => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run('SET VARIABLE paths = $1::JSON::VARCHAR[]', [JSON.stringify(dataSet.paths)]);
    if (kind === 'same work') {
      await connection.run(createTableSql(eventsTable));
      await connection.run(`CREATE TABLE evidence_files AS
        SELECT unnest(getvariable('paths')) AS path, generate_subscripts(getvariable('paths'), 1)::INTEGER AS fileId`);
    }
    await connection.run(readJsonSql(kind, 2 ** 24));
    const arn = { plain: 'sessionIssuer_arn', 'same work': 'userIdentity.sessionContext.sessionIssuer.arn' }[kind];
    const reader = await connection.runAndReadAll(`SELECT count(*), count(eventName), count(${arn}) > 0 FROM events`);
    expect(reader.getRows()[0]).toEqual([BigInt(records), BigInt(records), true]);
    connection.closeSync();
    instance.closeSync();
  });

  it('takes in every record stage by stage, and each stage takes time', async () => {
    const scanned = await runScanStages(dataSet.paths, moduleUrl);
    const casePath = join(folder, 'stages.trailbench');
    const { sources } = dataSet;
    const dataFolder = join(folder, 'data');
    const stored = await runStoreStages({ casePath, sources, dataFolder, moduleUrl: moduleUrl.href });
    expect([scanned.events, stored.events]).toEqual([records, records]);
    expect(scanned.fastEvents).toBeGreaterThan(0.99 * records);
    const seconds = { start: 0.1, ...scanned.cpuSeconds, ...stored.cpuSeconds };
    expect(Object.keys(seconds)).toEqual(expect.arrayContaining(Object.keys(stageNames)));
    for (const [stage, value] of Object.entries(seconds)) expect(value, stage).toBeGreaterThan(0);
  });
});

it('sums up the stages beside the import’s whole time', () => {
  const runs = [
    { read: 1, scan: 5 },
    { read: 2, scan: 2, plainScan: 20 },
    { read: 3, scan: 3, plainScan: 20 },
  ].map((seconds) => ({ seconds, fastShare: 0.995 }));
  const { rows } = stageTable({ name: 'x', inflatedBytes: 12e6 }, runs, 10);
  const row = (name: string) => rows.find(([title]) => title === name);
  expect(row('reading the files')).toEqual(['reading the files', 2, 20, 6]);
  expect(row('gunzip')).toEqual(['gunzip', 0, 0, null]);
  expect(row('sum of the parts')).toEqual(['sum of the parts', 5, 50, 2]);
  expect(row('not explained by the parts')).toEqual(['not explained by the parts', 5, 50, null]);
});

it('takes the nearest rank', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
  expect(median([])).toBeNaN();
});
