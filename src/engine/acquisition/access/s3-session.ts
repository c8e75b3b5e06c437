import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Prompts } from '../prompts.ts';
import type { AwsCall, AwsFailure } from './aws-failure.ts';

/** What a session needs of its surroundings. */
export interface AccessEnvironment {
  /** Where an MFA code or a sign-in is asked for. */
  readonly prompts: Prompts;
  /** Closes the session. */
  readonly signal: AbortSignal;
  /** Downloads at once: the connections are made to suffice for them. */
  readonly concurrency: number;
  readonly log: (message: string, error?: unknown) => void;
}

/** What was seen on the wires of one session, whatever service they led to. */
export interface Traffic {
  readonly requests: number;
  readonly retries: number;
  /** How far this machine's clock is ahead of the server's; null: no answer had a date. */
  readonly clockSkewMs: number | null;
  /** Hosts contacted, in order. */
  readonly hosts: readonly string[];
}

/** Clients that share credentials, connections and the record of what went by. */
export interface AwsClients {
  readonly traffic: Traffic;
  /** Null where the S3 endpoint is not Amazon's and no endpoint is set for CloudTrail. */
  cloudTrail(region: string): CloudTrailClient | null;
  /** Null where the S3 endpoint is not Amazon's and no endpoint is set for STS. */
  sts(): STSClient | null;
  explain(error: unknown, call: AwsCall): AwsFailure;
  /** Closes every connection. */
  close(): void;
}

/** A bucket that was reached, with the credentials to go on. */
export interface S3Session extends AwsClients {
  readonly client: S3Client;
  readonly bucket: string;
  /** Where the trail lies in the bucket: empty, or ending in `/`. */
  readonly prefix: string;
  readonly region: string;
  /** For the `RequestPayer` of each call. */
  readonly requestPayer: 'requester' | undefined;
}
