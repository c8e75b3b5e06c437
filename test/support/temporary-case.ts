import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCase, openCase, type CaseEnvironment, type OpenedCase } from '#engine/case/opened-case.ts';
import { importEvidence } from '#engine/evidence/import-evidence.ts';
import type { ImportSummary } from '#shared/api/evidence.ts';

export interface TemporaryCase {
  readonly folder: string;
  readonly openCase: OpenedCase;
  import(paths: readonly string[], mode?: 'copy' | 'reference', signal?: AbortSignal): Promise<ImportSummary>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

export const scanWorkerUrl = new URL('../../out/main/scan-worker.js', import.meta.url);

/** A new case in a temporary folder, with the import at hand. `batchBytes`: how much is committed at once. */
export async function temporaryCase(batchBytes?: number, memoryLimitBytes?: number): Promise<TemporaryCase> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  const options = {
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    scanWorkerUrl,
    ...(batchBytes === undefined ? {} : { importBatchBytes: batchBytes }),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
  };
  const environment: CaseEnvironment = { options, log: () => undefined, notify: () => undefined };
  const opened = await openCase(await createCase(join(folder, 'case'), environment), environment);
  return {
    folder,
    openCase: opened,
    import: (paths, mode = 'copy', signal = new AbortController().signal) =>
      importEvidence(opened, { paths, mode }, options, { signal, report: () => undefined }),
    rows: (sql) =>
      opened.withConnection(async (connection) => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJson() as Record<string, unknown>[];
      }),
    async remove() {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
