import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseInfo } from '#shared/api/case.ts';
import type { EngineContext } from '../engine-context.ts';
import { importEvidence } from '../evidence/import-evidence.ts';
import { generateSample } from '../sample/generate-sample.ts';
import { exists } from './case-folder.ts';
import { createCase, openCase } from './opened-case.ts';

const sampleName = 'Sample – an intrusion.trailbench';

/**
 * Opens the sample case; the first time its logs are generated and imported. It appears under its name only when it is
 * whole, so that an attempt that was cut off is made anew. Errors: IO_FAILED, CANCELLED.
 */
export function openSampleCase(context: EngineContext, signal?: AbortSignal): Promise<CaseInfo> {
  const { cases, options } = context;
  const folder = join(options.dataFolder, 'sample');
  const sample = join(folder, sampleName);
  return cases.openPrepared(async () => {
    if (await exists(sample)) return sample;
    const making = join(folder, 'making');
    const logs = join(making, 'logs');
    await rm(making, { recursive: true, force: true });
    await mkdir(logs, { recursive: true });
    await generateSample(logs);
    const path = await createCase(join(making, sampleName), cases.environment);
    const openedCase = await openCase(path, cases.environment);
    try {
      const control = { signal: signal ?? new AbortController().signal, report: () => undefined };
      await importEvidence(openedCase, { paths: [logs], mode: 'copy' }, options, control);
    } finally {
      await openedCase.close();
    }
    await rename(path, sample);
    await rm(making, { recursive: true, force: true });
    return sample;
  });
}
