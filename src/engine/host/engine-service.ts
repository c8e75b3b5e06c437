import { EventEmitter } from 'node:events';
import { createRouterClient } from '@orpc/server';
import { TrailbenchError } from '#shared/api/errors.ts';
import { createEngine, type Engine } from '../engine.ts';
import type { EngineOptions } from '../engine-context.ts';
import { createWires, type ServedPort } from '../transport/wires.ts';
import type { CaseProblem, EngineMessage, EngineStart, HostMessage } from './engine-messages.ts';

/** The engine process: one engine, told by its host what to open and which wires to serve. */
export interface EngineService {
  /** `port` is what came with a `port` message. */
  receive(message: HostMessage, port?: ServedPort): void;
  close(): Promise<void>;
}

/** Starts the engine and reports to the host through `send`. `exit` is called once a stop was asked for and done. */
export function startEngineService(
  start: EngineStart,
  resources: Pick<EngineOptions, 'scanWorkerUrl' | 'starterFolder'>,
  send: (message: EngineMessage) => void,
  exit: () => void,
): EngineService {
  const engine = createEngine({ dataFolder: start.dataFolder, version: start.version, ...resources });
  // The process ends as Node has it; the host starts another one.
  process.on('uncaughtExceptionMonitor', (error) => engine.context.log('The engine dies of a defect', error));
  const serve = createWires(engine);
  const relayed = new Map<number, RelayedPort>();

  void begin();
  return { receive, close: () => engine.close() };

  async function begin(): Promise<void> {
    const caseProblem = await openFirstCase(engine, start.casePath);
    await reportOpenCase(engine, send);
    send({ type: 'ready', caseProblem });
  }

  function receive(message: HostMessage, port?: ServedPort): void {
    switch (message.type) {
      case 'port':
        if (port) serve(port);
        break;
      case 'open':
        openRelayed(message.wireId);
        break;
      case 'frame':
        relayed.get(message.wireId)?.emit('message', { data: message.data });
        break;
      case 'close':
        relayed.get(message.wireId)?.emit('close');
        relayed.delete(message.wireId);
        break;
      case 'stop':
        void engine.close().then(exit, exit);
    }
  }

  function openRelayed(wireId: number): void {
    const port = new RelayedPort((data) => send({ type: 'frame', wireId, data }));
    relayed.set(wireId, port);
    serve(port);
  }
}

/** A WebSocket that the host holds, in the shape of Electron's MessagePortMain. */
class RelayedPort extends EventEmitter {
  readonly postMessage: (data: string | Uint8Array) => void;

  constructor(postMessage: (data: string | Uint8Array) => void) {
    super();
    this.postMessage = postMessage;
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
