import { TrailbenchError } from '#shared/api/errors.ts';
import type { completableColumns, ValueCount } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';

export interface ValuesRequest {
  readonly column: (typeof completableColumns)[number];
  readonly text: string;
}

export async function columnValues(
  openCase: OpenCase,
  request: ValuesRequest,
  signal?: AbortSignal,
): Promise<readonly ValueCount[]> {
  throw new TrailbenchError('INTERNAL', `Not yet: ${openCase.path} ${Object.keys(request).join()} ${signal?.aborted}`);
}
