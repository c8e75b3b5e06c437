// The command line's entry: `trailbench`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCli } from './run-cli.ts';

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

process.exit(
  await runCli(process.argv.slice(2), {
    version,
    scanWorkerUrl: new URL('./scan-worker.js', import.meta.url),
    starterFolder: fileURLToPath(new URL('../../resources/notebooks', import.meta.url)),
    engineProcessPath: fileURLToPath(new URL('./engine-process.js', import.meta.url)),
    pageFolder: fileURLToPath(new URL('../renderer', import.meta.url)),
  }),
);
