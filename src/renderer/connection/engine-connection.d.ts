import type { Api, ChangeTopic } from '#shared/api/index.ts';
import { type OpenWire } from './wire.ts';
export type ConnectionState = 'connected' | 'reconnecting';
/**
 * The page's lasting connection to the engine, over one wire after another. Calls made while there is no wire wait for
 * the next one; calls in flight when a wire breaks reject with ENGINE_STOPPED. The host opens the case again that was
 * open in an engine that died.
 */
export declare class EngineConnection {
  #private;
  readonly api: Api;
  constructor(openWire: OpenWire);
  get state(): ConnectionState;
  /** Resolves once the engine has answered for the first time. */
  connected(): Promise<void>;
  /** Calls `listener` with each new state. Returns how to stop. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Calls `listener` when the engine was started anew: jobs and results of the old one are gone. */
  onRestart(listener: () => void): () => void;
  /** Calls `listener` with what changed; with every topic after a reconnect, as notices may have been missed. */
  onChange(listener: (topic: ChangeTopic) => void): () => void;
  close(): void;
}
