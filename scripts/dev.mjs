// The app with hot reload of the page (`npm run dev`).
import { buildScanner, ensureInstalled, fail, runTool } from './setup.mjs';
import { electronBinary } from './electron-binary.mjs';

await ensureInstalled();
const binary = await electronBinary();
if (!binary)
  fail('Electron’s program could not be had (no connection?). Set ELECTRON_EXEC_PATH to one, or use `npm start`.');
if ((await buildScanner()) !== 0) fail('The scan worker’s module could not be built: see above.');
// Chromium's sandbox refuses root.
const noSandbox = process.getuid?.() === 0 ? ['--noSandbox'] : [];
process.exit(await runTool('electron-vite', ['dev', ...noSandbox], { env: { ELECTRON_EXEC_PATH: binary } }));
