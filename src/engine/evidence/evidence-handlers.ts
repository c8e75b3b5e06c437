import { stat, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import { os } from '../implementer.ts';
import { importEvidence } from './import-evidence.ts';
import { listImports, listLedgerFiles, listRejectedRecords, readAccounting } from './ledger.ts';
import { assertOutside, listSources } from './list-sources.ts';
import { readRawRecord } from './raw-record.ts';

export const evidenceHandlers = os.evidence.router({
  measure: os.evidence.measure.handler(async ({ input, context, signal }) => {
    const openCase = context.requireCase();
    assertOutside(openCase.path, input.paths);
    const sources = await listSources(input.paths, signal);
    const { bavail, bsize } = await statfs(openCase.path);
    return {
      files: sources.length,
      bytes: sources.reduce((sum, source) => sum + source.sizeBytes, 0),
      freeBytes: bavail * bsize,
    };
  }),
  import: os.evidence.import.handler(async ({ input, context }) => {
    const openCase = context.requireCase();
    if (context.jobs.isBusy()) {
      throw new TrailbenchError('BUSY', 'An import or fetch is running already. Wait for it to end, or cancel it.');
    }
    for (const path of input.paths) {
      if (!(await stat(resolve(path)).catch(() => null))) {
        throw new TrailbenchError('NOT_FOUND', `There is no file or folder “${path}”.`);
      }
    }
    assertOutside(openCase.path, input.paths);
    const title = input.paths.length === 1 ? input.paths[0]! : `${input.paths[0]} and ${input.paths.length - 1} more`;
    const jobId = context.jobs.start('import', title, async (control) => ({
      summary: await importEvidence(openCase, input, context.options, control),
    }));
    return { jobId };
  }),
  accounting: os.evidence.accounting.handler(({ context, signal }) =>
    context.requireCase().withConnection(readAccounting, signal),
  ),
  imports: os.evidence.imports.handler(({ context, signal }) =>
    context.requireCase().withConnection(listImports, signal),
  ),
  files: os.evidence.files.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listLedgerFiles(connection, input), signal),
  ),
  rejected: os.evidence.rejected.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listRejectedRecords(connection, input), signal),
  ),
  rawRecord: os.evidence.rawRecord.handler(({ input, context }) => readRawRecord(context.requireCase(), input)),
});
