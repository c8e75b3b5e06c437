// The command line from a checkout: `npm run -s cli -- import CASE PATH`. Sets itself up; stdout is the command's alone.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
const isServing = process.argv.slice(2).find((argument) => !argument.startsWith('-')) === 'serve';
await ensureBuilt(isServing ? 'all' : 'node');

// npm runs scripts in the project's folder: paths are meant from where the user stands.
const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
