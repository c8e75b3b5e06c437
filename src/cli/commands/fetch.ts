import { InvalidArgumentError } from 'commander';
import type { Api, FetchPlan, FetchRequest, JobSnapshot, S3FetchRequest } from '#shared/api/index.ts';
import { answerPrompts } from '../answer-prompts.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { fetchText, planText } from '../formats/fetch-summary.ts';
import { importText } from '../formats/summary.ts';
import type { AddCommand } from '../run-cli.ts';
import { findCase, openOrCreate, withEngine, type Session } from '../session.ts';
import { terminalText } from '../terminal-text.ts';
import { watchJob } from '../watch-job.ts';
import { hasRejected } from './import.ts';

interface FetchFlags {
  readonly organization?: string[];
  readonly account?: string[];
  readonly region?: string[];
  readonly kind?: string[];
  readonly everything?: true;
  readonly from?: string;
  readonly to?: string;
  readonly lagDays?: number;
  readonly profile?: string;
  readonly bucketRegion?: string;
  readonly endpointUrl?: string;
  readonly pathStyle?: true;
  readonly requesterPays?: true;
  readonly concurrency?: number;
  readonly proof: boolean;
  readonly noncurrent: boolean;
  readonly dryRun?: true;
  readonly json?: true;
}

export const addFetchCommand: AddCommand = (program, run) => {
  program
    .command('fetch')
    .description('Fetch a trail from S3 into a case and import it; the case is made if it is missing.')
    .argument('<case>', 'the case folder')
    .argument('<source>', 's3://bucket[/prefix], or “event-history” for CloudTrail’s own 90 days')
    .option('--organization <id...>', 'only these organizations (o-…)')
    .option('--account <id...>', 'only these accounts')
    .option('--region <name...>', 'only these regions; of event-history: the regions to ask')
    .option('--kind <name...>', 'only these kinds: CloudTrail, CloudTrail-Digest, CloudTrail-Insight …')
    .option('--everything', 'every object below the prefix, whatever its key: for buckets of copied logs')
    .option('--from <day>', 'first day of events, YYYY-MM-DD (UTC)', day)
    .option('--to <day>', 'last day of events, YYYY-MM-DD (UTC)', day)
    .option('--lag-days <n>', 'days past --to to fetch as well, for late deliveries (1)', wholeNumber(0, 30))
    .option('--profile <name>', 'profile of the AWS config files; without it the standard chain is used')
    .option('--bucket-region <name>', 'the bucket’s region; without it S3 is asked')
    .option('--endpoint-url <url>', 'an S3-compatible store')
    .option('--path-style', 'the bucket’s name in the path, not in the host')
    .option('--requester-pays', 'pay for the requests if the bucket’s owner does not')
    .option('--concurrency <n>', 'downloads at once', wholeNumber(1, 256))
    .option('--no-proof', 'do not save public keys, trail status and bucket settings')
    .option('--no-noncurrent', 'leave out noncurrent versions of log objects')
    .option('--dry-run', 'only count what would be fetched')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nRun again, it downloads only what is new or changed, and goes on where it was stopped.' +
        '\nCredentials come from the environment, a profile (keys, SSO, assumed role, process) or the instance; none is stored.' +
        '\nExits with 3 if something could not be fetched or was rejected: the tables fetch_problems and rejected list it.',
    )
    .action(
      run(async (session, casePath: string, source: string, flags: FetchFlags) => {
        const request = requestOf(source, flags);
        return withEngine(session, async (api) => {
          const stopAnswering = answerPrompts(api, session);
          try {
            if (flags.dryRun) return await dryRun(api, session, casePath, request, flags);
            await announceHosts(api, session, request);
            await openOrCreate(api, casePath);
            const { jobId } = await api.acquisition.fetch(request);
            return await conclude(session, await watchJob(api, session, jobId), flags);
          } finally {
            stopAnswering();
          }
        });
      }),
    );
};

function requestOf(source: string, flags: FetchFlags): FetchRequest {
  const { profile = null, endpointUrl = null, from = null, to = null } = flags;
  if (from !== null && to !== null && from > to) throw new UsageError('--from is after --to.');
  if (source === 'event-history') {
    if (!flags.region) throw new UsageError('Give the regions to ask: --region eu-central-1 us-east-1 …');
    return { kind: 'event-history', access: { profile, endpointUrl }, regions: flags.region, from, to };
  }
  return {
    kind: 's3',
    access: {
      url: source,
      profile,
      region: flags.bucketRegion ?? null,
      endpointUrl,
      forcePathStyle: flags.pathStyle ?? false,
      requesterPays: flags.requesterPays ?? false,
    },
    selection: {
      prefixes: null,
      organizations: flags.organization ?? null,
      accounts: flags.account ?? null,
      regions: flags.region ?? null,
      kinds: flags.kind ?? null,
      everything: flags.everything ?? false,
      from,
      to,
      lagDays: flags.lagDays ?? 1,
    },
    options: {
      concurrency: flags.concurrency ?? null,
      withProof: flags.proof,
      withNoncurrent: flags.noncurrent,
    },
  };
}

/** Says on a terminal what will be contacted; a request that leads nowhere fails here, before a case is made. */
async function announceHosts(api: Api, session: Session, request: FetchRequest): Promise<void> {
  const { hosts, credentials } = await api.acquisition.hosts(
    request.kind === 's3'
      ? {
          kind: 's3',
          access: request.access,
          regions: request.selection.regions ?? [],
          withProof: request.options.withProof,
        }
      : request,
  );
  if (!session.stderr.isTerminal) return;
  await session.stderr.write(`Credentials: ${terminalText(credentials)}. To be contacted:\n`);
  for (const { host, purpose } of hosts) {
    await session.stderr.write(`  ${terminalText(host)}  ${terminalText(purpose)}\n`);
  }
}

async function dryRun(
  api: Api,
  session: Session,
  casePath: string,
  request: FetchRequest,
  flags: FetchFlags,
): Promise<number> {
  if (request.kind !== 's3') throw new UsageError('--dry-run counts objects in S3: event-history has none.');
  const found = await findCase(casePath);
  if (found !== null) await api.case.open({ path: found });
  const plan = await planOf(api, session, request);
  await session.stdout.write(`${flags.json ? JSON.stringify(plan) : planText(plan)}\n`);
  return exitCodes.done;
}

async function planOf(api: Api, session: Session, request: S3FetchRequest): Promise<FetchPlan> {
  for await (const event of await api.acquisition.plan(request, { signal: session.signal })) {
    if (event.type === 'planned') return event.plan;
  }
  throw new Error('The count was stopped.');
}

async function conclude(session: Session, last: JobSnapshot, flags: FetchFlags): Promise<number> {
  if (last.state === 'failed') throw new Error(last.error ?? 'The fetch failed.');
  if (last.state === 'cancelled' || !last.summary || !last.fetchSummary) {
    throw new Error('The fetch was cancelled. What came stays; run it again to go on.');
  }
  const { summary, fetchSummary } = last;
  const text = flags.json
    ? JSON.stringify({ fetch: fetchSummary, import: summary })
    : `${fetchText(fetchSummary)}\n${importText(summary)}`;
  await session.stdout.write(`${text}\n`);
  return fetchSummary.problems > 0 || hasRejected(summary) ? exitCodes.rejected : exitCodes.done;
}

function day(text: string): string {
  const at = new Date(text);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
  if (!isDay) throw new InvalidArgumentError('Give a day as YYYY-MM-DD.');
  return text;
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Give a whole number from ${minimum} to ${maximum}.`);
  };
}
