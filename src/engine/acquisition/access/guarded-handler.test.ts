import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpRequest } from '@smithy/core/protocols';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GuardedHandler, UnannouncedHostError } from './guarded-handler.ts';

let server: Server;
let port: number;
let connections: number;
let handler: GuardedHandler;

beforeEach(async () => {
  connections = 0;
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200, { 'content-length': '10' });
    if (request.url === '/stalled') response.write('half ');
    else response.end('whole body');
  });
  server.on('connection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
  handler = create();
});
afterEach(async () => {
  handler.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function create(signal = new AbortController().signal): GuardedHandler {
  return new GuardedHandler({ concurrency: 2, certificates: null, signal, idleTimeoutMs: 300 });
}

function get(path: string, hostname = '127.0.0.1'): HttpRequest {
  return new HttpRequest({ protocol: 'http:', hostname, port, path, method: 'GET' });
}

test('a host that was not announced is not connected to', async () => {
  await expect(handler.handle(get('/'))).rejects.toThrow(UnannouncedHostError);
  handler.announce('127.0.0.1');
  // Another port is another host.
  await expect(handler.handle(get('/'))).rejects.toThrow(`127.0.0.1:${port} is not among the announced hosts`);
  expect(connections).toBe(0);
  expect(handler.traffic).toMatchObject({ requests: 0, hosts: [] });

  handler.announce(`127.0.0.1:${port}`);
  const { response } = await handler.handle(get('/'));
  expect(await text(response.body as AsyncIterable<Uint8Array>)).toBe('whole body');
  expect(handler.traffic).toMatchObject({ requests: 1, hosts: [`127.0.0.1:${port}`] });
});

test.each([
  ['trail.s3.eu-west-1.example', true],
  ['trail.s3.evil.example.example', false],
  ['trail.s3..example', false],
  ['xtrail.s3.eu-west-1.example', false],
  ['trailxs3.eu-west-1.example', false],
])('a star stands for one label: %s', async (host, isAllowed) => {
  handler.announce('trail.s3.*.example:1');
  const request = new HttpRequest({ protocol: 'http:', hostname: host, port: 1, path: '/', method: 'GET' });
  const error: unknown = await handler.handle(request).catch((reason: unknown) => reason);
  expect(error instanceof UnannouncedHostError).toBe(!isAllowed);
});

test('a server that says nothing, or stops within a body, is given up', async () => {
  handler.announce(`127.0.0.1:${port}`);
  await expect(handler.handle(get('/silent'))).rejects.toMatchObject({ name: 'TimeoutError' });
  const { response } = await handler.handle(get('/stalled'));
  await expect(text(response.body as AsyncIterable<Uint8Array>)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('the signal ends what is under way, and everything after it', async () => {
  const controller = new AbortController();
  const stopped = create(controller.signal);
  stopped.announce(`127.0.0.1:${port}`);
  const { response } = await stopped.handle(get('/stalled'));
  const body = text(response.body as AsyncIterable<Uint8Array>);
  controller.abort();
  await expect(body).rejects.toThrow();
  await expect(stopped.handle(get('/'))).rejects.toMatchObject({ name: 'AbortError' });
});
