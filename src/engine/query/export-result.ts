import { TrailbenchError } from '#shared/api/errors.ts';
import type { ExportedFile, ExportFormat, ResultFilter, ResultSort } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';

export interface ExportRequest {
  readonly resultId: string;
  readonly format: ExportFormat;
  readonly title: string;
  readonly sort: readonly ResultSort[];
  readonly filters: readonly ResultFilter[];
  readonly isGuarded: boolean;
}

export async function exportResult(
  openCase: OpenCase,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  throw new TrailbenchError('INTERNAL', `Not yet: ${openCase.path} ${Object.keys(request).join()} ${signal?.aborted}`);
}
