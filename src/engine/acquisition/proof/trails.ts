import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailStatusCommand,
  type CloudTrailClient,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { inParallel } from './in-parallel.ts';
import { unsaved, type ProofFinding } from './proof-finding.ts';
import type { ProofQuestions } from './proof-questions.ts';

/** A trail as it showed in one of the regions asked. */
export interface SeenTrail {
  readonly trail: Trail;
  readonly arn: string;
  readonly seenIn: string;
}

export interface TrailsOfRegion {
  readonly finding: ProofFinding;
  readonly trails: readonly SeenTrail[];
  readonly wasAnswered: boolean;
}

/** Every trail that shows in a region, those of other regions and of the organization included. */
export async function describeTrails(
  client: CloudTrailClient,
  questions: ProofQuestions,
  region: string,
  bucket: string,
): Promise<TrailsOfRegion> {
  const request = { includeShadowTrails: true };
  const { finding, answer } = await questions.ask({
    subject: 'trails',
    action: 'cloudtrail:DescribeTrails',
    region,
    resource: bucket,
    fileName: `trails-${region}`,
    request,
    send: (abortSignal) => client.send(new DescribeTrailsCommand(request), { abortSignal }),
    describe: ({ trailList = [] }) => (trailList.length === 0 ? null : describeList(trailList, bucket)),
    none: 'The account of these credentials has no trail in this region, and none of another region or account shows.',
  });
  const trails = (answer?.trailList ?? []).flatMap((trail) =>
    trail.TrailARN === undefined ? [] : [{ trail, arn: trail.TrailARN, seenIn: region }],
  );
  return { finding, trails, wasAnswered: answer !== null };
}

function describeList(trails: readonly Trail[], bucket: string): string {
  const here = trails.filter((trail) => trail.S3BucketName === bucket).length;
  const elsewhere = trails.length - here;
  const delivering = `${here} ${here === 1 ? 'trail delivers' : 'trails deliver'} to this bucket`;
  if (elsewhere === 0) return `${delivering}.`;
  return `${delivering}; ${elsewhere} further ${elsewhere === 1 ? 'trail delivers' : 'trails deliver'} elsewhere.`;
}

/**
 * Status and selectors of the trails that deliver to this bucket. `client` returns null for a region that may not be
 * contacted.
 */
export async function trailSettings(
  regions: readonly TrailsOfRegion[],
  bucket: string,
  callerAccountId: string | null,
  client: (region: string) => CloudTrailClient | null,
  questions: ProofQuestions,
): Promise<ProofFinding[]> {
  const seen = regions.flatMap(({ trails }) => trails);
  const delivering = new Map<string, SeenTrail>();
  for (const one of seen) {
    if (one.trail.S3BucketName !== bucket) continue;
    if (!delivering.has(one.arn) || one.seenIn === homeRegion(one)) delivering.set(one.arn, one);
  }
  if (delivering.size === 0 && regions.some(({ wasAnswered }) => wasAnswered)) {
    const detail =
      `None of the trails that these credentials see delivers to “${bucket}”: it belongs to another account, or ` +
      'was deleted. Fetch again with credentials of the trail’s account to save its status and event selectors.';
    return [unsaved({ subject: 'trail status', resource: bucket, state: 'none', detail })];
  }
  const findings = await inParallel([...delivering.values()], 4, (trail) =>
    settingsOf(trail, callerAccountId, client, questions),
  );
  return findings.flat();
}

async function settingsOf(
  seen: SeenTrail,
  callerAccountId: string | null,
  client: (region: string) => CloudTrailClient | null,
  questions: ProofQuestions,
): Promise<ProofFinding[]> {
  const { arn, trail, seenIn } = seen;
  const home = homeRegion(seen);
  const homeClient = client(home);
  const owner = arn.split(':')[4] ?? 'unknown';
  const belongsToOther = callerAccountId !== null && callerAccountId !== owner;
  const hint = belongsToOther
    ? `The trail belongs to account ${owner}: credentials of that account may show it.`
    : null;
  const fileName = (subject: string) => `${subject}-${owner}-${home}-${trail.Name ?? 'trail'}`;
  const common = { resource: arn, hint };
  // A trail's status is told in every region where it shows, its selectors only at home.
  const statusRegion = homeClient ? home : seenIn;
  const statusClient = homeClient ?? client(seenIn)!;
  const statusRequest = { Name: arn };
  const status = questions.ask({
    ...common,
    subject: 'trail status',
    action: 'cloudtrail:GetTrailStatus',
    region: statusRegion,
    fileName: fileName('trail-status'),
    request: statusRequest,
    send: (abortSignal) => statusClient.send(new GetTrailStatusCommand(statusRequest), { abortSignal }),
    describe: (answer) => describeStatus(answer, trail),
  });
  if (!homeClient) {
    const detail =
      `The selectors of this trail are told only in its home region ${home}, which is not among the regions of this ` +
      `fetch. Choose logs of ${home} as well to save them.`;
    const skipped = (subject: string) => unsaved({ subject, region: home, resource: arn, state: 'skipped', detail });
    return [(await status).finding, skipped('event selectors'), skipped('insight selectors')];
  }
  const selectorRequest = { TrailName: arn };
  const events = questions.ask({
    ...common,
    subject: 'event selectors',
    action: 'cloudtrail:GetEventSelectors',
    region: home,
    fileName: fileName('event-selectors'),
    request: selectorRequest,
    send: (abortSignal) => homeClient.send(new GetEventSelectorsCommand(selectorRequest), { abortSignal }),
    describe: ({ EventSelectors = [], AdvancedEventSelectors = [] }) =>
      `Which events the trail logs: ${EventSelectors.length} basic and ${AdvancedEventSelectors.length} advanced selectors.`,
  });
  const insights = questions.ask({
    ...common,
    subject: 'insight selectors',
    action: 'cloudtrail:GetInsightSelectors',
    region: home,
    fileName: fileName('insight-selectors'),
    request: selectorRequest,
    send: (abortSignal) => homeClient.send(new GetInsightSelectorsCommand(selectorRequest), { abortSignal }),
    describe: ({ InsightSelectors = [] }) =>
      InsightSelectors.length === 0
        ? null
        : `Insights are on: ${InsightSelectors.map((selector) => selector.InsightType ?? 'unknown').join(', ')}.`,
    noneCodes: ['InsightNotEnabledException'],
    none: 'Insights are off.',
  });
  return (await Promise.all([status, events, insights])).map(({ finding }) => finding);
}

function homeRegion({ arn, trail }: SeenTrail): string {
  return trail.HomeRegion ?? arn.split(':')[3] ?? '';
}

function describeStatus(
  status: { readonly IsLogging?: boolean | undefined; readonly LatestDeliveryTime?: Date | undefined },
  trail: Trail,
): string {
  const logging = status.IsLogging ? 'Logging is on' : 'Logging is OFF';
  const delivered = status.LatestDeliveryTime
    ? `the latest file was delivered at ${status.LatestDeliveryTime.toISOString()}`
    : 'no file was delivered yet';
  const validation = trail.LogFileValidationEnabled ? 'log file validation is on' : 'log file validation is OFF';
  return `${logging}; ${delivered}; ${validation}.`;
}
