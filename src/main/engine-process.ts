// The engine process's entry: a utilityProcess of Electron, or a child process of `trailbench serve`.
import { fileURLToPath } from 'node:url';
import type { ParentPort } from 'electron';
import type { EngineMessage, EngineStart, HostMessage } from '#engine/host/engine-messages.ts';
import { startEngineService } from '#engine/host/engine-service.ts';

const start = JSON.parse(process.argv[2] ?? '') as EngineStart;
const resources = {
  scanWorkerUrl: new URL('./scan-worker.js', import.meta.url),
  starterFolder: fileURLToPath(new URL('../../resources/notebooks', import.meta.url)),
};
// Only Electron sets it; in a plain child process there is the IPC channel of `fork`.
const electronHost = process.parentPort as ParentPort | undefined;

const service = startEngineService(start, resources, send, () => process.exit(0));
if (electronHost) {
  electronHost.on('message', ({ data, ports }) => service.receive(data as HostMessage, ports[0]));
} else {
  process.on('message', (message) => service.receive(message as HostMessage));
  // The host died: nobody is left to serve.
  process.on('disconnect', () => void service.close().finally(() => process.exit(0)));
}
// Ctrl-C in a terminal reaches the whole group; the host decides when the engine ends.
process.on('SIGINT', () => {});

function send(message: EngineMessage): void {
  if (electronHost) electronHost.postMessage(message);
  else process.send?.(message);
}
