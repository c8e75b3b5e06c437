import { statfs } from 'node:fs/promises';
import type { DiscoveryEvent, FetchRequest, PlanEvent } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { EngineContext } from '../engine-context.ts';
import { os } from '../implementer.ts';
import { progressStream } from '../progress-stream.ts';
import { listHosts } from './access/hosts.ts';
import { openS3Session } from './access/open-s3-session.ts';
import { minimalPolicy } from './access/policy.ts';
import { listProfiles } from './access/profiles.ts';
import { formatS3Url, parseEndpointUrl, parseS3Url } from './access/s3-url.ts';
import { defaultConcurrency, downloadFromS3 } from './download-from-s3.ts';
import { downloadEventHistory } from './download-event-history.ts';
import { fetchEvidence } from './fetch-evidence.ts';
import { discoverTrails } from './objects/discover.ts';
import { ObjectArchive } from './objects/object-archive.ts';
import { planFetch } from './objects/plan.ts';
import { listFetches, listObjectsOfSource, listProblems, listProof, listSourcesOfCase } from './source-list.ts';

export const acquisitionHandlers = os.acquisition.router({
  profiles: os.acquisition.profiles.handler(() => listProfiles()),
  hosts: os.acquisition.hosts.handler(({ input }) => listHosts(input)),
  policy: os.acquisition.policy.handler(({ input }) => ({ policy: minimalPolicy(input.access, input.withProof) })),
  discover: os.acquisition.discover.handler(({ input, context, signal }) =>
    progressStream<DiscoveryEvent>(async (report, stop) => {
      const session = await openS3Session(input.access, sessionEnvironment(context, stop));
      try {
        const discovery = await discoverTrails(session, {
          signal: stop,
          onProgress: (progress) => report({ type: 'progress', ...progress }),
        });
        return { type: 'found', discovery };
      } finally {
        session.close();
      }
    }, signal),
  ),
  plan: os.acquisition.plan.handler(({ input, context, signal }) =>
    progressStream<PlanEvent>(async (report, stop) => {
      const openCase = context.cases.current();
      const session = await openS3Session(input.access, sessionEnvironment(context, stop));
      try {
        const archive = openCase && new ObjectArchive(openCase.path, session.bucket);
        const plan = await planFetch(session, archive, input, {
          signal: stop,
          onProgress: (progress) => report({ type: 'progress', ...progress }),
        });
        return { type: 'planned', plan: { ...plan, freeBytes: openCase && (await freeBytesAt(openCase.path)) } };
      } finally {
        session.close();
      }
    }, signal),
  ),
  fetch: os.acquisition.fetch.handler(({ input, context }) => ({ jobId: startFetch(context, input) })),
  prompts: os.acquisition.prompts.handler(({ context }) => context.prompts.list()),
  answerPrompt: os.acquisition.answerPrompt.handler(({ input, context }) =>
    context.prompts.answer(input.promptId, input.answer),
  ),
  sources: os.acquisition.sources.handler(({ context, signal }) =>
    context.requireCase().withConnection(listSourcesOfCase, signal),
  ),
  fetches: os.acquisition.fetches.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listFetches(connection, input.sourceId), signal),
  ),
  objects: os.acquisition.objects.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listObjectsOfSource(connection, input), signal),
  ),
  problems: os.acquisition.problems.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listProblems(connection, input), signal),
  ),
  proof: os.acquisition.proof.handler(({ input, context, signal }) =>
    context.requireCase().withConnection((connection) => listProof(connection, input.sourceId), signal),
  ),
});

/** Starts the job; returns its id. */
function startFetch(context: EngineContext, given: FetchRequest): string {
  const request = withPlainEndpoint(given);
  const openCase = context.requireCase();
  if (context.jobs.isBusy()) {
    throw new TrailbenchError('BUSY', 'An import or fetch is running already. Wait for it to end, or cancel it.');
  }
  if (request.kind === 'event-history') {
    return context.jobs.start('fetch', 'Event history', (control) =>
      fetchEvidence(openCase, 'event-history', request, downloadEventHistory, context, control),
    );
  }
  const url = formatS3Url(parseS3Url(request.access.url));
  return context.jobs.start('fetch', url, (control) =>
    fetchEvidence(openCase, url, request, downloadFromS3, context, control),
  );
}

/** One store is one source, however its address was typed. */
function withPlainEndpoint<Request extends FetchRequest>(request: Request): Request {
  const { endpointUrl } = request.access;
  if (!endpointUrl) return request;
  return { ...request, access: { ...request.access, endpointUrl: parseEndpointUrl(endpointUrl) } };
}

function sessionEnvironment({ prompts, log }: EngineContext, signal: AbortSignal) {
  return { prompts, log, signal, concurrency: defaultConcurrency };
}

async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
