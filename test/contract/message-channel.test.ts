import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createEngine } from '#engine/engine.ts';
import { createWires } from '#engine/transport/wires.ts';
import { createPortWire } from '../../src/renderer/connection/wire.ts';
import { contractCases } from './contract-cases.ts';

contractCases('a MessageChannel', 'in this process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-contract-'));
  const engine = createEngine({
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    scanWorkerUrl: new URL('../../out/main/scan-worker.js', import.meta.url),
  });
  const serve = createWires(engine);
  return {
    folder,
    openWire: async () => {
      const { port1, port2 } = new MessageChannel();
      serve(port1);
      return createPortWire(port2 as unknown as MessagePort);
    },
    close: () => engine.close(),
  };
});
