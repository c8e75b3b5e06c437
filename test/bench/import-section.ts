import type { DuckDBConnection } from '@duckdb/node-api';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { builtFile, progress, withEngine, type BenchContext } from './bench-context.ts';
import { sizeOf } from './data-set.ts';
import { countEvents, withDatabases } from './databases.ts';
import { benchScript, runMeasured, type MeasuredRun } from './measured-process.ts';
import type { ReadJsonTask } from './read-json.ts';
import type { ReportTable, Section } from './report.ts';
import { median } from './statistics.ts';

interface Contender {
  readonly name: string;
  readonly runs: MeasuredRun[];
  databaseBytes: number;
  failure: string | null;
  run(): Promise<MeasuredRun>;
  readonly databasePath: string;
}

/** The import against read_json into the same table: in turns, each run in a process of its own. */
export async function measureImport(bench: BenchContext): Promise<Section> {
  const memoryLimit = await productMemoryLimit(bench);
  const ours: Contender = {
    ...contender('trailbench import --reference', join(bench.casePath, 'case.duckdb')),
    run: async () => {
      await rm(bench.casePath, { recursive: true, force: true });
      return importCase(bench);
    },
  };
  const sameMemory = await readJsonContender(bench, `read_json, memory limit ${memoryLimit}`, memoryLimit);
  const ownMemory = await readJsonContender(bench, 'read_json, DuckDB’s own memory limit', null);
  const contenders = [ours, sameMemory, ownMemory];
  for (let round = 1; round <= bench.repetitions; round++) {
    for (const each of contenders.filter(({ failure }) => failure === null)) {
      progress(`Import, round ${round} of ${bench.repetitions}: ${each.name} …`);
      await measure(each);
    }
  }
  progress('Import of the same files again …');
  const again: Contender = {
    ...contender('trailbench import, all files unchanged', ours.databasePath),
    run: () => importCase(bench),
  };
  for (let round = 1; round <= bench.repetitions; round++) await measure(again);

  const events = await countEvents(ours.databasePath);
  const tables = [
    usageTable(bench, [...contenders, again], events),
    ratioTable(ours, [sameMemory, ownMemory]),
    await contentTable(ours.databasePath, ownMemory),
  ];
  for (const { databasePath } of [sameMemory, ownMemory]) await rm(databasePath, { force: true });
  return { name: 'import', tables };
}

/** Imports the data set into the bench's case with the built command line. */
export async function importCase(bench: BenchContext): Promise<MeasuredRun> {
  return runMeasured(
    builtFile(bench.root, 'main/cli.js'),
    ['import', bench.casePath, bench.dataSet.folder, '--reference', '--json'],
    { TRAILBENCH_DATA_FOLDER: join(bench.workFolder, 'data') },
  );
}

function contender(name: string, databasePath: string): Omit<Contender, 'run'> {
  return { name, databasePath, runs: [], databaseBytes: Number.NaN, failure: null };
}

async function readJsonContender(bench: BenchContext, name: string, memoryLimit: string | null): Promise<Contender> {
  const spillFolder = join(bench.workFolder, 'spill');
  await mkdir(spillFolder, { recursive: true });
  const pathsFile = join(bench.workFolder, 'paths.json');
  await writeFile(pathsFile, JSON.stringify(bench.dataSet.paths));
  const databasePath = join(bench.workFolder, memoryLimit === null ? 'read-json.duckdb' : 'read-json-limited.duckdb');
  // Its buffers grow with this; the default stops at files larger than 16 MiB.
  const step = 16 * 2 ** 20;
  const maximumObjectBytes = Math.ceil((bench.dataSet.largestInflatedBytes + 1) / step) * step;
  const { threads } = bench;
  const task: ReadJsonTask = { databasePath, pathsFile, spillFolder, threads, memoryLimit, maximumObjectBytes };
  return {
    ...contender(name, databasePath),
    run: async () => {
      await rm(databasePath, { force: true });
      return runMeasured(benchScript('read-json'), [JSON.stringify(task)]);
    },
  };
}

async function measure(each: Contender): Promise<void> {
  try {
    each.runs.push(await each.run());
    each.databaseBytes = await sizeOf(each.databasePath);
  } catch (error) {
    each.failure = error instanceof Error ? error.message : String(error);
  }
}

/** What the product gives its database on this machine, as DuckDB writes it. */
async function productMemoryLimit(bench: BenchContext): Promise<string> {
  const path = join(bench.workFolder, 'settings.trailbench');
  await rm(path, { recursive: true, force: true });
  const limit = await withEngine(bench, async ({ api, context }) => {
    await api.case.create({ path });
    return context.requireCase().withConnection(async (connection) => {
      const reader = await connection.runAndReadAll("SELECT current_setting('memory_limit')");
      return String(reader.getRows()[0]?.[0]);
    });
  });
  await rm(path, { recursive: true, force: true });
  return limit;
}

function usageTable(bench: BenchContext, contenders: readonly Contender[], events: number): ReportTable {
  const { inflatedBytes, compressedBytes } = bench.dataSet;
  return {
    title: `Import of ${events.toLocaleString('en-US')} events: medians of ${bench.repetitions}, whole processes`,
    columns: ['', 'events/s', 'JSON MB/s', 'wall s', 'CPU s', 'peak MB', 'database MB', 'database / gz'],
    rows: contenders.map(({ name, runs, databaseBytes }) => {
      if (runs.length === 0) return [name, null, null, null, null, null, null, null];
      const { seconds, cpuSeconds, peakBytes } = medians(runs);
      return [
        name,
        Math.round(events / seconds),
        Math.round(inflatedBytes / 1e6 / seconds),
        seconds,
        cpuSeconds,
        Math.round(peakBytes / 1e6),
        Math.round(databaseBytes / 1e6),
        databaseBytes / compressedBytes,
      ];
    }),
    notes: contenders
      .filter(({ failure }) => failure !== null)
      .map(({ name, failure }) => `${name} failed: ${failure}`),
  };
}

function medians(runs: readonly MeasuredRun[]): { seconds: number; cpuSeconds: number; peakBytes: number } {
  return {
    seconds: median(runs.map((run) => run.seconds)),
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    peakBytes: median(runs.map((run) => run.peakBytes)),
  };
}

function ratioTable(ours: Contender, others: readonly Contender[]): ReportTable {
  const own = medians(ours.runs);
  return {
    title: 'The import against …',
    columns: ['', 'speed (wall)', 'speed (CPU)', 'peak memory', 'database size'],
    rows: others
      .filter(({ runs }) => runs.length > 0)
      .map(({ name, runs, databaseBytes }) => {
        const other = medians(runs);
        return [
          name,
          other.seconds / own.seconds,
          other.cpuSeconds / own.cpuSeconds,
          own.peakBytes / other.peakBytes,
          ours.databaseBytes / databaseBytes,
        ];
      }),
    notes: [
      'Speed: times as fast; above 1 the import is faster. Memory and size: times as much; below 1 it needs less.',
    ],
  };
}

/** Whether both hold the same, so that what is compared is the same work. */
async function contentTable(casePath: string, other: Contender): Promise<ReportTable> {
  const title = 'Do both hold the same?';
  const notes = [
    'SQL alone yields no otherFields and no eventKey, and keeps copies of an event: there the import does more.',
  ];
  if (other.runs.length === 0) return { title, columns: [], rows: [], notes: ['There is nothing to compare with.'] };
  const paths = { ours: casePath, theirs: other.databasePath };
  const [ourSums, theirSums] = await withDatabases(paths, async (connection) => [
    await contentSums(connection, 'ours'),
    await contentSums(connection, 'theirs'),
  ]);
  const [ourCount, theirCount] = [ourSums.get(null), theirSums.get(null)];
  const differing = [...ourSums.keys()].filter((name) => ourSums.get(name) !== theirSums.get(name));
  const differences = ourCount === theirCount ? differing.join(', ') || 'none' : 'not compared';
  return {
    title,
    columns: ['events in the case', 'by read_json', 'columns that differ'],
    rows: [[Number(ourCount), Number(theirCount), differences]],
    notes,
  };
}

/** A sum over each column that depends on every value and its event; under null the number of events. */
async function contentSums(connection: DuckDBConnection, catalog: string): Promise<Map<string | null, string>> {
  const described = await connection.runAndReadAll(`SELECT * FROM ${catalog}.events LIMIT 0`);
  // Files are numbered in another order.
  const names = described.columnNames().filter((name) => name !== 'fileId');
  const sums = names.map((name) => `sum(hash(eventID, ${quoteIdentifier(name)}))::VARCHAR`);
  const reader = await connection.runAndReadAll(`SELECT count(*)::VARCHAR, ${sums.join(', ')} FROM ${catalog}.events`);
  const values = reader.getRows()[0] ?? [];
  return new Map([null, ...names].map((name, index) => [name, String(values[index])]));
}
