import { join } from 'node:path';
import { app, ipcMain, MessageChannelMain, utilityProcess, type MessagePortMain } from 'electron';
import type { EngineMessage, EngineStart } from '#engine/host/engine-messages.ts';
import { EngineSupervisor, type EngineChild, type EngineChildEvents } from '#engine/host/engine-supervisor.ts';
import { isOwnFrame } from './page.ts';

/** Keeps an engine running in a utility process and hands the page a port to it whenever it asks. */
export function hostEngine(dataFolder: string, casePath: string | null): EngineSupervisor {
  const supervisor = new EngineSupervisor(
    (path, events) => forkEngine({ dataFolder, version: app.getVersion(), casePath: path }, events),
    casePath,
  );
  ipcMain.on('engine:connect', (event, requestId: unknown) => {
    const frame = event.senderFrame;
    if (!isOwnFrame(frame)) return;
    void supervisor.ready().then((engine) => {
      if (event.sender.isDestroyed()) return;
      const { port1, port2 } = new MessageChannelMain();
      engine.send({ type: 'port' }, port1);
      event.sender.postMessage('engine:port', requestId, [port2]);
    });
  });
  return supervisor;
}

function forkEngine(start: EngineStart, events: EngineChildEvents): EngineChild {
  const child = utilityProcess.fork(join(app.getAppPath(), 'out/main/engine-process.js'), [JSON.stringify(start)], {
    serviceName: 'Trailbench engine',
    // Every running query occupies a thread of libuv's pool, and so does every file read.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  child.on('message', (message: EngineMessage) => events.onMessage(message));
  child.once('exit', (code) => events.onExit(code));
  return {
    send: (message, port) => child.postMessage(message, port ? [port as MessagePortMain] : []),
    kill: () => {
      if (child.pid) process.kill(child.pid, 'SIGKILL');
    },
  };
}
