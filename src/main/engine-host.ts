import { join } from 'node:path';
import { app, ipcMain, MessageChannelMain, utilityProcess, type MessagePortMain } from 'electron';
import type { EngineMessage, EngineStart, HostMessage } from '#engine/host/engine-messages.ts';
import { EngineSupervisor, type EngineChild, type EngineChildEvents } from '#engine/host/engine-supervisor.ts';
import { isOwnFrame } from './page.ts';

interface UtilityEngine extends EngineChild {
  /** The page's end of a new wire to the engine. */
  connect(): MessagePortMain;
}

/** Keeps an engine running in a utility process and hands the page a port to it whenever it asks. */
export function hostEngine(dataFolder: string, casePath: string | null): EngineSupervisor<UtilityEngine> {
  const supervisor = new EngineSupervisor(
    (path, events) => forkEngine({ dataFolder, version: app.getVersion(), casePath: path }, events),
    casePath,
  );
  ipcMain.on('engine:connect', (event, requestId: unknown) => {
    const frame = event.senderFrame;
    if (!isOwnFrame(frame)) return;
    void supervisor.ready().then((engine) => {
      if (event.sender.isDestroyed()) return;
      event.sender.postMessage('engine:port', requestId, [engine.connect()]);
    });
  });
  return supervisor;
}

function forkEngine(start: EngineStart, events: EngineChildEvents): UtilityEngine {
  const child = utilityProcess.fork(join(app.getAppPath(), 'out/main/engine-process.js'), [JSON.stringify(start)], {
    serviceName: 'Trailbench engine',
    // Every running query occupies a thread of libuv's pool, and so does every file read.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  child.on('message', (message: EngineMessage) => events.onMessage(message));
  child.once('exit', (code) => events.onExit(code));
  return {
    connect() {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage({ type: 'port' } satisfies HostMessage, [port1]);
      return port2;
    },
    send: (message) => child.postMessage(message),
    kill: () => {
      if (child.pid) process.kill(child.pid, 'SIGKILL');
    },
  };
}
