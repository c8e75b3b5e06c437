import { createRouterClient } from '@orpc/server';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import { scanWorkerUrl } from '../support/temporary-case.ts';

/** An engine with an open case, a library and starters below a temporary folder. */
export async function notebookEngine() {
  const root = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const starterFolder = join(root, 'starters');
  await mkdir(starterFolder);
  const dataFolder = join(root, 'data');
  const engine = createEngine({ dataFolder, version: '0.0.0-test', scanWorkerUrl, starterFolder, threads: 2 });
  onTestFinished(() => engine.close());
  const api = createRouterClient(engine.router, { context: engine.context });
  const { path } = await api.case.create({ path: join(root, 'case') });
  const folders = {
    ...{ root, starters: starterFolder, casePath: path },
    case: join(path, 'notebooks'),
    library: join(dataFolder, 'notebooks'),
    exports: join(path, 'exports'),
  };
  return { engine, api, folders };
}
