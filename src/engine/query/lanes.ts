import { TrailbenchError } from '#shared/api/errors.ts';
import type { Lanes } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';

export interface LanesRequest {
  readonly resultId: string;
  readonly time: number;
  readonly end: number | null;
  readonly lane: number | null;
  readonly range: { readonly fromMicros: number; readonly toMicros: number } | null;
  readonly buckets: number;
  readonly maxLanes: number;
}

export async function resultLanes(openCase: OpenCase, request: LanesRequest, signal?: AbortSignal): Promise<Lanes> {
  throw new TrailbenchError('INTERNAL', `Not yet: ${openCase.path} ${Object.keys(request).join()} ${signal?.aborted}`);
}
