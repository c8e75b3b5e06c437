import type { Api, ChangeTopic } from '#shared/api/index.ts';
import type { Desktop } from '#shared/desktop.ts';
import { EngineConnection, type ConnectionState } from './engine-connection.ts';
import { openElectronWire, openWebSocketWire } from './wire.ts';

/** The connection as the page shows it. */
export class Connection {
  readonly api: Api;
  readonly #engine: EngineConnection;
  #state = $state<ConnectionState>('connected');
  #restartNotice = $state<string | null>(null);

  constructor(engine: EngineConnection) {
    this.#engine = engine;
    this.api = engine.api;
    this.#state = engine.state;
    engine.onState((state) => (this.#state = state));
    engine.onRestart(() => {
      this.#restartNotice =
        'The engine stopped and was started again; nothing committed was lost. ' +
        'Run again what was running: an import or a fetch goes on where it stopped.';
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** A sentence for people after the engine was started again, until dismissed. */
  get restartNotice(): string | null {
    return this.#restartNotice;
  }

  dismissRestartNotice(): void {
    this.#restartNotice = null;
  }

  /** Calls `listener` when the engine was started anew: jobs and results of the old one are gone. Returns how to stop. */
  onRestart(listener: () => void): () => void {
    return this.#engine.onRestart(listener);
  }

  /** Calls `listener` with what changed; with every topic after a reconnect. Returns how to stop. */
  onChange(listener: (topic: ChangeTopic) => void): () => void {
    return this.#engine.onChange(listener);
  }
}

/** Connects to the engine over the host's wire; resolves once it answers. */
export async function connectApi(desktop: Desktop): Promise<Connection> {
  const engine = new EngineConnection(desktop.host === 'electron' ? openElectronWire : openWebSocketWire);
  await engine.connected();
  return new Connection(engine);
}
