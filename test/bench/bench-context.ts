import { createRouterClient } from '@orpc/server';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEngine } from '#engine/engine.ts';
import type { EngineContext } from '#engine/engine-context.ts';
import type { Api } from '#shared/api/index.ts';
import type { DataSet } from './data-set.ts';

/** What every section is given. */
export interface BenchContext {
  readonly root: string;
  /** Scratch space below `.cache/bench`. */
  readonly workFolder: string;
  readonly dataSet: DataSet;
  /** What the import section measures: the data set, and others. */
  readonly importSets: readonly DataSet[];
  /** The case of the data set: made by the import section, read by the others. */
  readonly casePath: string;
  readonly repetitions: number;
  readonly threads: number;
}

export function builtFile(root: string, name: string): string {
  return join(root, 'out', name);
}

export interface BenchEngine {
  readonly api: Api;
  readonly context: EngineContext;
}

/** Runs `work` with the product's engine in this process. */
export async function withEngine<T>(bench: BenchContext, work: (engine: BenchEngine) => Promise<T>): Promise<T> {
  const dataFolder = join(bench.workFolder, 'data');
  await mkdir(dataFolder, { recursive: true });
  const scanWorkerUrl = pathToFileURL(builtFile(bench.root, 'main/scan-worker.js'));
  const engine = createEngine({ dataFolder, version: 'bench', scanWorkerUrl });
  try {
    return await work({
      api: createRouterClient(engine.router, { context: engine.context }),
      context: engine.context,
    });
  } finally {
    await engine.close();
  }
}

/** Says on stderr what is being done. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
