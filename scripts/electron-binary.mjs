// Finds Electron's program, downloading it the first time: since version 42 its package does not do so when installed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './setup.mjs';

/** The path of Electron's program, or null if it cannot be had. @returns {Promise<string | null>} */
export async function electronBinary() {
  const given = process.env.ELECTRON_EXEC_PATH;
  if (given) return given;
  const overrideFolder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (overrideFolder) return join(overrideFolder, process.platform === 'win32' ? 'electron.exe' : 'electron');
  const installed = installedBinary();
  if (installed) return installed;
  process.stderr.write('Getting Electron’s program (once) …\n');
  await run(process.execPath, [join(root, 'node_modules/electron/install.js')], { quiet: 'always' });
  return installedBinary();
}

function installedBinary() {
  const folder = join(root, 'node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : null;
}
