// A real S3 server for tests and the bench (Ceph's RADOS Gateway, from ../shared/tools/start-rgw): starts it, prints one
// line of JSON that says where it is or why there is none, and stops and removes it when stdin ends. So whoever started
// this may die in any way. By hand: `node scripts/s3-server.mjs`, and Ctrl-D.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, root } from './setup.mjs';

const starter = join(root, '../shared/tools/start-rgw');
const reason = whyNot();
if (reason) {
  process.stdout.write(`${JSON.stringify({ unavailable: reason })}\n`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'trailbench-rgw-'));
/** @type {import('node:child_process').ChildProcess | null} */
let starting = null;
let isUp = false;
let isStopping = false;
process.stdin.on('end', () => stop(0)).resume();
process.stdout.on('error', () => stop(0));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => stop(1));

const [port, monitorPort] = await freePorts();
const data = join(folder, 'rgw');
// A group of its own: its daemons are in it, so that all of them can be ended, however far the start has come.
starting = spawn(starter, [...(isRootOnDebian() ? ['--with-deps'] : []), data, String(port), String(monitorPort)], {
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
});
const output = [];
starting.stdout.on('data', (chunk) => output.push(chunk));
starting.stderr.on('data', (chunk) => output.push(chunk));
const code = await new Promise((resolve) => starting.on('error', () => resolve(1)).on('close', resolve));
if (isStopping) await new Promise(() => {});
if (code !== 0) {
  await remove();
  fail(`${starter} failed:\n${Buffer.concat(output)}`);
}
isUp = true;
const server = {
  endpoint: `http://127.0.0.1:${port}`,
  accessKeyId: 'PEERKEY',
  secretAccessKey: 'peersecret',
  cephConfPath: join(data, 'ceph.conf'),
};
process.stdout.write(`${JSON.stringify(server)}\n`);

/** @returns {string | null} */
function whyNot() {
  if (!existsSync(starter)) return `there is no ${starter}`;
  const hasPrograms = ['radosgw', 'ceph-mon', 'ceph-osd'].every((name) => spawnSync(name, ['--version']).status === 0);
  return hasPrograms || isRootOnDebian() ? null : 'radosgw, ceph-mon and ceph-osd are not installed';
}

function isRootOnDebian() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
}

/** @param {number} exitCode */
async function stop(exitCode) {
  if (isStopping) return;
  isStopping = true;
  await remove();
  process.exit(exitCode);
}

async function remove() {
  // A package manager is asked, not killed; what is in the server's memory is worth nothing.
  if (!isUp && signalGroup('SIGTERM')) for (let turn = 0; turn < 100 && signalGroup(0); turn++) await sleep(100);
  signalGroup('SIGKILL');
  for (let turn = 0; turn < 20 && signalGroup(0); turn++) await sleep(50);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** @param {NodeJS.Signals | 0} signal @returns {boolean} whether anything of the group is left */
function signalGroup(signal) {
  try {
    return starting?.pid !== undefined && process.kill(-starting.pid, signal);
  } catch {
    return false;
  }
}

/** @returns {Promise<[number, number]>} */
async function freePorts() {
  const servers = [createServer(), createServer()];
  const ports = [];
  for (const each of servers) {
    await new Promise((resolve) => each.listen(0, '127.0.0.1', () => resolve(undefined)));
    ports.push(each.address().port);
  }
  for (const each of servers) each.close();
  return [ports[0], ports[1]];
}
