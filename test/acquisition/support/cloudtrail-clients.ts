import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { explainAws } from '#engine/acquisition/access/explain-aws.ts';
import type { AwsClients, S3Session } from '#engine/acquisition/access/s3-session.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const testKeys: Keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/EXAMPLEKEY' };

/** The SDK's own clients, led to a server of ours; null: there is no CloudTrail and no STS. */
export function clientsFor(url: string | null): AwsClients {
  const regions = new Map<string, CloudTrailClient>();
  const settings = { endpoint: url ?? '', credentials: testKeys, retryMode: 'standard', maxAttempts: 3 };
  const sts = url === null ? null : new STSClient({ ...settings, region: 'us-east-1' });
  return {
    traffic: { requests: 0, retries: 0, clockSkewMs: null, hosts: [] },
    cloudTrail(region) {
      if (url === null) return null;
      const client = regions.get(region) ?? new CloudTrailClient({ ...settings, region });
      regions.set(region, client);
      return client;
    },
    sts: () => sts,
    explain: explainAws,
    close() {
      sts?.destroy();
      for (const client of regions.values()) client.destroy();
    },
  };
}

/** A bucket's session beside them. `s3`: null: nothing listens there. */
export function sessionFor(
  url: string | null,
  bucket: string,
  s3: { readonly endpoint: string; readonly keys: Keys } | null,
  region = 'us-east-1',
): S3Session {
  const client = new S3Client({
    endpoint: s3?.endpoint ?? 'http://127.0.0.1:1',
    credentials: s3?.keys ?? testKeys,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return { ...clientsFor(url), client, bucket, prefix: '', region, requestPayer: undefined };
}
