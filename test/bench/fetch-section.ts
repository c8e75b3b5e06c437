import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { builtFile, progress, type BenchContext } from './bench-context.ts';
import { bucketFiles, startBenchS3, type BenchS3 } from './bench-s3.ts';
import { countEvents, downloadSeconds } from './databases.ts';
import type { GetObjectsTask } from './get-objects.ts';
import { benchScript, runMeasured, runMeasuredProgram, type MeasuredRun } from './measured-process.ts';
import type { ReportTable, Section } from './report.ts';
import { median } from './statistics.ts';

const concurrency = 32;

interface Contender {
  readonly name: string;
  readonly runs: (MeasuredRun & { readonly serverCpuSeconds: number | null })[];
  failure: string | null;
  run(): Promise<MeasuredRun>;
}

/** A fetch from a local S3 server against the SDK's plain loop and `aws s3 sync`: in turns, each in its own process. */
export async function measureFetch(bench: BenchContext): Promise<Section> {
  progress('Starting the S3 server …');
  const s3 = await startBenchS3(bench.root);
  try {
    const bucket = await s3.server.makeBucket();
    progress(`Uploading ${bench.dataSet.paths.length} objects …`);
    await s3.server.putObjects(bucket, bucketFiles(bench.dataSet));
    return await measureAll(bench, s3, bucket);
  } finally {
    await s3.stop();
  }
}

async function measureAll(bench: BenchContext, s3: BenchS3, bucket: string): Promise<Section> {
  const fetchedCase = join(bench.workFolder, 'fetched.trailbench');
  const importedCase = join(bench.workFolder, 'imported.trailbench');
  const copies = join(bench.workFolder, 'objects');
  const environment = { TRAILBENCH_DATA_FOLDER: join(bench.workFolder, 'data'), ...s3.server.environment() };
  const trailbench = (...args: readonly string[]): Promise<MeasuredRun> =>
    runMeasured(builtFile(bench.root, 'main/cli.js'), args, environment);
  const fetchTrail = (): Promise<MeasuredRun> =>
    trailbench(
      ...['fetch', fetchedCase, `s3://${bucket}`, '--endpoint-url', s3.server.endpoint, '--path-style'],
      ...['--concurrency', String(concurrency), '--json'],
    );
  const task: GetObjectsTask = { endpoint: s3.server.endpoint, ...s3.server.keys, bucket, concurrency, folder: null };
  const getObjects = (folder: string | null): Promise<MeasuredRun> =>
    runMeasured(benchScript('get-objects'), [JSON.stringify({ ...task, folder })]);
  const awsConfig = join(bench.workFolder, 'aws-config');
  await writeFile(
    awsConfig,
    `[default]\ns3 =\n  max_concurrent_requests = ${concurrency}\n  addressing_style = path\n`,
  );
  const awsEnvironment = { ...environment, AWS_CONFIG_FILE: awsConfig, AWS_DEFAULT_REGION: 'us-east-1' };
  const syncing = ['--endpoint-url', s3.server.endpoint, 's3', 'sync', '--only-show-errors', `s3://${bucket}`, copies];

  const downloads: number[] = [];
  const fetching = contender('trailbench fetch (download, archive, import)', async () => {
    await rm(fetchedCase, { recursive: true, force: true });
    const run = await fetchTrail();
    downloads.push(await downloadSeconds(join(fetchedCase, 'case.duckdb')));
    return run;
  });
  const toMemory = contender('GetObject loop, to memory', () => getObjects(null));
  const toDisk = contender('GetObject loop, to disk', async () => {
    await rm(copies, { recursive: true, force: true });
    return getObjects(copies);
  });
  const importing = contender('trailbench import --reference (no download)', async () => {
    await rm(importedCase, { recursive: true, force: true });
    return trailbench('import', importedCase, bench.dataSet.folder, '--reference', '--json');
  });
  const sync = contender('aws s3 sync (download only)', async () => {
    await rm(copies, { recursive: true, force: true });
    return runMeasuredProgram('aws', syncing, awsEnvironment);
  });
  const contenders = [fetching, toMemory, toDisk, importing, sync];
  for (let round = 1; round <= bench.repetitions; round++) {
    for (const each of contenders.filter(({ failure }) => failure === null)) {
      progress(`Fetch, round ${round} of ${bench.repetitions}: ${each.name} …`);
      await measure(each, s3);
    }
  }
  const again = contender('trailbench fetch again, nothing new', fetchTrail);
  for (let round = 1; round <= bench.repetitions; round++) await measure(again, s3);
  const tables = [
    usageTable(bench, [...contenders, again], median(downloads)),
    ratioTable(fetching, toMemory, importing, [toMemory, toDisk, importing, sync]),
    await contentTable(bench, bucket, fetchedCase, importedCase),
  ];
  for (const path of [fetchedCase, importedCase, copies]) await rm(path, { recursive: true, force: true });
  return { name: 'fetch', tables };
}

function contender(name: string, run: () => Promise<MeasuredRun>): Contender {
  return { name, runs: [], failure: null, run };
}

async function measure(each: Contender, s3: BenchS3): Promise<void> {
  try {
    const before = await s3.cpuSeconds();
    const run = await each.run();
    const after = await s3.cpuSeconds();
    each.runs.push({ ...run, serverCpuSeconds: before === null || after === null ? null : after - before });
  } catch (error) {
    each.failure = error instanceof Error ? error.message : String(error);
  }
}

function medians({ runs }: Contender) {
  const of = (value: (run: Contender['runs'][number]) => number | null): number | null => {
    const values = runs.map(value).filter((each) => each !== null);
    return values.length === 0 ? null : median(values);
  };
  return {
    seconds: of((run) => run.seconds) ?? Number.NaN,
    cpuSeconds: of((run) => run.cpuSeconds) ?? Number.NaN,
    serverCpuSeconds: of((run) => run.serverCpuSeconds),
    peakBytes: of((run) => run.peakBytes || null),
  };
}

function usageTable(bench: BenchContext, contenders: readonly Contender[], lastDownload: number): ReportTable {
  const objects = bench.dataSet.paths.length;
  return {
    title: `Fetch of ${objects.toLocaleString('en-US')} objects: medians of ${bench.repetitions}, whole processes, ${concurrency} requests at once`,
    columns: ['', 'objects/s', 'MB/s', 'wall s', 'CPU s', 'server CPU s', `busy of ${bench.threads} cores`, 'peak MB'],
    rows: contenders.map((each) => {
      if (each.runs.length === 0) return [each.name, null, null, null, null, null, null, null];
      const { seconds, cpuSeconds, serverCpuSeconds, peakBytes } = medians(each);
      return [
        each.name,
        Math.round(objects / seconds),
        bench.dataSet.compressedBytes / 1e6 / seconds,
        seconds,
        cpuSeconds,
        serverCpuSeconds,
        serverCpuSeconds === null ? null : (cpuSeconds + serverCpuSeconds) / seconds,
        peakBytes === null ? null : Math.round(peakBytes / 1e6),
      ];
    }),
    notes: [
      `Of the fetch, the last object was in the archive after ${lastDownload.toFixed(1)} s; the import went on from there.`,
      'The server runs on the same machine: what it uses, the others lack.',
      ...contenders
        .filter(({ failure }) => failure !== null)
        .map(({ name, failure }) => `${name} was not measured: ${failure}`),
    ],
  };
}

function ratioTable(
  fetching: Contender,
  toMemory: Contender,
  importing: Contender,
  others: readonly Contender[],
): ReportTable {
  const own = medians(fetching);
  const [got, imported] = [medians(toMemory), medians(importing)];
  const together = got.seconds + imported.seconds;
  const togetherCpu = got.cpuSeconds + imported.cpuSeconds;
  return {
    title: 'The fetch, import included, against …',
    columns: ['', 'speed (wall)', 'speed (CPU)'],
    rows: [
      ...others
        .filter(({ runs }) => runs.length > 0)
        .map((each) => {
          const other = medians(each);
          return [each.name, other.seconds / own.seconds, other.cpuSeconds / own.cpuSeconds];
        }),
      [
        'GetObject loop to memory and import, one after the other',
        together / own.seconds,
        togetherCpu / own.cpuSeconds,
      ],
    ],
    notes: ['Times as fast; above 1 the fetch is faster, though it does more: it verifies, archives and imports.'],
  };
}

/** Whether what was fetched is what was uploaded, and the same events came of it as of the files. */
async function contentTable(
  bench: BenchContext,
  bucket: string,
  fetchedCase: string,
  importedCase: string,
): Promise<ReportTable> {
  const sha256 = async (path: string): Promise<string | null> => {
    const content = await readFile(path).catch(() => null);
    return content && createHash('sha256').update(content).digest('hex');
  };
  let equal = 0;
  for (const path of bench.dataSet.paths) {
    const archived = join(fetchedCase, 'archive/s3', bucket, relative(bench.dataSet.folder, path));
    if ((await sha256(path)) === (await sha256(archived))) equal += 1;
  }
  const count = (path: string): Promise<number | null> => countEvents(join(path, 'case.duckdb')).catch(() => null);
  return {
    title: 'Is it all there?',
    columns: ['objects', 'byte-equal in the archive', 'events fetched', 'events imported'],
    rows: [[bench.dataSet.paths.length, equal, await count(fetchedCase), await count(importedCase)]],
    notes: [],
  };
}
