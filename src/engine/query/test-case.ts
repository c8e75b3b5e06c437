import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCase, openCase, type OpenedCase } from '#engine/case/opened-case.ts';

/** For tests: a real, locked, empty case in a temporary folder. */
export async function openTestCase(): Promise<OpenedCase & AsyncDisposable> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  const environment = {
    options: { dataFolder, version: '0.0.0-test', scanWorkerUrl: new URL('file:///none'), threads: 2 },
    log: (message: string, error?: unknown) => console.error(message, error),
    notify: () => undefined,
  };
  const opened = await openCase(await createCase(join(dataFolder, 'test'), environment), environment);
  return Object.assign(opened, {
    async [Symbol.asyncDispose]() {
      await opened.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  });
}
