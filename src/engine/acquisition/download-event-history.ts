import { stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { EventHistoryFetchRequest } from '#shared/api/acquisition.ts';
import { proofDocumentsTable } from '#shared/tables/acquisition.ts';
import { insertRows } from '../evidence/store/insert-rows.ts';
import { awsError } from './access/explain-aws.ts';
import { openAwsClients } from './access/open-s3-session.ts';
import { fetchEventHistory } from './event-history/fetch-event-history.ts';
import type { AwsClients } from './access/s3-session.ts';
import type { DownloadTask } from './fetch-evidence.ts';
import { callerIdentity } from './proof/caller-identity.ts';

/** Fetches CloudTrail's own event history into the archive: a folder an account, a file a region and day. */
export async function downloadEventHistory(task: DownloadTask<EventHistoryFetchRequest>): Promise<void> {
  const { request, environment, signal, gate, tally, feed, openCase, started, report } = task;
  const { prompts, log } = environment;
  const clients = await openAwsClients(request.access, { prompts, signal, log, concurrency: request.regions.length });
  try {
    tally.traffic = clients.traffic;
    await resolveCredentials(clients, request.regions);
    const proofFolder = `archive/proof/${started.fetchId}`;
    const principal = await callerIdentity(clients, { folder: join(openCase.path, proofFolder), signal });
    tally.principal = principal;
    const { fileName, ...finding } = principal.finding;
    const storedPath = fileName === null ? null : `${proofFolder}/${fileName}`;
    await openCase.withConnection((connection) =>
      insertRows(connection, proofDocumentsTable, [{ fetchId: started.fetchId, ...finding, storedPath }]),
    );
    tally.phase = 'downloading';
    report();
    const folder = `archive/event-history/${principal.accountId ?? `source-${started.sourceId}`}`;
    const { notes } = await fetchEventHistory(clients, request, {
      ...{ folder: join(openCase.path, folder), accountId: principal.accountId, signal, gate },
      async onFile({ path, region }, isNew) {
        const { size: sizeBytes } = await stat(path);
        tally.objectsSelected++;
        tally.bytesSelected += sizeBytes;
        if (isNew) {
          tally.objectsDownloaded++;
          tally.bytesDownloaded += sizeBytes;
        } else {
          tally.objectsUnchanged++;
          tally.bytesUnchanged += sizeBytes;
        }
        // Unchanged ones too: a process that was killed may not have imported them, and the import knows what it has.
        const name = `event-history://${principal.accountId ?? 'account'}/${region}/${basename(path)}`;
        feed.offer({ storedPath: relative(openCase.path, path).replaceAll(sep, '/'), name, sizeBytes });
        report();
      },
      onProblem: (problem) => task.problem(problem),
      onProgress: report,
    });
    for (const note of notes) tally.notes.add(note);
    tally.isListed = true;
  } finally {
    clients.close();
  }
}

/** Asks for what the credentials need (an MFA code, a sign-in) before anything else: without it every call would fail. */
async function resolveCredentials(clients: AwsClients, regions: readonly string[]): Promise<void> {
  const client = clients.sts() ?? clients.cloudTrail(regions[0]!);
  try {
    await client?.config.credentials();
  } catch (error) {
    throw awsError(clients.explain(error, { action: 'cloudtrail:LookupEvents', resource: 'the event history' }));
  }
}
