import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFile, type BenchContext } from './bench-context.ts';
import { writePaths } from './import-contenders.ts';
import { benchScript, runMeasured } from './measured-process.ts';
import type { ReportTable } from './report.ts';
import type { StageTask } from './run-stages.ts';
import { stageNames, type Stage, type StageResult, type StageSeconds } from './stages.ts';
import { median } from './statistics.ts';

/** One run of all stages. */
export interface StageRun {
  readonly seconds: StageSeconds;
  /** Share of the events that the fast path took; null: there is no fast path. */
  readonly fastShare: number | null;
}

/** Runs the parts of an import one by one, in processes of their own. */
export async function runStages(bench: BenchContext): Promise<StageRun> {
  const casePath = join(bench.workFolder, 'stages.trailbench');
  const dataFolder = join(bench.workFolder, 'data');
  const { sources, countedEvents } = bench.dataSet;
  const moduleUrl = pathToFileURL(builtFile(bench.root, 'main/record-scanner.wasm')).href;
  await rm(casePath, { recursive: true, force: true });
  const started = await runMeasured(builtFile(bench.root, 'main/cli.js'), ['--version']);
  const tasks: readonly StageTask[] = [
    { kind: 'scan', pathsFile: await writePaths(bench), moduleUrl },
    { kind: 'store', casePath, sources, dataFolder, moduleUrl },
  ];
  let seconds: StageSeconds = { start: started.cpuSeconds };
  let fastShare: number | null = null;
  for (const task of tasks) {
    const { stdout } = await runMeasured(benchScript('run-stages'), [JSON.stringify(task)]);
    const { cpuSeconds, events, fastEvents } = JSON.parse(stdout) as StageResult;
    if (countedEvents !== null && events !== countedEvents) {
      throw new Error(`The stages (${task.kind}) took in ${events} events of ${countedEvents}: the figures are wrong.`);
    }
    seconds = { ...seconds, ...cpuSeconds };
    fastShare ??= fastEvents === null ? null : fastEvents / events;
  }
  await rm(casePath, { recursive: true, force: true });
  return { seconds, fastShare };
}

/** Where the CPU time of an import goes, and how much of it these parts explain. */
export function stageTable(
  dataSet: { readonly name: string; readonly inflatedBytes: number },
  runs: readonly StageRun[],
  importCpuSeconds: number,
): ReportTable {
  const megabytes = dataSet.inflatedBytes / 1e6;
  const row = (name: string, seconds: number, hasRate: boolean) => [
    name,
    seconds,
    Math.round((seconds / importCpuSeconds) * 100),
    hasRate && seconds > 0 ? Math.round(megabytes / seconds) : null,
  ];
  const medianOf = (stage: keyof StageSeconds) => median(runs.map(({ seconds }) => seconds[stage] ?? 0));
  const stages = Object.keys(stageNames) as Stage[];
  const sum = stages.reduce((total, stage) => total + medianOf(stage), 0);
  const fastShare = runs[0]?.fastShare ?? null;
  return {
    title: `${dataSet.name}, where the import’s time goes: medians of ${runs.length}`,
    columns: ['', 'CPU s', '% of the import', 'JSON MB/s'],
    rows: [
      ...stages.map((stage) => row(stageNames[stage], medianOf(stage), true)),
      row('sum of the parts', sum, true),
      row('whole import', importCpuSeconds, true),
      row('not explained by the parts', importCpuSeconds - sum, false),
      ...(fastShare !== null ? [row('for comparison: scan without the fast path', medianOf('plainScan'), true)] : []),
    ],
    notes: [
      'Each part ran alone, one thread scanning, with the product’s own functions. Not among them: the ledger, messages between threads, what two threads cost each other.',
      'Small differences of large figures (the scan of a streamed file) are uncertain by 0.1 to 0.2 s.',
      fastShare === null
        ? 'There was no fast path: see the log.'
        : `The fast path took ${(fastShare * 100).toFixed(1)} % of the events.`,
    ],
  };
}
