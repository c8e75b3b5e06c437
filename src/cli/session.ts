import { access } from 'node:fs/promises';
import { caseFolderPath } from '#engine/case/case-folder.ts';
import type { Api } from '#shared/api/index.ts';
import { dataFolder } from './data-folder.ts';
import { Output } from './output.ts';

/** What differs between the built command line and other hosts of it. */
export interface CliHost {
  readonly version: string;
  readonly scanWorkerUrl: URL;
  readonly starterFolder: string;
  readonly engineProcessPath: string;
  readonly pageFolder: string;
}

/** What every command is given. */
export interface Session {
  readonly host: CliHost;
  readonly dataFolder: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

export function createSession(host: CliHost): Session {
  const controller = new AbortController();
  const interrupt = (): void => {
    // The first asks to stop cleanly, the second insists.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    host,
    dataFolder: dataFolder(),
    stdout: new Output(process.stdout),
    stderr: new Output(process.stderr),
    signal: controller.signal,
  };
}

/** Runs `work` with an engine in this process. */
export async function withEngine<T>(session: Session, work: (api: Api) => Promise<T>): Promise<T> {
  // Loaded here: help and usage errors need no database.
  const [{ createRouterClient }, { createEngine }] = await Promise.all([
    import('@orpc/server'),
    import('#engine/engine.ts'),
  ]);
  const { version, scanWorkerUrl, starterFolder } = session.host;
  // For tests that stop an import between its commits: by default only large ones have several.
  const batchBytes = Number(process.env['TRAILBENCH_IMPORT_BATCH_BYTES'] ?? 0);
  const engine = createEngine({
    ...{ dataFolder: session.dataFolder, version, scanWorkerUrl, starterFolder },
    ...(batchBytes > 0 ? { importBatchBytes: batchBytes } : {}),
  });
  try {
    return await work(createRouterClient(engine.router, { context: engine.context }));
  } finally {
    await engine.close();
  }
}

/** Runs `work` with the case open. */
export async function withCase<T>(session: Session, path: string, work: (api: Api) => Promise<T>): Promise<T> {
  return withEngine(session, async (api) => {
    await api.case.open({ path: (await findCase(path)) ?? path });
    return work(api);
  });
}

/** Opens the case; makes it if it is missing. */
export async function openOrCreate(api: Api, path: string): Promise<void> {
  const found = await findCase(path);
  if (found === null) await api.case.create({ path });
  else await api.case.open({ path: found });
}

/** The case folder that is meant, with or without its `.trailbench`; null if there is neither. */
export async function findCase(path: string): Promise<string | null> {
  for (const candidate of [path, caseFolderPath(path)]) {
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return null;
}
