// Starts Trailbench (`npm start`), setting up whatever is missing: the app, or where Electron's program cannot be had,
// the same app in a browser.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { electronBinary } from './electron-binary.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
await ensureBuilt('all');

const args = process.argv.slice(2);
const binary = await electronBinary();
const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
if (binary && hasDisplay) {
  // Chromium's sandbox refuses root.
  const noSandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  hand(binary, [...noSandbox, root, ...args]);
} else {
  const reason = binary ? 'There is no display here' : 'Electron’s program could not be had';
  process.stderr.write(`${reason}: Trailbench runs in the browser instead.\n`);
  hand(process.execPath, [join(root, 'out/main/cli.js'), 'serve', ...args]);
}

/** Runs a program in this terminal and ends as it ends. @param {string} command @param {readonly string[]} args */
function hand(command, args) {
  const child = spawn(command, args, { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${command} does not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
