import type { Router } from '@orpc/server';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as WebSocketHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { contract } from '#shared/api/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** The part of an engine that a wire serves. */
export interface ServedEngine {
  readonly router: Router<typeof contract, EngineContext>;
  readonly context: EngineContext;
}

/** A port of Node's worker_threads, of a browser, or Electron's MessagePortMain. */
export type ServedPort = Parameters<PortHandler<EngineContext>['upgrade']>[0] & { start?(): void };

/**
 * Serves one engine over any number of wires. A wire that closes aborts what its client had in flight; the other wires
 * go on.
 */
export interface Wires {
  servePort(port: ServedPort): void;
  serveWebSocket(socket: WebSocket): void;
}

export function createWires({ router, context }: ServedEngine): Wires {
  const ports = new PortHandler(router);
  const sockets = new WebSocketHandler(router);
  return {
    servePort(port) {
      ports.upgrade(port, { context });
      port.start?.();
    },
    serveWebSocket(socket) {
      void sockets.upgrade(socket, { context });
    },
  };
}
