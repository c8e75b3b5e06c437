import type { BenchContext } from './bench-context.ts';
import type { Contender } from './import-contenders.ts';
import type { MeasuredRun } from './measured-process.ts';
import type { ReportTable } from './report.ts';
import { median } from './statistics.ts';

/** Speed, memory and size of each; `events` are those in the files, copies included. */
export function usageTable(bench: BenchContext, contenders: readonly Contender[], events: number): ReportTable {
  const { name: dataSet, inflatedBytes, compressedBytes } = bench.dataSet;
  return {
    title: `${dataSet}, import of ${events.toLocaleString('en-US')} events: medians of ${bench.repetitions}, whole processes`,
    columns: ['', 'events/s', 'JSON MB/s', 'wall s', 'CPU s', 'peak MB', 'database MB', 'database / files'],
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

export function medians(runs: readonly MeasuredRun[]): { seconds: number; cpuSeconds: number; peakBytes: number } {
  return {
    seconds: median(runs.map((run) => run.seconds)),
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    peakBytes: median(runs.map((run) => run.peakBytes)),
  };
}

export function ratioTable(dataSet: string, ours: Contender, others: readonly Contender[]): ReportTable {
  const own = medians(ours.runs);
  return {
    title: `${dataSet}, the import against …`,
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
