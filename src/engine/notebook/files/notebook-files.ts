import type { InferContractRouterInputs } from '@orpc/contract';
import { TrailbenchError } from '#shared/api/errors.ts';
import type {
  contract,
  ExportedFile,
  NotebookEntry,
  NotebookFile,
  NotebookReference,
  SaveOutcome,
} from '#shared/api/index.ts';
import type { EngineContext } from '#engine/engine-context.ts';

type Inputs = InferContractRouterInputs<typeof contract>['notebook'];

/** The notebooks of the three places. */
export interface NotebookFiles {
  list(): Promise<readonly NotebookEntry[]>;
  read(reference: NotebookReference): Promise<NotebookFile>;
  save(input: Inputs['save']): Promise<SaveOutcome>;
  create(input: Inputs['create']): Promise<NotebookFile>;
  copy(input: Inputs['copy']): Promise<NotebookFile>;
  rename(input: Inputs['rename']): Promise<NotebookFile>;
  remove(input: Inputs['remove']): Promise<void>;
  importFile(input: Inputs['importFile']): Promise<NotebookFile>;
  exportFile(reference: NotebookReference): Promise<ExportedFile>;
}

export function notebookFilesOf(context: EngineContext): NotebookFiles {
  throw new TrailbenchError('INTERNAL', `Not yet: ${context.logPath}`);
}
