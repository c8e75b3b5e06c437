import { spawn } from 'node:child_process';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { TrailbenchError } from '#shared/api/errors.ts';
import { EngineSupervisor } from '#engine/host/engine-supervisor.ts';
import { pageHeaders, readPageFile } from '#engine/host/page-files.ts';
import { forkEngine, type ForkedEngine } from './forked-engine.ts';

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** A case to open at once; null: the page's welcome. */
  readonly casePath: string | null;
  readonly dataFolder: string;
  readonly version: string;
  /** The built engine process, `out/main/engine-process.js`. */
  readonly engineProcessPath: string;
  /** The built page, `out/renderer`. */
  readonly pageFolder: string;
}

export interface Serving {
  /** Opens the page once; whoever opens it first has the session. */
  readonly url: string;
  close(): Promise<void>;
}

const webSockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });

/**
 * Serves the page and the engine to a browser over 127.0.0.1. The URL's token works once and is exchanged for a cookie.
 * Throws what opening the case throws, and IO_FAILED if the port is taken.
 */
export async function serveCase(options: ServeOptions): Promise<Serving> {
  const { dataFolder, version, engineProcessPath } = options;
  const supervisor = new EngineSupervisor(
    (casePath, events) => forkEngine(engineProcessPath, { dataFolder, version, casePath }, events),
    options.casePath,
  );
  try {
    const problem = await supervisor.firstStart();
    if (problem) throw new TrailbenchError(problem.code, problem.message);
    const server = createServer();
    const port = await listen(server, options.port);
    const session = new Session(`trailbench-${port}`);
    server.on('request', (request, response) => {
      answer(request, response, session, options.pageFolder).catch(() =>
        respond(response, 500, 'That file could not be read.'),
      );
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      void relay(request, socket, head, session, supervisor);
    });
    return {
      url: `http://127.0.0.1:${port}/?token=${session.token}`,
      close: async () => {
        server.close();
        server.closeAllConnections();
        await supervisor.stop();
      },
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

/** Opens a URL in the user's browser. Resolves false if no browser could be started. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is in use. Choose another one with --port, or 0 for any free one.`
          : `Trailbench cannot listen on port ${port}: ${error.message}. Choose another one with --port.`;
      reject(new TrailbenchError('IO_FAILED', sentence, undefined, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** One browser's right to use the server: a token that works once, then a cookie. */
class Session {
  readonly token = randomBytes(24).toString('base64url');
  readonly #cookieName: string;
  readonly #secret = randomBytes(24).toString('base64url');
  #isTokenUsed = false;

  constructor(cookieName: string) {
    this.#cookieName = cookieName;
  }

  /** The cookie to set in exchange for the token; null if it is wrong or was used. */
  redeem(token: string): string | null {
    if (this.#isTokenUsed || !isSame(token, this.token)) return null;
    this.#isTokenUsed = true;
    return `${this.#cookieName}=${this.#secret}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isHeldBy(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(/; */);
    return cookies.some((cookie) => isSame(cookie, `${this.#cookieName}=${this.#secret}`));
  }
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * True if the browser asked for a loopback address by that name: a foreign name that resolves to 127.0.0.1 (DNS
 * rebinding) is refused. The port may differ, as through an SSH tunnel.
 */
function isLoopbackHost(host: string | undefined): host is string {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '');
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  pageFolder: string,
): Promise<void> {
  if (!isLoopbackHost(request.headers.host)) return respond(response, 403, 'Open Trailbench as http://127.0.0.1 only.');
  if (request.method !== 'GET') return respond(response, 405, 'Only GET is answered here.');
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const token = url.searchParams.get('token');
  if (token !== null) {
    const cookie = session.redeem(token);
    if (cookie) return enter(response, cookie);
  }
  if (!session.isHeldBy(request)) {
    return respond(
      response,
      403,
      'This link was used already or is not whole. Run “trailbench serve” again for a new one.',
    );
  }
  if (token !== null) return enter(response, null);
  // Browsers ask for it on the page that redeems the token, which names no icon.
  if (url.pathname === '/favicon.ico') return void response.writeHead(204, pageHeaders).end();
  const file = await readPageFile(pageFolder, url.pathname);
  if (!file) return respond(response, 404, 'There is no such page.');
  response.writeHead(200, { ...pageHeaders, 'Content-Type': file.contentType }).end(file.body);
}

/**
 * Sets the cookie and has the page itself go on to `/`: after a redirect that began at another site (a link in a
 * web mail or a web terminal), the browser would not send a SameSite=Strict cookie.
 */
function enter(response: ServerResponse, cookie: string | null): void {
  response.writeHead(200, {
    ...pageHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    ...(cookie ? { 'Set-Cookie': cookie } : {}),
  });
  response.end('<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Trailbench</title>');
}

function respond(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { ...pageHeaders, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}

/** Checks a WebSocket upgrade, then relays it to the engine. */
async function relay(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  session: Session,
  supervisor: EngineSupervisor<ForkedEngine>,
): Promise<void> {
  socket.on('error', () => {});
  const { host, origin } = request.headers;
  const isAllowed =
    request.url === '/api' && isLoopbackHost(host) && origin === `http://${host}` && session.isHeldBy(request);
  if (!isAllowed) {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const engine = await supervisor.ready();
  webSockets.handleUpgrade(request, socket, head, (webSocket) => engine.relay(webSocket));
}
