// What every script of this folder shares: plain Node without dependencies, so that it runs on a bare checkout.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const builtFrom = {
  node: ['src/shared', 'src/engine', 'src/main', 'src/cli', 'electron.vite.config.ts', 'package-lock.json'],
  all: ['src', 'electron.vite.config.ts', 'package-lock.json'],
};

/**
 * Runs a program from the project's folder with this terminal's output; resolves with its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean | 'always', env?: Record<string, string> }} [options] quiet: output is shown only if it
 * fails, on stderr; `always`: never
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...options.env },
      // npm is a .cmd file on Windows, which only a shell starts.
      shell: process.platform === 'win32',
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0 && options.quiet !== 'always') process.stderr.write(Buffer.concat(output));
      resolve(code ?? (signal ? 1 : 0));
    });
  });
}

/** The path of a tool's own script in node_modules, to run with this Node. @param {string} name */
export function tool(name) {
  const manifestPath = join(root, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8'));
  return join(dirname(manifestPath), typeof bin === 'string' ? bin : (bin[name] ?? Object.values(bin)[0]));
}

/**
 * Runs a tool of node_modules; resolves with its exit code.
 * @param {string} name
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runTool(name, args, options) {
  return run(process.execPath, [tool(name), ...args], options);
}

/** Says what is wrong and ends the process. @param {string} sentence @returns {never} */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Runs `npm ci` if node_modules is absent or older than the lock. Nothing goes to stdout. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Trailbench needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and try again.`);
  }
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && modifiedAt(installed) >= modifiedAt(join(root, 'package-lock.json'))) return;
  process.stderr.write('Installing what Trailbench is made of (npm ci) …\n');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund'], { quiet: true });
  if (code !== 0) fail('npm ci failed: see above. With a working connection to the package registry, try again.');
}

/**
 * Builds `out/` if the sources have changed since the last build. Nothing goes to stdout.
 * @param {'node' | 'all'} part node: what runs in Node, without the page
 */
export async function ensureBuilt(part) {
  const out = join(root, 'out');
  const isFresh = () => readIfThere(join(out, `.built-${part}`)) === sourceFingerprint(part);
  if (isFresh()) return;
  mkdirSync(out, { recursive: true });
  const unlock = await lock(join(out, '.building'));
  try {
    if (isFresh()) return;
    const stamps = (part === 'all' ? ['node', 'all'] : ['node']).map((name) => [name, sourceFingerprint(name)]);
    process.stderr.write('Building Trailbench …\n');
    const code = await runTool('electron-vite', ['build', '--logLevel', 'warn'], {
      quiet: true,
      env: { TRAILBENCH_BUILD: part, NODE_ENV: 'production' },
    });
    if (code !== 0 || (await buildScanner()) !== 0) throw new Error('The build failed: see above.');
    for (const [name, fingerprint] of stamps) writeFileSync(join(out, `.built-${name}`), fingerprint);
  } finally {
    unlock();
  }
}

/** Compiles the scan worker's WebAssembly module from its AssemblyScript; resolves with the exit code. */
export function buildScanner() {
  const source = 'src/engine/evidence/scan/fast/assembly/record-scanner.ts';
  const options = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noExportMemory'];
  return runTool('assemblyscript', [source, '-o', 'out/main/record-scanner.wasm', ...options], { quiet: true });
}

/** Two builds at once would write into each other's files. @param {string} folder */
async function lock(folder) {
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, 'pid'), String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = Number(readIfThere(join(folder, 'pid')) ?? 0);
      if (holder ? !isRunning(holder) : modifiedAt(folder) < Date.now() - 5000) {
        rmSync(folder, { recursive: true, force: true });
      } else {
        await sleep(100);
      }
    }
  }
}

/** @param {number} processId */
function isRunning(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A hash over the names, sizes and times of what a part is built from. @param {'node' | 'all'} part */
function sourceFingerprint(part) {
  const hash = createHash('sha256');
  for (const source of builtFrom[part]) visit(join(root, source));
  return hash.digest('hex');

  /** @param {string} path */
  function visit(path) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || path.endsWith('.test.ts')) return;
    if (stats.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else hash.update(`${path}\0${stats.size}\0${stats.mtimeMs}\n`);
  }
}

/** @param {string} path */
function modifiedAt(path) {
  return statSync(path).mtimeMs;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
