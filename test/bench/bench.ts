// `npm run bench`: see --help.
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { progress, type BenchContext } from './bench-context.ts';
import { readDataSet, type DataSet } from './data-set.ts';
import { measureFetch } from './fetch-section.ts';
import { measureFrames } from './frames-section.ts';
import { importCase } from './import-contenders.ts';
import { measureImport } from './import-section.ts';
import { dataSetNames, knownDataSet, type DataSetName } from './known-data-sets.ts';
import { currentLoad, describeMachine } from './machine.ts';
import { measureNotebook } from './notebook-section.ts';
import { measureQueries } from './queries-section.ts';
import { formatTable, type Section } from './report.ts';

const help = `Usage: npm run bench -- [options] [section…]

Sections (all if none is named):
  import   the import against DuckDB's read_json, and where its time goes
  fetch    the fetch of objects from a local S3 server against the SDK's plain loop (needs ../shared)
  queries  SQL on the imported case, and the product's own procedures
  frames   frame and interaction times of the timeline in Chromium
  notebook keystrokes and paging in a notebook with ten million rows, in Chromium

Options:
  --set NAME   data to measure with; can be repeated, all but the import take the first: generated (a trail's archive),
               real (many small files of real trails) or large (118 MB of JSON in one file); the last two need
               ../shared. Default: generated; for the import all three
  --events N   size of the generated data set (1000000), and the import takes only that
  --data DIR   measure with these log files instead
  --case DIR   queries, frames and notebook: a case imported before
  --runs N     repetitions of imports and fetches (3)
  --json       print one JSON object
  --help
`;

const sections: Readonly<Record<string, (bench: BenchContext) => Promise<Section>>> = {
  import: measureImport,
  fetch: measureFetch,
  queries: measureQueries,
  frames: measureFrames,
  notebook: measureNotebook,
};

/** Sections that measure on a case imported before. */
const needCase: ReadonlySet<string> = new Set(['queries', 'frames', 'notebook']);

const { values, positionals } = readArguments();
const load = currentLoad();
const root = process.env['TRAILBENCH_ROOT'] ?? process.cwd();
const cacheFolder = join(root, '.cache/bench');
const workFolder = join(cacheFolder, 'work');
await mkdir(workFolder, { recursive: true });

const wanted = Object.entries(sections).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const importSets = await dataSets(wanted.some(([name]) => name === 'import'));
const dataSet = importSets[0]!;
const bench: BenchContext = {
  root,
  workFolder,
  dataSet,
  importSets,
  casePath: values.case ? resolve(values.case) : join(workFolder, `${dataSet.name}.trailbench`),
  repetitions: Number(values.runs),
  threads: availableParallelism(),
};

const machine = await describeMachine(importSets, load);
const done = [machine];
if (!values.json) print(machine);
for (const [name, measure] of wanted) {
  if (needCase.has(name) && !values.case && !done.some((section) => section.name === 'import')) {
    progress('Importing …');
    await rm(bench.casePath, { recursive: true, force: true });
    await importCase(bench);
  }
  const section = await measure(bench).catch((error: unknown) => failedSection(name, error));
  done.push(section);
  if (!values.json) print(section);
}
if (values.json) process.stdout.write(`${JSON.stringify({ sections: done }, null, 2)}\n`);

/** What was asked for; if nothing was, the import is measured on all. */
async function dataSets(isImport: boolean): Promise<DataSet[]> {
  if (values.data) {
    const folder = resolve(values.data);
    return [
      await readDataSet({ name: basename(folder), folder, origin: folder, endings: ['.json.gz'], countedEvents: null }),
    ];
  }
  const isAll = isImport && values.set.length === 0 && values.events === undefined;
  const names = isAll ? dataSetNames : values.set.length > 0 ? values.set : (['generated'] as const);
  const found: DataSet[] = [];
  for (const name of names) {
    const set = await knownDataSet(name as DataSetName, { root, cacheFolder }, Number(values.events ?? '1000000'));
    if (set) found.push(set);
    else progress(`Left out: the data set “${name}” needs ../shared.`);
  }
  if (found.length === 0) process.exit(1);
  return found;
}

/** The other sections are worth having all the same. */
function failedSection(name: string, error: unknown): Section {
  process.exitCode = 1;
  const note = `This section failed: ${error instanceof Error ? error.message : String(error)}`;
  return { name, tables: [{ title: name, columns: [], rows: [], notes: [note] }] };
}

function print(section: Section): void {
  process.stdout.write(section.tables.map(formatTable).join(''));
}

function readArguments() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        set: { type: 'string', multiple: true, default: [] },
        events: { type: 'string' },
        data: { type: 'string' },
        case: { type: 'string' },
        runs: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (parsed.values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    for (const name of ['events', 'runs'] as const) {
      if (!/^[1-9]\d*$/.test(parsed.values[name] ?? '1')) throw new Error(`--${name} takes a whole number above 0.`);
    }
    const unknownSet = parsed.values.set.find((name) => !dataSetNames.some((known) => known === name));
    if (unknownSet !== undefined) throw new Error(`There is no data set “${unknownSet}”.`);
    if (parsed.values.data !== undefined && parsed.values.set.length > 0) throw new Error('Give --data or --set.');
    const unknown = parsed.positionals.find((name) => !(name in sections));
    if (unknown !== undefined) throw new Error(`There is no section “${unknown}”.`);
    if (parsed.values.case && (parsed.positionals.length === 0 || parsed.positionals.includes('import'))) {
      throw new Error('--case is for queries, frames and notebook: name them.');
    }
    return parsed;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
