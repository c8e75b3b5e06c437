import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { Serving } from '../../src/cli/serve.ts';
import { createWire, type OpenWire } from '../../src/renderer/connection/wire.ts';

/** Redeems a server's one-time link as a browser does; returns the cookie to send. */
export async function enter(serving: Serving): Promise<string> {
  const response = await fetch(serving.url);
  const [cookie] = response.headers.getSetCookie();
  if (!cookie) throw new Error(`No session: ${response.status} ${await response.text()}`);
  return cookie.split(';')[0] ?? '';
}

/** Opens wires to a server, as the page in a browser does. */
export function webSocketWires(serving: Serving, cookie: string): OpenWire {
  const { origin, host } = new URL(serving.url);
  return async () => {
    const socket = new WebSocket(`ws://${host}/api`, { headers: { cookie, origin } });
    const browserSocket = socket as unknown as globalThis.WebSocket;
    const wire = createWire(browserSocket, (websocket) => new RPCLink({ websocket }));
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return wire;
  };
}
