import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChangeTopic } from '#shared/api/app.ts';
import { createCase, openCase, type CaseEnvironment, type OpenedCase } from './case/opened-case.ts';
import type { EngineOptions } from './engine-context.ts';

export interface TestEnvironment extends CaseEnvironment {
  readonly options: EngineOptions;
  /** Topics that pages were told about, in order. */
  readonly notices: ChangeTopic[];
  /** What went to the log file. */
  readonly logged: string[];
}

/** A temp folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Options and hooks for cases below a temp folder, for tests. */
export async function testEnvironment(more: Partial<EngineOptions> = {}): Promise<TestEnvironment> {
  const notices: ChangeTopic[] = [];
  const logged: string[] = [];
  return {
    options: {
      dataFolder: await temporaryFolder(),
      version: '0.1.0',
      scanWorkerUrl: new URL('file:///unused'),
      memoryLimitBytes: 256 * 1024 * 1024,
      threads: 2,
      ...more,
    },
    notices,
    logged,
    notify: (topic) => void notices.push(topic),
    log: (message, error) => void logged.push(error === undefined ? message : `${message}: ${String(error)}`),
  };
}

/** A new, empty case, open until the test ends. */
export async function openTestCase(environment: CaseEnvironment, name = 'test'): Promise<OpenedCase> {
  const folder = await createCase(join(environment.options.dataFolder, name), environment);
  const openedCase = await openCase(folder, environment);
  onTestFinished(() => openedCase.close());
  return openedCase;
}
