import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveCase } from '../../src/cli/serve.ts';
import { contractCases } from './contract-cases.ts';
import { enter, webSocketWires } from './serve-client.ts';

contractCases('a WebSocket of `trailbench serve`', 'in its own process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-contract-'));
  const serving = await serveCase({
    port: 0,
    casePath: null,
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    engineProcessPath: fileURLToPath(new URL('../../out/main/engine-process.js', import.meta.url)),
    pageFolder: fileURLToPath(new URL('../../out/renderer', import.meta.url)),
  });
  return {
    folder,
    openWire: webSocketWires(serving, await enter(serving)),
    close: () => serving.close(),
  };
});
