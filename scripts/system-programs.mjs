// Programs that tests need from the machine, installed where that is ours to do: on Debian, as root.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, run } from './setup.mjs';

const macChrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The path of a Chromium for the browser tests. @returns {Promise<string>} */
export async function findBrowser() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return given;
  const find = () =>
    onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome') ?? (existsSync(macChrome) && macChrome);
  const found = find() || ((await installPackages(['chromium'])) && find());
  return found || fail('The browser tests need Chromium: install it, or set CHROMIUM_PATH to a Chromium or Chrome.');
}

/** Makes sure that `xvfb-run` is there, a display for programs with windows. */
export async function ensureVirtualDisplay() {
  if (onPath('xvfb-run')) return;
  if ((await installPackages(['xvfb', 'xauth'])) && onPath('xvfb-run')) return;
  fail('There is no display here and no xvfb-run: install Xvfb, or run this where there is a display.');
}

/** @param {string} name */
function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** @param {readonly string[]} names @returns {Promise<boolean>} false: not possible here */
async function installPackages(names) {
  const isRootOnDebian = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!isRootOnDebian) return false;
  process.stderr.write(`Installing ${names.join(', ')} (apt-get) …\n`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if ((await run('apt-get', ['update', '-q'], { quiet: true, env })) !== 0) return false;
  return (
    (await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names], { quiet: true, env })) === 0
  );
}
