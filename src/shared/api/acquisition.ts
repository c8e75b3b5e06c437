import { eventIterator, type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';

/** A day of delivery, UTC: `YYYY-MM-DD`, as in the folders of a trail. */
const daySchema = v.pipe(v.string(), v.isoDate());

/** How a bucket is reached. Nothing in it is secret: credentials come from the SDK's standard chain each time. */
const s3AccessSchema = v.object({
  /** `s3://bucket[/prefix]`. */
  url: v.string(),
  /** A profile of the shared AWS config files; null: environment, default profile, container or instance role. */
  profile: v.optional(v.nullable(v.string()), null),
  /** The bucket's region; null: S3 is asked. */
  region: v.optional(v.nullable(v.string()), null),
  /** An S3-compatible store; null: Amazon S3. */
  endpointUrl: v.optional(v.nullable(v.string()), null),
  forcePathStyle: v.optional(v.boolean(), false),
  requesterPays: v.optional(v.boolean(), false),
});
export type S3Access = v.InferOutput<typeof s3AccessSchema>;

/** CloudTrail's own 90 days of management events, by `LookupEvents`: for accounts without a trail. */
const eventHistoryAccessSchema = v.object({
  profile: v.optional(v.nullable(v.string()), null),
  endpointUrl: v.optional(v.nullable(v.string()), null),
});
export type EventHistoryAccess = v.InferOutput<typeof eventHistoryAccessSchema>;

/** Which log objects of a bucket. A null list means: all that discovery finds. */
const selectionSchema = v.object({
  /** Streams by their prefix (`TrailStream.prefix`); given, nothing needs to be discovered. */
  prefixes: v.optional(v.nullable(v.array(v.string())), null),
  organizations: v.optional(v.nullable(v.array(v.string())), null),
  accounts: v.optional(v.nullable(v.array(v.string())), null),
  regions: v.optional(v.nullable(v.array(v.string())), null),
  kinds: v.optional(v.nullable(v.array(v.string())), null),
  /** Every object below the source's prefix, whatever its key; the other fields are left aside. */
  everything: v.optional(v.boolean(), false),
  /** First and last day of events wanted; null: from the first or to the last day there is. */
  from: v.optional(v.nullable(daySchema), null),
  to: v.optional(v.nullable(daySchema), null),
  /**
   * Days past `to` that are fetched as well: files of one day hold events of earlier ones.
   * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
   */
  lagDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(30)), 1),
});
export type S3Selection = v.InferOutput<typeof selectionSchema>;

const fetchOptionsSchema = v.object({
  /** Downloads at once; null: as many as suit the machine. */
  concurrency: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256))), null),
  /** Save what later proof needs (public keys, trail status, bucket settings) beside the objects. */
  withProof: v.optional(v.boolean(), true),
  /** Fetch noncurrent versions of log objects too (of a versioned bucket): what was overwritten or deleted. */
  withNoncurrent: v.optional(v.boolean(), true),
});

const s3FetchSchema = v.object({
  kind: v.literal('s3'),
  access: s3AccessSchema,
  selection: v.optional(selectionSchema, {}),
  options: v.optional(fetchOptionsSchema, {}),
});
export type S3FetchRequest = v.InferOutput<typeof s3FetchSchema>;

const eventHistoryFetchSchema = v.object({
  kind: v.literal('event-history'),
  access: v.optional(eventHistoryAccessSchema, {}),
  regions: v.pipe(v.array(v.string()), v.minLength(1)),
  /** Null: 90 days back, which is all that CloudTrail keeps. */
  from: v.optional(v.nullable(daySchema), null),
  to: v.optional(v.nullable(daySchema), null),
});
export type EventHistoryFetchRequest = v.InferOutput<typeof eventHistoryFetchSchema>;

const fetchSchema = v.variant('kind', [s3FetchSchema, eventHistoryFetchSchema]);
export type FetchRequest = v.InferOutput<typeof fetchSchema>;

const hostsSchema = v.variant('kind', [
  v.object({
    kind: v.literal('s3'),
    access: s3AccessSchema,
    regions: v.optional(v.array(v.string()), []),
    withProof: v.optional(v.boolean(), true),
  }),
  v.object({
    kind: v.literal('event-history'),
    access: v.optional(eventHistoryAccessSchema, {}),
    regions: v.array(v.string()),
  }),
]);
export type HostsRequest = v.InferOutput<typeof hostsSchema>;

/** One folder of a trail below which only days follow: organization × account × kind × region. */
export interface TrailStream {
  /** Key prefix, ending in `/`. */
  readonly prefix: string;
  readonly organizationId: string | null;
  readonly accountId: string;
  /** The folder's name: `CloudTrail`, `CloudTrail-Insight`, `CloudTrail-Digest` … */
  readonly kind: string;
  readonly region: string;
  /** Days of delivery, `YYYY-MM-DD`; null if the stream is empty. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

export interface Discovery {
  readonly bucket: string;
  readonly bucketRegion: string | null;
  readonly streams: readonly TrailStream[];
  /** Prefixes met that hold no CloudTrail logs (other services', CloudTrail Lake's results). */
  readonly otherPrefixes: readonly string[];
  /** What was denied or odd, in sentences. */
  readonly notes: readonly string[];
  readonly requests: number;
}

export type DiscoveryEvent =
  | { readonly type: 'progress'; readonly requests: number; readonly accounts: number; readonly streams: number }
  | { readonly type: 'found'; readonly discovery: Discovery };

/** What a fetch would bring, counted by listing. */
export interface FetchPlan {
  readonly objects: number;
  readonly bytes: number;
  /** Of these, whole in the archive already: a fetch leaves them out. */
  readonly heldObjects: number;
  readonly heldBytes: number;
  /** Of these, versions that are not the newest of their key. */
  readonly noncurrentObjects: number;
  readonly deleteMarkers: number;
  readonly streams: readonly { readonly prefix: string; readonly objects: number; readonly bytes: number }[];
  /** Free space where the case lies; null: no case is open. */
  readonly freeBytes: number | null;
  readonly notes: readonly string[];
  readonly requests: number;
}

export type PlanEvent =
  | { readonly type: 'progress'; readonly requests: number; readonly objects: number; readonly bytes: number }
  | { readonly type: 'planned'; readonly plan: FetchPlan };

/** A profile of `~/.aws/config` and `~/.aws/credentials`, without its secrets. */
export interface AwsProfile {
  readonly name: string;
  /** How it gets credentials. */
  readonly method: 'keys' | 'sso' | 'assume-role' | 'process' | 'web-identity' | 'login' | 'none';
  readonly region: string | null;
  /** The MFA device whose code is asked for. */
  readonly mfaSerial: string | null;
  readonly roleArn: string | null;
  readonly ssoStartUrl: string | null;
  readonly endpointUrl: string | null;
}

export interface AwsProfiles {
  readonly profiles: readonly AwsProfile[];
  /** What the chain would use if no profile is chosen, in words: `environment variables`, `profile “default”` … */
  readonly defaultMethod: string;
  /** Where the profiles were read, absolute. */
  readonly configPath: string;
  readonly credentialsPath: string;
}

/** A host that a fetch may contact, and nothing else. */
export interface ContactedHost {
  readonly host: string;
  readonly purpose: string;
}

export interface ContactedHosts {
  readonly hosts: readonly ContactedHost[];
  /** Where the credentials come from, in words. */
  readonly credentials: string;
}

/** A question that a running call has for the person: it waits until it is answered. */
export type AccessPrompt =
  | {
      readonly promptId: string;
      readonly type: 'mfa';
      /** The profile or role it is for. */
      readonly title: string;
      readonly mfaSerial: string;
    }
  | {
      readonly promptId: string;
      /** Ends by itself once the person has signed in; the answer null gives it up. */
      readonly type: 'sso';
      readonly title: string;
      /** The page to open in the system's browser. */
      readonly verificationUrl: string;
      /** Shown there too; both must be equal. */
      readonly userCode: string;
      readonly expiresAt: string;
    };

export type SourceKind = FetchRequest['kind'];
export type FetchState = 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';

export interface FetchRun {
  readonly fetchId: number;
  readonly sourceId: number;
  readonly importId: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly state: FetchState;
  /** The request as it was given: what “fetch again” repeats. */
  readonly request: FetchRequest;
  readonly operator: string;
  /** From `sts:GetCallerIdentity`; null where it is not allowed or there is no STS. */
  readonly principalArn: string | null;
  readonly principalAccountId: string | null;
  /** How far this machine's clock is ahead of the server's; null: not measured. */
  readonly clockSkewMs: number | null;
  readonly summary: FetchSummary;
  readonly hosts: readonly string[];
  readonly notes: readonly string[];
  readonly error: string | null;
}

export interface FetchSummary {
  readonly objectsSelected: number;
  readonly bytesSelected: number;
  readonly objectsDownloaded: number;
  readonly bytesDownloaded: number;
  /** Whole in the archive from before. */
  readonly objectsUnchanged: number;
  readonly objectsFailed: number;
  /** Objects, prefixes and regions that could not be had: `problems` lists them. */
  readonly problems: number;
  readonly requests: number;
  readonly retries: number;
  readonly elapsedMs: number;
}

export interface EvidenceSource {
  readonly sourceId: number;
  readonly kind: SourceKind;
  /** `s3://bucket/prefix`, or `event-history`. */
  readonly url: string;
  readonly profile: string | null;
  readonly region: string | null;
  readonly endpointUrl: string | null;
  readonly createdAt: string;
  readonly objects: number;
  readonly bytes: number;
  readonly fetchCount: number;
  readonly lastFetch: FetchRun | null;
}

/** An object in the archive, as S3 described it. */
export interface ArchivedObject {
  readonly fetchId: number;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly sizeBytes: number;
  readonly lastModifiedAt: string | null;
  readonly isLatest: boolean;
  readonly storedPath: string;
  readonly sha256: string;
  /** What its bytes were checked against: `length`, `MD5 (ETag)`, `CRC64NVME` … */
  readonly verifiedBy: readonly string[];
  readonly encryption: string | null;
  readonly hasChangedSinceListed: boolean;
  readonly downloadedAt: string;
}

/** An object or prefix that could not be had. */
export interface FetchProblem {
  readonly fetchId: number;
  readonly key: string;
  readonly versionId: string | null;
  /** The API action that failed, as IAM names it: `s3:GetObject`. */
  readonly action: string;
  /** S3's own error code. */
  readonly code: string;
  readonly reason: string;
  readonly occurredAt: string;
}

export interface ProofDocument {
  readonly fetchId: number;
  readonly subject: string;
  readonly region: string | null;
  /** What it is of: a trail's ARN, the bucket. */
  readonly resource: string | null;
  readonly state: 'saved' | 'none' | 'denied' | 'failed' | 'skipped';
  readonly detail: string | null;
  readonly storedPath: string | null;
  readonly sha256: string | null;
  readonly fetchedAt: string;
}

const pageInput = {
  offset: v.pipe(v.number(), v.minValue(0)),
  limit: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)),
};
const sourceInput = v.object({ sourceId: v.number() });

export const acquisitionContract = {
  /** Profiles of the shared AWS config files. Contacts nothing. */
  profiles: procedure.output(type<AwsProfiles>()),
  /** Every host that a fetch from this source may contact. Contacts nothing. Errors: BAD_INPUT. */
  hosts: procedure.input(hostsSchema).output(type<ContactedHosts>()),
  /** The smallest read-only IAM policy for this source, as JSON text. Contacts nothing. Errors: BAD_INPUT. */
  policy: procedure
    .input(v.object({ access: s3AccessSchema, withProof: v.optional(v.boolean(), true) }))
    .output(type<{ readonly policy: string }>()),
  /** What trails a bucket holds, without listing every object. Errors: BAD_INPUT, AWS_FAILED. */
  discover: procedure.input(v.object({ access: s3AccessSchema })).output(eventIterator(type<DiscoveryEvent>())),
  /** Dry run: lists and counts what a fetch would bring (into the open case, if one is). Errors: BAD_INPUT, AWS_FAILED. */
  plan: procedure.input(s3FetchSchema).output(eventIterator(type<PlanEvent>())),
  /** Starts a fetch job: download into the archive, import along with it. Errors: NO_CASE, BUSY, BAD_INPUT. */
  fetch: procedure.input(fetchSchema).output(type<{ readonly jobId: string }>()),
  /** Questions that wait for an answer; the change topic is `prompts`. */
  prompts: procedure.output(type<readonly AccessPrompt[]>()),
  /** Answers a question; null gives it up, and with it the call that asked. Errors: NOT_FOUND. */
  answerPrompt: procedure
    .input(v.object({ promptId: v.string(), answer: v.nullable(v.string()) }))
    .output(type<void>()),
  /** Sources of the open case, the last used first. */
  sources: procedure.output(type<readonly EvidenceSource[]>()),
  /** Fetches of one source, newest first. */
  fetches: procedure.input(sourceInput).output(type<readonly FetchRun[]>()),
  /** Archived objects of one source, by key. */
  objects: procedure
    .input(v.object({ ...sourceInput.entries, ...pageInput, search: v.optional(v.string()) }))
    .output(type<{ readonly total: number; readonly objects: readonly ArchivedObject[] }>()),
  /** What could not be had, newest fetch first. */
  problems: procedure
    .input(v.object({ ...sourceInput.entries, ...pageInput }))
    .output(type<{ readonly total: number; readonly problems: readonly FetchProblem[] }>()),
  /** What was saved for later proof, newest fetch first. */
  proof: procedure.input(sourceInput).output(type<readonly ProofDocument[]>()),
};
