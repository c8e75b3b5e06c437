import { DuckDBInstance } from '@duckdb/node-api';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { DataSet } from './data-set.ts';
import type { Section } from './report.ts';

/** On what, with what and with what beside it the figures were taken. */
export async function describeMachine(dataSets: readonly DataSet[], load: readonly number[]): Promise<Section> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const version = String((await connection.runAndReadAll('SELECT version()')).getRows()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  const isBusy = isBusyLoad(load);
  return {
    name: 'machine',
    tables: [
      {
        title: `Measured ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        columns: ['', ''],
        rows: [
          ['processor', `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`],
          ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
          ['system', `${platform()} ${release()}`],
          ['versions', `Node ${process.versions.node}, DuckDB ${version}`],
          ['load at start', load.map((value) => value.toFixed(2)).join(', ') + (isBusy ? ' (busy)' : '')],
          ...dataSets.flatMap(dataRows),
        ],
        notes: isBusy
          ? ['Other work ran beside this: times are too high; trust CPU seconds and ratios of the same run.']
          : [],
      },
    ],
  };
}

function dataRows({ name, origin, paths, compressedBytes, inflatedBytes }: DataSet): [string, string][] {
  const count = `${paths.length.toLocaleString('en-US')} ${paths.length === 1 ? 'file' : 'files'}`;
  return [
    [`data: ${name}`, origin],
    ['', `${count}, ${megabytes(compressedBytes)} as they are, ${megabytes(inflatedBytes)} JSON`],
  ];
}

export function currentLoad(): number[] {
  return loadavg();
}

/** Load that was there before: half a core of it already disturbs. */
function isBusyLoad(load: readonly number[]): boolean {
  return (load[0] ?? 0) > 0.5;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`;
}
