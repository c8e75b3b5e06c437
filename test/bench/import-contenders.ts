import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFile, withEngine, type BenchContext } from './bench-context.ts';
import { sizeOf } from './data-set.ts';
import { benchScript, runMeasured, type MeasuredRun } from './measured-process.ts';
import type { ReadJsonKind } from './read-json-sql.ts';
import type { ReadJsonTask } from './read-json.ts';

/** One way to get the log files into a database, and what its runs took. */
export interface Contender {
  readonly name: string;
  readonly databasePath: string;
  /** So many runs are enough. */
  readonly maximumRuns: number;
  readonly runs: MeasuredRun[];
  databaseBytes: number;
  failure: string | null;
  run(): Promise<MeasuredRun>;
}

/** Runs it once more, unless it failed before or has run often enough. */
export async function measure(each: Contender): Promise<void> {
  if (!isWilling(each)) return;
  try {
    each.runs.push(await each.run());
    each.databaseBytes = await sizeOf(each.databasePath);
  } catch (error) {
    each.failure = error instanceof Error ? error.message : String(error);
  }
}

export function isWilling({ failure, runs, maximumRuns }: Contender): boolean {
  return failure === null && runs.length < maximumRuns;
}

export interface Contenders {
  readonly ours: Contender;
  readonly again: Contender;
  readonly plain: Contender;
  readonly sameWork: Contender;
  /** Everything but the import, in the report's order. */
  readonly others: readonly Contender[];
}

export async function makeContenders(bench: BenchContext): Promise<Contenders> {
  const memoryLimit = await productMemoryLimit(bench);
  const database = join(bench.casePath, 'case.duckdb');
  const ours = contender('trailbench import --reference', database, async () => {
    await rm(bench.casePath, { recursive: true, force: true });
    return importCase(bench);
  });
  const again = contender('trailbench import, all files unchanged', database, () => importCase(bench));
  const plain = await readJson(bench, 'read_json, explicit types, CREATE TABLE AS', 'plain', null);
  const sameWork = await readJson(bench, 'read_json, the case’s table and derivations', 'same work', null);
  const limited = await readJson(bench, `the same, memory limit ${memoryLimit} (1 run)`, 'same work', memoryLimit);
  const auto = await readJson(bench, 'read_json_auto, CREATE TABLE AS', 'auto', null);
  return { ours, again, plain, sameWork, others: [plain, sameWork, { ...limited, maximumRuns: 1 }, auto] };
}

/** Imports the data set into the bench's case with the built command line. */
export async function importCase(bench: BenchContext): Promise<MeasuredRun> {
  return runMeasured(
    builtFile(bench.root, 'main/cli.js'),
    ['import', bench.casePath, ...bench.dataSet.sources, '--reference', '--json'],
    { TRAILBENCH_DATA_FOLDER: join(bench.workFolder, 'data') },
  );
}

function contender(name: string, databasePath: string, run: () => Promise<MeasuredRun>): Contender {
  return {
    ...{ name, databasePath, run, runs: [], maximumRuns: Number.POSITIVE_INFINITY },
    ...{ databaseBytes: Number.NaN, failure: null },
  };
}

async function readJson(
  bench: BenchContext,
  name: string,
  kind: ReadJsonKind,
  memoryLimit: string | null,
): Promise<Contender> {
  const spillFolder = join(bench.workFolder, 'spill');
  await mkdir(spillFolder, { recursive: true });
  const pathsFile = await writePaths(bench);
  const suffix = memoryLimit === null ? '' : '-limited';
  const databasePath = join(bench.workFolder, `read-json-${kind.replace(' ', '-')}${suffix}.duckdb`);
  // Its buffers grow with this; the default stops at files larger than 16 MiB.
  const step = 16 * 2 ** 20;
  const maximumObjectBytes = Math.ceil((bench.dataSet.largestInflatedBytes + 1) / step) * step;
  const { threads } = bench;
  const task: ReadJsonTask = { kind, databasePath, pathsFile, spillFolder, threads, memoryLimit, maximumObjectBytes };
  return contender(name, databasePath, async () => {
    for (const suffix of ['', '.wal']) await rm(databasePath + suffix, { force: true });
    return runMeasured(benchScript('read-json'), [JSON.stringify(task)]);
  });
}

/** Too many for a command line. */
export async function writePaths(bench: BenchContext): Promise<string> {
  const path = join(bench.workFolder, 'paths.json');
  await writeFile(path, JSON.stringify(bench.dataSet.paths));
  return path;
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
