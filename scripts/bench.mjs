// Measures import, fetch, queries and the page (`npm run bench -- [import] [fetch] [queries] [frames]`). Sets itself up;
// stdout is the report's.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
await ensureBuilt('all');

// Loaded here: it may only just have been installed.
const { build } = await import('vite');
const outDir = join(root, '.cache/bench/js');
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir,
    emptyOutDir: true,
    rolldownOptions: {
      input: ['bench', 'get-objects', 'read-json', 'run-stages', 'usage-reporter'].map(
        (name) => `test/bench/${name}.ts`,
      ),
    },
  },
});

const child = spawn(process.execPath, [join(outDir, 'bench.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: { ...process.env, TRAILBENCH_ROOT: root },
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
