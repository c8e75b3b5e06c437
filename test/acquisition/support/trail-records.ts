import type { Seeded } from '../../support/random-json.ts';

export interface TrailRecord {
  readonly eventId: string;
  /** As JSON. */
  readonly text: string;
}

interface RecordPlace {
  readonly accountId: string;
  readonly region: string;
  readonly deliveredMs: number;
  readonly random: Seeded;
}

const calls = [
  ['s3.amazonaws.com', 'GetBucketAcl', true],
  ['s3.amazonaws.com', 'PutBucketPolicy', false],
  ['iam.amazonaws.com', 'CreateAccessKey', false],
  ['sts.amazonaws.com', 'AssumeRole', true],
  ['ec2.amazonaws.com', 'DescribeInstances', true],
  ['kms.amazonaws.com', 'Decrypt', true],
] as const;

/** A record of the kind, as CloudTrail writes it (FORMAT section 2), delivered some minutes after it happened. */
export function recordOf(kind: string, place: RecordPlace): TrailRecord {
  const eventId = uuid(place.random);
  const happenedMs = place.deliveredMs - place.random.below(15 * 60) * 1000;
  const record = kind === 'CloudTrail-Aggregated' ? aggregated(eventId, place, happenedMs) : {
    ...plain(eventId, place, happenedMs),
    ...(kind === 'CloudTrail-Insight' ? insight(place) : kind === 'CloudTrail-NetworkActivity' ? networkActivity(place) : apiCall(place)),
  }; // prettier-ignore
  return { eventId, text: JSON.stringify(record) };
}

function plain(eventID: string, { accountId, region }: RecordPlace, happenedMs: number) {
  const eventTime = instant(happenedMs);
  return { eventVersion: '1.09', eventTime, awsRegion: region, eventID, recipientAccountId: accountId };
}

function apiCall({ accountId, random }: RecordPlace) {
  const [eventSource, eventName, readOnly] = random.pick(calls);
  const userName = random.pick(['ann', 'ben', 'jörg', 'svc-backup']);
  return {
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${accountId}:user/${userName}`, accountId, userName },
    ...{ eventSource, eventName, sourceIPAddress: `192.0.2.${random.below(256)}`, userAgent: 'aws-cli/2.15.30' },
    requestParameters: { bucketName: `data-${random.below(1000)}`, token: uuid(random) },
    responseElements: null,
    requestID: uuid(random),
    ...{ readOnly, eventType: 'AwsApiCall', managementEvent: true, eventCategory: 'Management' },
    ...(random.chance(0.1) ? { errorCode: 'AccessDenied', errorMessage: 'not authorized' } : {}),
  };
}

function networkActivity({ accountId, random }: RecordPlace) {
  const vpcEndpointId = `vpce-0${random
    .below(2 ** 31)
    .toString(16)
    .padStart(8, '0')}`;
  return {
    userIdentity: { type: 'AWSAccount', accountId },
    ...{ eventSource: 's3.amazonaws.com', eventName: 'PutObject', sourceIPAddress: '10.0.0.9' },
    ...{ errorCode: 'VpceAccessDenied', errorMessage: 'The request was denied due to a VPC endpoint policy' },
    ...{ requestParameters: null, responseElements: null, readOnly: false, eventType: 'AwsVpceEvents' },
    ...{ managementEvent: false, vpcEndpointId, vpcEndpointAccountId: accountId, eventCategory: 'NetworkActivity' },
  };
}

function insight({ random }: RecordPlace) {
  const statistics = { baseline: { average: 0.002 }, insight: { average: random.below(90) + 1 }, insightDuration: 5 };
  return {
    eventType: 'AwsCloudTrailInsight',
    sharedEventID: uuid(random),
    insightDetails: {
      ...{ state: random.pick(['Start', 'End']), eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' },
      ...{ insightType: 'ApiCallRateInsight', insightContext: { statistics } },
    },
    eventCategory: 'Insight',
  };
}

function aggregated(eventId: string, { accountId, region, random }: RecordPlace, happenedMs: number) {
  const windowStart = happenedMs - (happenedMs % 300_000);
  return {
    ...{ eventVersion: '1.0', accountId, eventId, eventCategory: 'Aggregated', awsRegion: region },
    eventSource: 's3.amazonaws.com',
    timeWindow: { windowStart: instant(windowStart), windowEnd: instant(windowStart + 300_000), windowSize: 'PT5M' },
    summary: { primaryDimension: { name: 'eventName', value: 'GetObject', count: 1 + random.below(500) }, details: [] },
  };
}

/** ISO 8601 without a fraction, as CloudTrail writes it. */
export function instant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function uuid(random: Seeded): string {
  const hex = Array.from({ length: 4 }, () => Math.floor(random.next() * 2 ** 32).toString(16).padStart(8, '0')).join(''); // prettier-ignore
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
