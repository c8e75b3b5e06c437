import type { S3Session } from '#engine/acquisition/access/s3-session.ts';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import type { S3Selection } from '#shared/api/acquisition.ts';
import type { S3Keys, TestS3 } from './support/rgw.ts';

export interface SessionOptions {
  readonly prefix?: string;
  /** Of a proxy in front of the server. */
  readonly endpoint?: string;
  readonly keys?: S3Keys;
  readonly signal?: AbortSignal;
}

/** A session as the app opens it, with keys from the environment. */
export async function openTestSession(s3: TestS3, bucket: string, options: SessionOptions = {}): Promise<S3Session> {
  Object.assign(process.env, s3.environment(options.keys));
  const access = {
    ...{ url: `s3://${bucket}/${options.prefix ?? ''}`, profile: null, region: 'us-east-1' },
    ...{ endpointUrl: options.endpoint ?? s3.endpoint, forcePathStyle: true, requesterPays: false },
  };
  return openS3Session(access, {
    prompts: new Prompts(() => undefined),
    signal: options.signal ?? new AbortController().signal,
    concurrency: 32,
    log: () => undefined,
  });
}

export function selectionOf(more: Partial<S3Selection> = {}): S3Selection {
  return {
    ...{ prefixes: null, organizations: null, accounts: null, regions: null, kinds: null, from: null, to: null },
    ...{ lagDays: 1, everything: false, ...more },
  };
}

export const neverAborted = new AbortController().signal;
