import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface RecordedConnections {
  /** Processes and threads that were watched: `processId/threadId`. */
  readonly watched: ReadonlySet<string>;
  /** `host:port` of each connection, as it was asked for. */
  readonly connections: readonly string[];
  /** Names that were looked up. */
  readonly lookups: readonly string[];
  readonly datagrams: readonly string[];
}

/** Environment that makes a Node process, its threads and Node processes below it write what they connect to. */
export function recordingEnvironment(file: string): Record<string, string> {
  const recorder = fileURLToPath(new URL('./connection-recorder.cjs', import.meta.url));
  return { NODE_OPTIONS: `--require=${JSON.stringify(recorder)}`, TRAILBENCH_CONNECTIONS: file };
}

export async function readConnections(file: string): Promise<RecordedConnections> {
  const text = await readFile(file, 'utf8');
  const entries = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Entry); // prettier-ignore
  const of = <T extends Entry['type']>(type: T) =>
    entries.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);
  return {
    watched: new Set(of('start').map(({ processId, threadId }) => `${processId}/${threadId}`)),
    connections: of('connect').map(({ host, port }) => `${host}:${port}`),
    lookups: of('lookup').map(({ name }) => name),
    datagrams: of('datagram').map(({ to }) => to.join(' ')),
  };
}

type Entry = { readonly processId: number; readonly threadId: number } & (
  | { readonly type: 'start' }
  | { readonly type: 'connect'; readonly host: string; readonly port: number }
  | { readonly type: 'local'; readonly path: string }
  | { readonly type: 'lookup'; readonly name: string; readonly by: string }
  | { readonly type: 'datagram'; readonly to: readonly string[] }
);
