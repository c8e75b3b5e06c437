import type { Socket } from 'node:net';
import { createRouterClient } from '@orpc/server';
import { WebSocketServer } from 'ws';
import { TrailbenchError } from '#shared/api/errors.ts';
import { createEngine, type Engine } from '../engine.ts';
import { createWires, type ServedPort } from '../transport/wires.ts';
import type { CaseProblem, EngineMessage, EngineStart, HostMessage } from './engine-messages.ts';

/** The engine process: one engine, told by its host what to open and which wires to serve. */
export interface EngineService {
  /** `handle` is the port or the socket that came with the message. */
  receive(message: HostMessage, handle: unknown): void;
  close(): Promise<void>;
}

/** Starts the engine and reports to the host through `send`. `exit` is called once a stop was asked for and done. */
export function startEngineService(
  start: EngineStart,
  scanWorkerUrl: URL,
  send: (message: EngineMessage) => void,
  exit: () => void,
): EngineService {
  const engine = createEngine({ dataFolder: start.dataFolder, version: start.version, scanWorkerUrl });
  const wires = createWires(engine);
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });

  void begin();

  return {
    receive(message, handle) {
      if (message.type === 'port') wires.servePort(handle as ServedPort);
      else if (message.type === 'socket') serveSocket(message, handle as Socket | undefined);
      else void engine.close().then(exit, exit);
    },
    close: () => engine.close(),
  };

  async function begin(): Promise<void> {
    const caseProblem = await openFirstCase(engine, start.casePath);
    await reportOpenCase(engine, send);
    send({ type: 'ready', caseProblem });
  }

  function serveSocket(message: Extract<HostMessage, { type: 'socket' }>, socket: Socket | undefined): void {
    // The browser may have gone while the socket was on its way here.
    if (!socket) return;
    const request = { method: 'GET', url: '/api', headers: message.headers };
    upgrades.handleUpgrade(
      request as Parameters<typeof upgrades.handleUpgrade>[0],
      socket,
      Buffer.from(message.headBase64, 'base64'),
      (webSocket) => wires.serveWebSocket(webSocket),
    );
  }
}

async function openFirstCase(engine: Engine, path: string | null): Promise<CaseProblem | null> {
  if (path === null) return null;
  try {
    await createRouterClient(engine.router, { context: engine.context }).case.open({ path });
    return null;
  } catch (error) {
    const { code, message } = error as TrailbenchError;
    return { code, message };
  }
}

/** Tells the host the open case's path, now and whenever it changes. */
async function reportOpenCase(engine: Engine, send: (message: EngineMessage) => void): Promise<void> {
  const client = createRouterClient(engine.router, { context: engine.context });
  const notices = await client.app.changes();
  const report = () => send({ type: 'case', path: openCasePath(engine) });
  const follow = async () => {
    for await (const notice of notices) if (notice.topic === 'case') report();
  };
  report();
  void follow();
}

function openCasePath(engine: Engine): string | null {
  try {
    return engine.context.requireCase().path;
  } catch (error) {
    if (error instanceof TrailbenchError) return null;
    throw error;
  }
}
