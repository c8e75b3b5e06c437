import { TrailbenchError } from '#shared/api/errors.ts';
import type { NotebookRunEvent, NotebookSource, ParameterTexts } from '#shared/api/notebook.ts';
import type { EngineContext } from '#engine/engine-context.ts';

export async function* runNotebookStream(
  context: EngineContext,
  input: { readonly source: NotebookSource; readonly parameters: ParameterTexts },
  signal?: AbortSignal,
): AsyncGenerator<NotebookRunEvent, void> {
  throw new TrailbenchError('INTERNAL', `Not yet: ${context.logPath} ${Object.keys(input).join()} ${signal?.aborted}`);
}
