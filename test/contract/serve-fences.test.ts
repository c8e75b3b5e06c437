import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { serveCase, type ServeOptions, type Serving } from '../../src/cli/serve.ts';
import { EngineConnection } from '../../src/renderer/connection/engine-connection.ts';
import { enter, webSocketWires } from './serve-client.ts';

let folder: string;
let serving: Serving;

function options(): ServeOptions {
  return {
    port: 0,
    casePath: null,
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    engineProcessPath: fileURLToPath(new URL('../../out/main/engine-process.js', import.meta.url)),
    pageFolder: fileURLToPath(new URL('../../out/main', import.meta.url)),
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-serve-'));
  serving = await serveCase(options());
});

afterEach(async () => {
  await serving.close();
  await rm(folder, { recursive: true, force: true });
});

/** Unlike fetch, lets a test send any Host, as a browser does after DNS rebinding. */
function get(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(serving.url);
    request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      response.resume();
      resolve(response);
    })
      .on('error', reject)
      .end();
  });
}

/** How the server answers a WebSocket upgrade: `open`, or its status. */
function upgrade(headers: Record<string, string>, path = '/api'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${new URL(serving.url).host}${path}`, { headers });
    socket.once('open', () => {
      socket.close();
      resolve('open');
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    socket.once('error', reject);
  });
}

test('the token works once and gives an HttpOnly, SameSite=Strict cookie', async () => {
  const { search } = new URL(serving.url);
  expect((await get('/main.js')).statusCode).toBe(403);
  expect((await get('/?token=wrong')).statusCode).toBe(403);
  const first = await get(`/${search}`);
  expect(first.statusCode).toBe(200);
  expect(first.headers['set-cookie']).toEqual([
    expect.stringMatching(/^trailbench-\d+=.{32}; HttpOnly; SameSite=Strict; Path=\/$/),
  ]);
  expect((await get(`/${search}`)).statusCode).toBe(403);
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  expect((await get('/main.js', { cookie })).statusCode).toBe(200);
  expect((await get('/main.js', { cookie: `${cookie}x` })).statusCode).toBe(403);
});

test('only files of the page are served, with the content security policy', async () => {
  const cookie = await enter(serving);
  const file = await get('/main.js', { cookie });
  expect(file.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(file.headers['x-content-type-options']).toBe('nosniff');
  for (const path of ['/../../package.json', '/..%2f..%2fpackage.json', '//etc/hostname', '/.hidden.js', '/chunks/']) {
    expect([path, (await get(path, { cookie })).statusCode]).toEqual([path, 404]);
  }
  expect((await get('/main.js', { cookie }, 'POST')).statusCode).toBe(405);
});

test('a foreign Host is refused: DNS rebinding', async () => {
  const cookie = await enter(serving);
  const { port } = new URL(serving.url);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '192.168.1.5']) {
    expect((await get('/main.js', { cookie, host })).statusCode).toBe(403);
    expect(await upgrade({ cookie, host, origin: `http://${host}` })).toBe('403');
  }
  // As through an SSH tunnel that begins at another port.
  expect((await get('/main.js', { cookie, host: 'localhost:9999' })).statusCode).toBe(200);
});

test('a WebSocket needs the cookie and the page’s own origin', async () => {
  const cookie = await enter(serving);
  const { origin } = new URL(serving.url);
  expect(await upgrade({ cookie, origin })).toBe('open');
  expect(await upgrade({ origin })).toBe('403');
  expect(await upgrade({ cookie })).toBe('403');
  expect(await upgrade({ cookie, origin: 'https://evil.example' })).toBe('403');
  expect(await upgrade({ cookie, origin: 'http://localhost:1' })).toBe('403');
  expect(await upgrade({ cookie, origin }, '/other')).toBe('403');
});

test('a case that cannot be opened, or a port in use, is an error before anything is served', async () => {
  const missing = join(folder, 'Missing.trailbench');
  await expect(serveCase({ ...options(), casePath: missing })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const port = Number(new URL(serving.url).port);
  await expect(serveCase({ ...options(), port })).rejects.toMatchObject({ code: 'IO_FAILED' });
});

test('an engine killed again and again comes back each time, whatever is on its way to it', async () => {
  const cookie = await enter(serving);
  const { origin } = new URL(serving.url);
  const connection = new EngineConnection(webSocketWires(serving, cookie));
  const casePath = join(folder, 'Again.trailbench');
  await connection.api.case.create({ path: casePath });
  for (let round = 0; round < 3; round += 1) {
    const { processId } = await connection.api.app.info();
    const restarted = new Promise<void>((resolve) => {
      const stop = connection.onRestart(() => {
        stop();
        resolve();
      });
    });
    process.kill(processId, 'SIGKILL');
    // Wires that race the death of the process they are for.
    await Promise.allSettled(Array.from({ length: 5 }, () => upgrade({ cookie, origin })));
    await restarted;
    expect(await connection.api.case.current()).toMatchObject({ path: casePath });
  }
  connection.close();
});
