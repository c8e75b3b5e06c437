import { type ClientLink } from '@orpc/client';
import type { Api } from '#shared/api/index.ts';
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
export declare function createApi(link: Link): Api;
type Closable = Pick<EventTarget, 'addEventListener'> & {
  close(): void;
};
/** A wire over a channel that says when it closes. `makeLink` must add its own listeners after ours: whoever is rejected then sees the wire closed. */
export declare function createWire<T extends Closable>(channel: T, makeLink: (channel: T) => Link): Wire;
/** A wire over one end of a MessageChannel. */
export declare function createPortWire(port: MessagePort): Wire;
/** Asks main, through the preload script, for a port to the engine process. */
export declare function openElectronWire(): Promise<Wire>;
/** Opens a WebSocket to the server that the page came from. */
export declare function openWebSocketWire(): Promise<Wire>;
export {};
