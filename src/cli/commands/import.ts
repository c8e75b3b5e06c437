import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Api, ImportSummary, JobSnapshot } from '#shared/api/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { importText } from '../formats/summary.ts';
import { ImportProgress } from '../import-progress.ts';
import type { AddCommand } from '../run-cli.ts';
import { findCase, withEngine, type Session } from '../session.ts';

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
          const found = await findCase(casePath);
          if (found === null) await api.case.create({ path: casePath });
          else await api.case.open({ path: found });
          return runImport(api, session, sources, options.reference ? 'reference' : 'copy');
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

async function runImport(
  api: Api,
  session: Session,
  paths: string[],
  mode: 'copy' | 'reference',
): Promise<JobSnapshot> {
  const { jobId } = await api.evidence.import({ paths, mode });
  // The job may have ended by itself in the meantime.
  const cancel = (): void => void api.jobs.cancel({ jobId }).catch(() => undefined);
  if (session.signal.aborted) cancel();
  session.signal.addEventListener('abort', cancel, { once: true });
  const progress = new ImportProgress(session.stderr);
  let last: JobSnapshot | null = null;
  for await (const snapshot of await api.jobs.watch({ jobId })) {
    last = snapshot;
    await progress.show(snapshot);
  }
  await progress.clear();
  if (!last) throw new Error('The import ended without a word. “trailbench info CASE” shows what the case holds.');
  return last;
}

function exitCodeOf(last: JobSnapshot): number {
  if (last.state === 'failed') throw new Error(last.error ?? 'The import failed.');
  if (last.state === 'cancelled') {
    throw new Error('The import was cancelled. What it had committed stays; run it again to go on.');
  }
  return last.summary && hasRejected(last.summary) ? exitCodes.rejected : exitCodes.done;
}

function hasRejected({ files, records }: ImportSummary): boolean {
  return files.rejected > 0 || records.rejected > 0;
}
