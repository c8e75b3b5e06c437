import { TrailbenchError } from '#shared/api/errors.ts';
import type { Pin, PinComparison, QueryResult } from '#shared/api/index.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import type { EngineContext } from '#engine/engine-context.ts';

export interface NewPin {
  readonly resultId: string;
  readonly notebook: string | null;
  readonly cell: string | null;
  readonly title: string;
  readonly note: string;
}

function notYet(...given: readonly unknown[]): TrailbenchError {
  return new TrailbenchError('INTERNAL', `Not yet: ${given.length}`);
}

export async function listPins(openCase: OpenCase, notebook: string | null): Promise<readonly Pin[]> {
  throw notYet(openCase, notebook);
}

export async function addPin(context: EngineContext, pin: NewPin, signal?: AbortSignal): Promise<Pin> {
  throw notYet(context, pin, signal);
}

export async function openPin(openCase: OpenCase, pinId: number, signal?: AbortSignal): Promise<QueryResult> {
  throw notYet(openCase, pinId, signal);
}

export async function setPinNote(openCase: OpenCase, pinId: number, note: string): Promise<Pin> {
  throw notYet(openCase, pinId, note);
}

export async function removePin(openCase: OpenCase, pinId: number): Promise<void> {
  throw notYet(openCase, pinId);
}

export async function comparePin(openCase: OpenCase, pinId: number, signal?: AbortSignal): Promise<PinComparison> {
  throw notYet(openCase, pinId, signal);
}
