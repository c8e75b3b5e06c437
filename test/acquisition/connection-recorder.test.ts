import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readConnections, recordingEnvironment } from './support/recorded-connections.ts';

const program = `
const { Worker, isMainThread } = require('node:worker_threads');
const { execFileSync } = require('node:child_process');
const port = Number(process.env.PORT);
const get = (url) => new Promise((done) => require('node:http').get(url, (r) => r.resume().on('end', done)).on('error', done));
(async () => {
  if (!isMainThread) return get('http://localhost:' + port + '/worker');
  if (process.env.IS_CHILD) return void (await fetch('http://127.0.0.1:' + port + '/child'));
  await get('http://127.0.0.1:' + port + '/');
  await new Promise((done) => require('node:tls').connect(port, '127.0.0.2').on('error', done));
  await require('node:dns').promises.resolve4('resolved.invalid').catch(() => {});
  await get('http://looked-up.invalid/');
  await new Promise((done) => {
    const socket = require('node:dgram').createSocket('udp4');
    socket.send('x', port, '127.0.0.3', () => socket.close(done));
  });
  execFileSync(process.execPath, ['-e', process.env.PROGRAM], { env: { ...process.env, IS_CHILD: '1' } });
  await new Promise((done) => new Worker(process.env.PROGRAM, { eval: true }).on('exit', done));
})();`;

test('every way out of a Node process is recorded, of its threads and children too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-connections-'));
  const server = createServer((_request, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const file = join(folder, 'connections.jsonl');
  try {
    const env = { ...process.env, ...recordingEnvironment(file), PORT: String(port), PROGRAM: program };
    await promisify(execFile)(process.execPath, ['-e', program], { env });
    const recorded = await readConnections(file);
    expect(new Set(recorded.connections)).toEqual(
      new Set([`127.0.0.1:${port}`, `127.0.0.2:${port}`, `localhost:${port}`, 'looked-up.invalid:80']),
    );
    // By the program itself, and by its child.
    expect(recorded.connections.filter((place) => place === `127.0.0.1:${port}`)).toHaveLength(2);
    expect(new Set(recorded.lookups)).toEqual(new Set(['localhost', 'looked-up.invalid', 'resolved.invalid']));
    expect(new Set(recorded.datagrams)).toEqual(new Set([`${port} 127.0.0.3`]));
    expect([...recorded.watched].map((name) => name.replace(/^\d+/, ''))).toEqual(['/0', '/0', '/1']);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
