import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { silentLogger } from './client-settings.ts';
import { TrafficRecorder } from './traffic-recorder.ts';

type HandlerOptions = Parameters<HttpHandler['handle']>[1];

export interface GuardedHandlerOptions {
  /** Downloads at once. */
  readonly concurrency: number;
  /** In PEM, to be trusted instead of Node's own (`AWS_CA_BUNDLE`). */
  readonly certificates: string | null;
  readonly signal: AbortSignal;
  readonly connectTimeoutMs?: number;
  /** A connection on which nothing moves for so long is given up. */
  readonly idleTimeoutMs?: number;
}

/** The SDK wanted to reach a host that was not announced beforehand. */
export class UnannouncedHostError extends Error {
  readonly host: string;

  constructor(host: string) {
    super(`${host} is not among the announced hosts`);
    this.name = 'UnannouncedHostError';
    this.host = host;
  }
}

/** Carries the requests of all clients of a session: to announced hosts only, and writes down what went by. */
export class GuardedHandler implements HttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly traffic = new TrafficRecorder();
  readonly #announced = new Set<string>();
  readonly #inner: NodeHttpHandler;
  readonly #signal: AbortSignal;
  readonly #abort: () => void;
  #isClosed = false;

  constructor(options: GuardedHandlerOptions) {
    // Beyond the downloads there are listings; a request that waits for a socket counts as one that does not connect.
    const agentOptions = { keepAlive: true, maxSockets: 2 * options.concurrency + 8 };
    const authorities = options.certificates === null ? {} : { ca: options.certificates };
    this.#inner = new NodeHttpHandler({
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent({ ...agentOptions, ...authorities }),
      connectionTimeout: options.connectTimeoutMs ?? 10_000,
      socketTimeout: options.idleTimeoutMs ?? 30_000,
      logger: silentLogger,
    });
    this.#signal = options.signal;
    this.#abort = () => this.destroy();
    if (this.#signal.aborted) this.#abort();
    else this.#signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Allows a host: `host`, `host:port`, or with `*` for one label that is not known yet. */
  announce(...hosts: readonly string[]): void {
    for (const host of hosts) this.#announced.add(host);
  }

  async handle(request: HttpRequest, options?: HandlerOptions): Promise<{ response: HttpResponse }> {
    if (this.#isClosed) throw Object.assign(new Error('The session was closed.'), { name: 'AbortError' });
    const host = hostOfRequest(request);
    if (!this.#isAnnounced(host)) throw new UnannouncedHostError(host);
    const call = this.traffic.begin(host, request.headers['amz-sdk-request']);
    const { response } = await this.#inner.handle(request, options);
    call.answered(response.headers['date']);
    return { response };
  }

  /** Closes every connection, also those that a body is coming through. */
  destroy(): void {
    this.#isClosed = true;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#inner.destroy();
  }

  updateHttpClientConfig(): void {
    // The agents and timeouts are the session's, not a client's.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #isAnnounced(host: string): boolean {
    if (this.#announced.has(host)) return true;
    return [...this.#announced].some((pattern) => pattern.includes('*') && matches(host, pattern));
  }
}

function hostOfRequest({ protocol, hostname, port }: HttpRequest): string {
  const isOwnPort = port === undefined || port === (protocol === 'https:' ? 443 : 80);
  return isOwnPort ? hostname : `${hostname}:${port}`;
}

function matches(host: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.[\]-]/g, '\\$&'));
  return new RegExp(`^${parts.join('[a-z0-9-]+')}$`).test(host);
}
