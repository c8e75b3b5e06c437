// Runs the parts of an import one by one, in a process of its own, and prints what each took.
import { readFile } from 'node:fs/promises';
import { runScanStages } from './scan-stages.ts';
import type { StageResult } from './stages.ts';
import { runStoreStages, type StoreTask } from './store-stages.ts';

export type StageTask =
  | { readonly kind: 'scan'; readonly pathsFile: string; readonly moduleUrl: string }
  | ({ readonly kind: 'store' } & StoreTask);

const task = JSON.parse(process.argv[2] ?? '') as StageTask;
const result: StageResult =
  task.kind === 'store'
    ? await runStoreStages(task)
    : await runScanStages(JSON.parse(await readFile(task.pathsFile, 'utf8')) as string[], new URL(task.moduleUrl));
process.stdout.write(JSON.stringify(result));
