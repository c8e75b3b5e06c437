import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ImportSummary, JobSnapshot } from '#shared/api/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { importText } from '../formats/summary.ts';
import type { AddCommand } from '../run-cli.ts';
import { openOrCreate, withEngine } from '../session.ts';
import { watchJob } from '../watch-job.ts';

export const addImportCommand: AddCommand = (program, run) => {
  program
    .command('import')
    .description('Import log files and folders into a case; the case is made if it is missing.')
    .argument('<case>', 'the case folder')
    .argument('<path...>', 'files and folders to read')
    .option('--reference', 'leave the files where they are instead of copying them into the case')
    .option('--json', 'print the accounting as one JSON object')
    .addHelpText(
      'after',
      '\nExits with 3 if records or whole files were rejected: “ledger CASE --problems” lists them.',
    )
    .action(
      run(async (session, casePath: string, paths: string[], options: { json?: true; reference?: true }) => {
        const sources = await resolveSources(paths);
        const last = await withEngine(session, async (api) => {
          await openOrCreate(api, casePath);
          const mode = options.reference ? 'reference' : 'copy';
          const { jobId } = await api.evidence.import({ paths: sources, mode });
          return watchJob(api, session, jobId);
        });
        if (last.summary) {
          const { files, records, bytes, elapsedMs } = last.summary;
          const text = options.json ? JSON.stringify({ files, records, bytes, elapsedMs }) : importText(last.summary);
          await session.stdout.write(`${text}\n`);
        }
        return exitCodeOf(last);
      }),
    );
};

/** Absolute paths. A path that does not exist stops the import before a case is made. */
async function resolveSources(paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    await stat(path).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
      throw new Error(`“${path}” ${reason}. Nothing was imported.`, { cause: error });
    });
  }
  return paths.map((path) => resolve(path));
}

function exitCodeOf(last: JobSnapshot): number {
  if (last.state === 'failed') throw new Error(last.error ?? 'The import failed.');
  if (last.state === 'cancelled') {
    throw new Error('The import was cancelled. What it had committed stays; run it again to go on.');
  }
  return last.summary && hasRejected(last.summary) ? exitCodes.rejected : exitCodes.done;
}

export function hasRejected({ files, records }: ImportSummary): boolean {
  return files.rejected > 0 || records.rejected > 0;
}
