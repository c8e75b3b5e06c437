import type { Page } from 'playwright-core';
import type { ErrorCode } from '#shared/api/index.ts';

export type Fault =
  { readonly kind: 'silent' } | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string };

/** A request on the wire as oRPC's peers write it, as far as is needed to tell which procedure it calls. */
interface WireRequest {
  readonly i: string;
  readonly p?: { readonly u?: string };
}

/**
 * Stands between page and engine: calls of procedures whose path begins with one of `paths` (`/evidence/`) are never
 * answered, or answered with an error; everything else goes through. Takes effect with the next load of the page.
 * Returns how to end the fault.
 */
export async function injectFault(page: Page, paths: readonly string[], fault: Fault): Promise<() => void> {
  let isFaulty = true;
  await page.routeWebSocket(/\/api$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const request = JSON.parse(String(message)) as WireRequest;
      const path = request.p?.u === undefined ? '' : new URL(request.p.u, 'http://wire').pathname;
      if (!isFaulty || !paths.some((start) => path.startsWith(start))) server.send(message);
      else if (fault.kind === 'error') socket.send(errorResponse(request.i, fault.code, fault.message));
    });
  });
  return () => {
    isFaulty = false;
  };
}

function errorResponse(id: string, code: ErrorCode, message: string): string {
  const body = { json: { defined: true, code, status: 500, message }, meta: [] };
  return JSON.stringify({ i: id, p: { s: 500, b: body } });
}
