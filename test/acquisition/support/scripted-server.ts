import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ScriptedAnswer } from './s3-answers.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server that answers as a test tells it to; for what only Amazon's own services say. */
export class ScriptedServer {
  readonly url: string;
  readonly received: ReceivedRequest[] = [];
  readonly #server: Server;
  /** May be replaced at any time. `null`: no answer at all. */
  answer: (request: ReceivedRequest) => ScriptedAnswer | null;

  private constructor(server: Server, answer: ScriptedServer['answer']) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.answer = answer;
  }

  static async start(answer: ScriptedServer['answer']): Promise<ScriptedServer> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
        started.received.push(received);
        const scripted = started.answer(received);
        if (scripted) response.writeHead(scripted.status, { ...scripted.headers }).end(scripted.body);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const started = new ScriptedServer(server, answer);
    return started;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What a listing of nothing looks like. */
export function emptyListing(bucket: string, headers: Record<string, string> = {}): ScriptedAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`; // prettier-ignore
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
