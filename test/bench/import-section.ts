import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { progress, type BenchContext } from './bench-context.ts';
import type { DataSet } from './data-set.ts';
import { contentTable } from './import-content.ts';
import { isWilling, makeContenders, measure, type Contender } from './import-contenders.ts';
import { runStages, stageTable, type StageRun } from './import-stages.ts';
import { medians, ratioTable, usageTable } from './import-tables.ts';
import type { ReportTable, Section } from './report.ts';

/** The import against DuckDB's read_json on each of the data sets, and where its time goes. */
export async function measureImport(bench: BenchContext): Promise<Section> {
  const tables: ReportTable[] = [];
  for (const dataSet of bench.importSets) {
    const casePath = join(bench.workFolder, `${dataSet.name}.trailbench`);
    tables.push(...(await measureDataSet({ ...bench, dataSet, casePath })));
    if (dataSet !== bench.dataSet) await rm(casePath, { recursive: true, force: true });
  }
  return { name: 'import', tables };
}

/** In turns, each run in a process of its own. */
async function measureDataSet(bench: BenchContext): Promise<ReportTable[]> {
  const { dataSet, repetitions } = bench;
  const { ours, again, plain, sameWork, others } = await makeContenders(bench);
  const contenders = [ours, ...others];
  const stages: StageRun[] = [];
  let stagesFailure: string | null = null;
  const say = (round: number, name: string) =>
    progress(`Import of ${dataSet.name}, round ${round} of ${repetitions}: ${name} …`);
  for (let round = 1; round <= repetitions; round++) {
    for (const each of rotated(contenders, round - 1).filter(isWilling)) {
      say(round, each.name);
      await measure(each);
    }
    if (stagesFailure !== null) continue;
    say(round, 'its parts');
    await runStages(bench).then(
      (run) => stages.push(run),
      (error: unknown) => (stagesFailure = error instanceof Error ? error.message : String(error)),
    );
  }
  if (ours.failure !== null) throw new Error(`the import of ${dataSet.name} failed: ${ours.failure}`);
  for (let round = 1; round <= repetitions; round++) {
    say(round, again.name);
    await measure(again);
  }
  const tables = [
    usageTable(bench, [...contenders, again], eventsIn(dataSet, ours)),
    ratioTable(dataSet.name, ours, others),
    stages.length > 0
      ? stageTable(dataSet, stages, medians(ours.runs).cpuSeconds)
      : {
          title: `${dataSet.name}, where the import’s time goes`,
          columns: [],
          rows: [],
          notes: [String(stagesFailure)],
        },
    await contentTable(dataSet, ours, plain, sameWork),
  ];
  for (const { databasePath } of others) {
    for (const suffix of ['', '.wal']) await rm(databasePath + suffix, { force: true });
  }
  return tables;
}

/** Another goes first in each round. */
function rotated<T>(values: readonly T[], by: number): T[] {
  const at = by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
}

/** By an independent count, or else what the import says it read. */
function eventsIn({ countedEvents }: DataSet, ours: Contender): number {
  if (countedEvents !== null) return countedEvents;
  const summary = JSON.parse(ours.runs[0]?.stdout ?? '') as { records: { read: number } };
  return summary.records.read;
}
