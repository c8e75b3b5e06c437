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
  /** A MessagePort comes with it (Electron). */
  | { readonly type: 'port' }
  /** The TCP socket of a WebSocket upgrade comes with it (`serve`); the engine does the handshake. */
  | {
      readonly type: 'socket';
      readonly headers: Readonly<Record<string, string>>;
      readonly headBase64: string;
    }
  /** Close the case and end. */
  | { readonly type: 'stop' };

/** From the engine process to its host. */
export type EngineMessage =
  /** Wires can be handed over. `caseProblem`: why the case of the start could not be opened. */
  | { readonly type: 'ready'; readonly caseProblem: CaseProblem | null }
  /** The open case changed, so that the host can have it opened again after a crash. */
  | { readonly type: 'case'; readonly path: string | null };

export interface CaseProblem {
  readonly code: ErrorCode;
  readonly message: string;
}
