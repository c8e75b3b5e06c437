import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { contract } from '#shared/api/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** The part of an engine that a wire serves. */
export interface ServedEngine {
  readonly router: Router<typeof contract, EngineContext>;
  readonly context: EngineContext;
}

/** A port of Node's worker_threads, Electron's MessagePortMain, or a relayed WebSocket in their shape. */
export type ServedPort = Parameters<RPCHandler<EngineContext>['upgrade']>[0] & { start?(): void };

/**
 * Returns how to serve one engine over any number of wires. A wire that closes aborts what its client had in flight;
 * the other wires go on.
 */
export function createWires({ router, context }: ServedEngine): (port: ServedPort) => void {
  const handler = new RPCHandler(router);
  return (port) => {
    handler.upgrade(port, { context });
    port.start?.();
  };
}
