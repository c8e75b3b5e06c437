import type { ErrorCode } from '#shared/api/errors.ts';

/** What a host hands to a new engine process, as JSON in its first argument. */
export interface EngineStart {
  readonly dataFolder: string;
  readonly version: string;
  /** A case to open before the first wire is served; null: none. */
  readonly casePath: string | null;
}

/** From the host to the engine process. */
export type HostMessage =
  /** A MessagePort to the page comes with it (Electron). */
  | { readonly type: 'port' }
  /** A WebSocket that the host relays was opened, brought a message, or closed (`serve`). */
  | { readonly type: 'open' | 'close'; readonly wireId: number }
  | Frame
  /** Close the case and end. */
  | { readonly type: 'stop' };

/** One message of a relayed WebSocket, either way. */
export interface Frame {
  readonly type: 'frame';
  readonly wireId: number;
  readonly data: string | Uint8Array;
}

/** From the engine process to its host. */
export type EngineMessage =
  /** Wires can be opened. `caseProblem`: why the case of the start could not be opened. */
  | { readonly type: 'ready'; readonly caseProblem: CaseProblem | null }
  /** The open case changed, so that the host can have it opened again after a crash. */
  | { readonly type: 'case'; readonly path: string | null }
  | Frame;

export interface CaseProblem {
  readonly code: ErrorCode;
  readonly message: string;
}
