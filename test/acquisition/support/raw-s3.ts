import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { S3Keys } from './s3-server.ts';
import { encodeKey, signV4 } from './sign-v4.ts';

const requestsAtOnce = 96;

/** Plain signed requests: several times less work a request than the SDK's, for thousands of objects. */
export class RawS3 {
  readonly #endpoint: URL;
  readonly #keys: S3Keys;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce });

  constructor(endpoint: string, keys: S3Keys) {
    this.#endpoint = new URL(endpoint);
    this.#keys = keys;
  }

  /** Throws with the status and the answer unless it is a success. `query` is encoded. */
  async send(
    method: 'PUT' | 'GET' | 'DELETE',
    { bucket, key, query = '' }: { readonly bucket: string; readonly key: string; readonly query?: string },
    { headers = {}, body = new Uint8Array() }: { headers?: Record<string, string>; body?: Uint8Array } = {},
  ): Promise<Buffer> {
    const target = `/${bucket}/${encodeKey(key)}${query && `?${query}`}`;
    const all = { host: this.#endpoint.host, 'content-length': String(body.length), ...headers };
    const signed = signV4({ method, target, headers: all }, this.#keys, 'us-east-1');
    const { hostname, port } = this.#endpoint;
    const answer = await new Promise<{ status: number; content: Promise<Buffer> }>((resolve, reject) => {
      request({ agent: this.#agent, hostname, port, method, path: target, headers: signed }, (response) => {
        resolve({ status: response.statusCode ?? 0, content: buffer(response) });
      })
        .on('error', reject)
        .end(body);
    });
    const content = await answer.content;
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${content.toString()}`);
    return content;
  }

  /** Does `work` for every item, many at once. */
  async forEach<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
    const iterator = items[Symbol.iterator]();
    const workers = Array.from({ length: requestsAtOnce }, async () => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
    });
    await Promise.all(workers);
  }
}
