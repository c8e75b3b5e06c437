import { createRouterClient } from '@orpc/server';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { createEngine } from '#engine/engine.ts';
import type { Api, FetchRequest, JobSnapshot, S3FetchRequest } from '#shared/api/index.ts';
import { scanWorkerUrl } from '../../support/temporary-case.ts';

/** An engine with an empty case open, in this process, for fetches. */
export interface FetchingEngine {
  readonly folder: string;
  readonly casePath: string;
  readonly api: Api;
  /** Runs a fetch to its end; the last snapshot. */
  fetch(request: FetchInput): Promise<JobSnapshot>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** What `archive/s3` holds: SHA-256 of each body by path below it, sidecars left out. */
  archived(): Promise<Map<string, string>>;
  remove(): Promise<void>;
}

/** A request with its defaults left out. */
export type FetchInput = Parameters<Api['acquisition']['fetch']>[0];

export async function fetchingEngine(): Promise<FetchingEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-fetch-'));
  const engine = createEngine({ dataFolder: join(folder, 'data'), version: '0.0.0-test', scanWorkerUrl });
  const api: Api = createRouterClient(engine.router, { context: engine.context });
  const { path: casePath } = await api.case.create({ path: join(folder, 'case') });
  return {
    folder,
    casePath,
    api,
    async fetch(request) {
      const { jobId } = await api.acquisition.fetch(request);
      let last: JobSnapshot | null = null;
      for await (const snapshot of await api.jobs.watch({ jobId })) last = snapshot;
      return last!;
    },
    rows: (sql) =>
      engine.context.requireCase().withConnection(async (connection) => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as Record<string, unknown>[];
      }),
    archived: () => hashesBelow(join(casePath, 'archive/s3')),
    async remove() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function hashesBelow(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  // Sidecars, and what a running download has not finished, are left out.
  const bodies = entries.filter(
    (entry) => entry.isFile() && !entry.name.endsWith('%meta.json') && !entry.parentPath.endsWith('%part'),
  );
  const hashes = new Map<string, string>();
  for (const entry of bodies) {
    const path = join(entry.parentPath, entry.name);
    hashes.set(path.slice(root.length + 1), createHash('sha256').update(await readFile(path)).digest('hex')); // prettier-ignore
  }
  return hashes;
}

/** A fetch from a bucket of the test server. */
export function fromBucket(endpointUrl: string, bucket: string, more: Partial<S3FetchRequest> = {}): FetchInput {
  const access = { url: `s3://${bucket}/`, endpointUrl, forcePathStyle: true, ...more.access };
  return { ...more, kind: 's3', access } satisfies FetchInput as FetchRequest;
}
