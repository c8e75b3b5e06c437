import { fork } from 'node:child_process';
import type { WebSocket } from 'ws';
import type { EngineMessage, EngineStart, HostMessage } from '#engine/host/engine-messages.ts';
import type { EngineChild, EngineChildEvents } from '#engine/host/engine-supervisor.ts';

export interface ForkedEngine extends EngineChild {
  /** Relays a WebSocket's messages to and from the engine; closes it when the engine ends. */
  relay(webSocket: WebSocket): void;
}

/**
 * Runs the engine in a child process. WebSockets stay here and their messages are relayed: of a socket handed over to
 * a child that dies before it says so, Node leaves the handle open, and the browser would wait for ever.
 */
export function forkEngine(path: string, start: EngineStart, events: EngineChildEvents): ForkedEngine {
  const child = fork(path, [JSON.stringify(start)], {
    stdio: ['ignore', 2, 2, 'ipc'],
    // Copies bytes as bytes, where JSON would spell them out.
    serialization: 'advanced',
    // Every running query occupies a thread of libuv's pool, and so does every file read.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  const relayed = new Map<number, WebSocket>();
  let lastWireId = 0;
  let hasExited = false;

  child.on('message', (message: EngineMessage) => {
    if (message.type === 'frame') relayed.get(message.wireId)?.send(message.data);
    else events.onMessage(message);
  });
  child.once('exit', (code) => {
    hasExited = true;
    for (const webSocket of relayed.values()) webSocket.close();
    events.onExit(code);
  });
  // A message to a process that has just died: its exit tells the rest.
  child.on('error', () => {});

  function send(message: HostMessage): void {
    child.send(message, () => {});
  }

  return {
    send,
    kill: () => child.kill('SIGKILL'),
    relay(webSocket) {
      if (hasExited) return webSocket.close();
      const wireId = ++lastWireId;
      relayed.set(wireId, webSocket);
      send({ type: 'open', wireId });
      webSocket.on('message', (data: Buffer, isBinary) =>
        send({ type: 'frame', wireId, data: isBinary ? data : data.toString() }),
      );
      webSocket.on('error', () => {});
      webSocket.on('close', () => {
        relayed.delete(wireId);
        send({ type: 'close', wireId });
      });
    },
  };
}
