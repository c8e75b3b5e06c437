import { TrailbenchError } from '#shared/api/errors.ts';
import type { NotebookSource, ParameterTexts, ReportEvent, ReportFormat } from '#shared/api/notebook.ts';
import type { EngineContext } from '#engine/engine-context.ts';

export interface ReportRequest {
  readonly source: NotebookSource;
  readonly parameters: ParameterTexts;
  readonly format: ReportFormat;
  readonly usesPins: boolean;
  readonly maxRowsPerTable: number;
  readonly path?: string | undefined;
}

export async function* reportStream(
  context: EngineContext,
  request: ReportRequest,
  signal?: AbortSignal,
): AsyncGenerator<ReportEvent, void> {
  throw new TrailbenchError('INTERNAL', `Not yet: ${context.logPath} ${request.format} ${signal?.aborted}`);
}
