import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { TrailStream } from '#shared/api/acquisition.ts';
import type { S3Session } from '../access/s3-session.ts';
import { bucketSettings } from './bucket-settings.ts';
import { inParallel } from './in-parallel.ts';
import { unsaved, type ProofFinding } from './proof-finding.ts';
import { ProofQuestions } from './proof-questions.ts';
import { keyPeriod, narrowKeyPeriod, publicKeys } from './public-keys.ts';
import { isRegionName } from './region-name.ts';
import { describeTrails, trailSettings } from './trails.ts';

export interface ProofOptions {
  readonly streams: readonly Pick<TrailStream, 'region' | 'firstDay' | 'lastDay'>[];
  /** First and last day of the logs, `YYYY-MM-DD`; null: as far as the streams tell. */
  readonly from: string | null;
  readonly to: string | null;
  /** Where the answers are kept, absolute; a folder for each fetch. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** The account of the credentials, to tell trails of other accounts; null: not known. */
  readonly callerAccountId?: string | null;
  /** For one call, its retries included. */
  readonly timeoutMs?: number;
}

const regionsAtOnce = 8;

/**
 * Saves what later proof needs and only AWS can tell: public keys of the digests, trails with status and selectors,
 * the bucket's settings. Contacts the bucket's region and the streams' regions only. What is denied, missing or
 * silent becomes a finding. Errors: IO_FAILED, the signal's reason.
 */
export async function collectProof(session: S3Session, options: ProofOptions): Promise<ProofFinding[]> {
  const questions = new ProofQuestions(session, options.folder, options.signal, options.timeoutMs);
  const streamRegions = [...new Set(options.streams.map(({ region }) => region))].sort();
  const valid = streamRegions.filter((region) => isRegionName(region));
  const settings = bucketSettings(session, questions);
  const cloudTrail = cloudTrailProof(session, options, questions, valid);
  const odd = streamRegions.filter((region) => !isRegionName(region));
  const skipped = odd.map((region) =>
    unsaved({
      ...{ subject: 'public keys', region, state: 'skipped' },
      detail: `“${region}” is not a name that AWS gives a region, so it was not asked.`,
    }),
  );
  const [bucketFindings, trailFindings] = await Promise.all([settings, cloudTrail]);
  return [...trailFindings, ...skipped, ...bucketFindings];
}

async function cloudTrailProof(
  session: S3Session,
  { streams, from, to, callerAccountId = null }: ProofOptions,
  questions: ProofQuestions,
  streamRegions: readonly string[],
): Promise<ProofFinding[]> {
  const allowed = new Set([...streamRegions, ...(isRegionName(session.region) ? [session.region] : [])]);
  const clients = new Map<string, CloudTrailClient>();
  for (const region of allowed) {
    const client = session.cloudTrail(region);
    if (client) clients.set(region, client);
  }
  if (clients.size === 0) {
    const detail =
      'The bucket is in an S3-compatible store, and no endpoint of CloudTrail is configured for it ' +
      '(AWS_ENDPOINT_URL_CLOUDTRAIL), so CloudTrail was not asked.';
    return ['public keys', 'trails'].map((subject) => unsaved({ subject, state: 'skipped', detail }));
  }
  const first = from ?? streams.flatMap(({ firstDay }) => firstDay ?? []).sort()[0] ?? null;
  const last = to ?? streams.flatMap(({ lastDay }) => lastDay ?? []).sort().at(-1) ?? null; // prettier-ignore
  const now = new Date();
  const periods = [keyPeriod(first, now), narrowKeyPeriod(first, last, now)];
  const asked = await inParallel([...clients], regionsAtOnce, async ([region, client]) => {
    const keys = streamRegions.includes(region) ? publicKeys(client, questions, region, periods) : null;
    const [trails, keyFinding] = await Promise.all([describeTrails(client, questions, region, session.bucket), keys]);
    return { trails, keyFinding };
  });
  const trails = asked.map((one) => one.trails);
  const settings = await trailSettings(
    trails,
    session.bucket,
    callerAccountId,
    (region) => clients.get(region) ?? null,
    questions,
  );
  return [...asked.flatMap(({ keyFinding }) => keyFinding ?? []), ...trails.map(({ finding }) => finding), ...settings];
}
