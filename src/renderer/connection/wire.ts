import { createORPCClient, type ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as WebSocketLink } from '@orpc/client/websocket';
import type { Api } from '#shared/api/index.ts';
import type { PortMessage } from '#shared/desktop.ts';

export type Link = ClientLink<Record<never, never>>;

/** One way to one engine process, until it closes. */
export interface Wire {
  readonly link: Link;
  /** True from the moment before pending calls are rejected. */
  isClosed(): boolean;
  /** Resolves when the engine ends or the way to it breaks. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Makes a wire to the running engine; rejects if there is none now. */
export type OpenWire = () => Promise<Wire>;

/** A typed client over any link. */
export function createApi(link: Link): Api {
  return createORPCClient<Api>(link);
}

type Closable = Pick<EventTarget, 'addEventListener'> & { close(): void };

/** A wire over a channel that says when it closes. `makeLink` must add its own listeners after ours: whoever is rejected then sees the wire closed. */
export function createWire<T extends Closable>(channel: T, makeLink: (channel: T) => Link): Wire {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    channel.addEventListener('close', () => {
      isClosed = true;
      resolve();
    });
  });
  const close = () => {
    isClosed = true;
    channel.close();
  };
  return { link: makeLink(channel), isClosed: () => isClosed, closed, close };
}

/** A wire over one end of a MessageChannel. */
export function createPortWire(port: MessagePort): Wire {
  const wire = createWire(port, (channel) => new PortLink({ port: channel }));
  port.start();
  return wire;
}

/** Asks main, through the preload script, for a port to the engine process. */
export async function openElectronWire(): Promise<Wire> {
  const requestId = crypto.randomUUID();
  const port = await new Promise<MessagePort>((resolve) => {
    window.addEventListener('message', function receive(event: MessageEvent<PortMessage>) {
      const [port] = event.ports;
      if (event.source !== window || event.data.type !== 'trailbench:port') return;
      if (event.data.requestId !== requestId || !port) return;
      window.removeEventListener('message', receive);
      resolve(port);
    });
    window.postMessage({ type: 'trailbench:connect', requestId } satisfies PortMessage, window.location.origin);
  });
  return createPortWire(port);
}

/** Opens a WebSocket to the server that the page came from. */
export async function openWebSocketWire(): Promise<Wire> {
  const socket = new WebSocket(`ws://${window.location.host}/api`);
  const wire = createWire(socket, (channel) => new WebSocketLink({ websocket: channel }));
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', () => reject(new Error('The server refused the connection or is gone.')));
  });
  return wire;
}
