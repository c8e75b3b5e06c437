import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Keys } from './s3-server.ts';
import { requestTimeTooSkewed, slowDown, type ScriptedAnswer } from './s3-answers.ts';
import { signV4 } from './sign-v4.ts';

export type Fault =
  /** The connection ends before an answer. */
  | 'drop-before-answer'
  /** After the headers. */
  | 'drop-after-head'
  /** Within the body, reset. */
  | 'drop-mid-body'
  /** The body ends early and the connection with it, whatever the Content-Length said. */
  | 'cut-body'
  /** The body is chunked, ends early, and in due form: only who knows its length finds out. */
  | 'cut-body-chunked'
  /** Half the body, and then nothing, on an open connection. */
  | 'stall-body'
  /** 503 SlowDown for this request and all of the following moment. */
  | 'slow-down';

/** A request as it came, and what became of it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly bucket: string;
  /** Decoded; empty for a call on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there was no answer. */
  status: number | null;
  bodyBytesSent: number;
  /** The answer was the server's own and went out whole. */
  isWhole: boolean;
  fault: Fault | 'scripted' | 'upstream-failed' | null;
}

export type Matcher = (request: ProxiedRequest) => boolean;

interface Script {
  readonly matches: Matcher;
  readonly answer: ScriptedAnswer | ((request: ProxiedRequest) => ScriptedAnswer);
  timesLeft: number;
}

export interface FaultPlan {
  /** How likely each fault is, from 0 to 1. Faults of a body happen to those of objects only. */
  readonly chances: Readonly<Partial<Record<Fault, number>>>;
  /** How long after a `slow-down` everything is refused, as S3 does by the rate of requests. */
  readonly burstMs?: number;
  readonly latencyMs?: number;
  readonly seed?: number;
}

/**
 * An HTTP server in front of an S3 server that does what networks and S3 do at their worst. What the client sends is
 * handed on as it is, its Host header included, so that its signature holds (with path style, for any host). The same
 * seed brings the same faults to the same request, however requests interleave; a repetition draws anew.
 */
export class FaultProxy {
  readonly endpoint: string;
  /** In order of arrival. */
  readonly requests: ProxiedRequest[] = [];
  plan: FaultPlan = { chances: {} };
  /** Called before a request is handed on: to change the bucket between a listing and a download. */
  before: ((request: ProxiedRequest) => Promise<void> | void) | null = null;
  /** The server's clock is ahead by this much. With `keys`, what is signed by another clock is refused. */
  clock: { readonly aheadMs: number; readonly keys?: S3Keys } | null = null;
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #scripts: Script[] = [];
  readonly #attempts = new Map<string, number>();
  #refusesUntil = 0;

  static async start(targetEndpoint: string): Promise<FaultProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, targetEndpoint);
  }

  private constructor(server: Server, targetEndpoint: string) {
    this.#server = server;
    this.#target = new URL(targetEndpoint);
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** Answers what matches instead of the server, this many times. Later scripts are asked first. */
  answer(matches: Matcher, answer: Script['answer'], times = Infinity): void {
    this.#scripts.unshift({ matches, answer, timesLeft: times });
  }

  /** Forgets requests, scripts and faults. */
  reset(): void {
    this.requests.length = 0;
    this.#scripts.length = 0;
    this.#attempts.clear();
    this.#refusesUntil = 0;
    this.plan = { chances: {} };
    this.before = null;
    this.clock = null;
  }

  /** How often each object, by key and version, went out whole: `downloads().get('a/b.gz')`. */
  downloads(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const request of this.requests) {
      if (!isObjectBody(request) || !request.isWhole || request.status !== 200) continue;
      const versionId = request.query.get('versionId');
      const name = versionId === null ? request.key : `${request.key}?${versionId}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  faults(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { fault } of this.requests) if (fault !== null) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    return counts;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await once(this.#server, 'close');
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = await buffer(incoming);
    const request = describe(incoming);
    this.requests.push(request);
    await this.before?.(request);
    if (this.plan.latencyMs !== undefined) await sleep(this.plan.latencyMs);
    const name = nameOf(request);
    this.#attempts.set(name, (this.#attempts.get(name) ?? 0) + 1);
    const scripted = this.#scriptedAnswer(request);
    if (scripted) {
      request.status = scripted.status;
      if (request.fault === null) request.fault = 'scripted';
      response.writeHead(scripted.status, { 'content-length': Buffer.byteLength(scripted.body), ...scripted.headers });
      response.end(request.method === 'HEAD' ? '' : scripted.body);
      return;
    }
    const fault = this.#draw(request);
    request.fault = fault;
    if (fault === 'drop-before-answer') return void response.destroy();
    const answer = await this.#forward(request, content).catch(() => null);
    if (answer === null) {
      request.fault = 'upstream-failed';
      return void response.destroy();
    }
    await this.#send(request, response, answer, fault);
  }

  #scriptedAnswer(request: ProxiedRequest): ScriptedAnswer | null {
    const script = this.#scripts.find(({ matches, timesLeft }) => timesLeft > 0 && matches(request));
    if (script) {
      script.timesLeft -= 1;
      return typeof script.answer === 'function' ? script.answer(request) : script.answer;
    }
    if (this.clock?.keys) {
      const serverTime = new Date(Date.now() + this.clock.aheadMs);
      const signedAt = request.headers['x-amz-date'] ?? '';
      const isoTime = signedAt.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
      if (!(Math.abs(Date.parse(isoTime) - serverTime.getTime()) <= 900_000)) {
        return requestTimeTooSkewed(serverTime, signedAt);
      }
    }
    const now = performance.now();
    if (now >= this.#refusesUntil && this.#isDrawn(request, 'slow-down')) {
      this.#refusesUntil = now + (this.plan.burstMs ?? 0);
    } else if (now >= this.#refusesUntil) return null;
    request.fault = 'slow-down';
    return slowDown();
  }

  #draw(request: ProxiedRequest): Fault | null {
    if (this.#isDrawn(request, 'drop-before-answer')) return 'drop-before-answer';
    if (!isObjectBody(request)) return null;
    const ofBodies = ['drop-after-head', 'drop-mid-body', 'cut-body', 'cut-body-chunked', 'stall-body'] as const;
    return ofBodies.find((fault) => this.#isDrawn(request, fault)) ?? null;
  }

  #isDrawn(request: ProxiedRequest, fault: Fault): boolean {
    const chance = this.plan.chances[fault] ?? 0;
    if (chance === 0) return false;
    const name = nameOf(request);
    const drawn = `${this.plan.seed ?? 1} ${fault} ${this.#attempts.get(name)} ${name}`;
    return createHash('sha256').update(drawn).digest().readUInt32LE(0) / 2 ** 32 < chance;
  }

  async #forward(request: ProxiedRequest, content: Buffer): Promise<Answer> {
    const { method, target } = request;
    const { hostname, port } = this.#target;
    // A client that follows the skewed clock has signed for it; the server behind knows the true time.
    const headers = this.clock?.keys
      ? signV4({ method, target, headers: request.headers }, this.clock.keys, regionOf(request))
      : request.headers;
    const options = { agent: this.#agent, hostname, port, method, path: target, headers, setHost: false };
    return new Promise((resolve, reject) => {
      send(options, (answer) => {
        buffer(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
          reject,
        );
      })
        .on('error', reject)
        .end(content);
    });
  }

  async #send(request: ProxiedRequest, response: ServerResponse, answer: Answer, fault: Fault | null): Promise<void> {
    const { connection: _connection, 'transfer-encoding': _coding, 'keep-alive': _keepAlive, ...headers } = answer.headers; // prettier-ignore
    if (this.clock) headers.date = new Date(Date.now() + this.clock.aheadMs).toUTCString();
    if (fault === 'cut-body-chunked') delete headers['content-length'];
    request.status = answer.status;
    const { body } = answer;
    const isBroken = fault !== null && body.length > 0;
    const part = !isBroken ? body : fault === 'drop-after-head' ? Buffer.alloc(0) : body.subarray(0, body.length >> 1);
    response.writeHead(answer.status, headers);
    response.flushHeaders();
    if (part.length > 0) await new Promise<void>((resolve) => response.write(part, () => resolve()));
    request.bodyBytesSent = part.length;
    if (!isBroken) {
      request.fault = null;
      request.isWhole = true;
      response.on('close', () => (request.isWhole = response.writableFinished));
    }
    if (!isBroken || fault === 'cut-body-chunked') return void response.end();
    if (fault === 'stall-body') return;
    // What was written must leave this process before its connection is torn down.
    await sleep(20);
    if (fault === 'drop-mid-body') response.socket?.resetAndDestroy();
    else response.socket?.end();
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function describe(incoming: IncomingMessage): ProxiedRequest {
  const target = incoming.url ?? '/';
  const [path = '', query = ''] = target.split('?');
  const [, bucket = '', ...keyParts] = path.split('/');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    ...{ method: incoming.method ?? 'GET', target, bucket: decodeURIComponent(bucket) },
    ...{ key: decodeURIComponent(keyParts.join('/')), query: new URLSearchParams(query) },
    ...{ headers: Object.fromEntries(headers) as Record<string, string> },
    ...{ status: null, bodyBytesSent: 0, isWhole: false, fault: null },
  };
}

/** Without the bucket, whose name is another in every run. */
function nameOf({ method, key, query }: ProxiedRequest): string {
  return `${method} ${key}?${query.toString()}`;
}

/** What of a bucket's or an object's settings is asked for is no object. */
const subresources = ['acl', 'attributes', 'encryption', 'legal-hold', 'location', 'retention', 'tagging', 'versioning', 'versions']; // prettier-ignore

function isObjectBody({ method, key, query }: ProxiedRequest): boolean {
  return method === 'GET' && key !== '' && !subresources.some((name) => query.has(name));
}

function regionOf({ headers }: ProxiedRequest): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? 'us-east-1';
}
