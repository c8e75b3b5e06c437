import { HeadBucketCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Access } from '#shared/api/acquisition.ts';
import { openSharedClients, type SharedClients } from './aws-clients.ts';
import type { AwsCall, AwsFailure } from './aws-failure.ts';
import { clientSettings } from './client-settings.ts';
import { awsError, NotS3Error, regionFromError, type FailureContext } from './explain-aws.ts';
import { parseS3Url } from './s3-url.ts';
import type { AccessEnvironment, S3Session } from './s3-session.ts';

/** Attempts of a call: those who list and download go on trying by themselves, with fewer at once. */
const attempts = 2;
/** Of the first call: a person waits for its answer. */
const firstAttempts = 3;

/**
 * Reaches a bucket: finds its region, and proves that the credentials may list it. Errors: BAD_INPUT, CANCELLED,
 * AWS_FAILED with what is missing.
 */
export async function openS3Session(access: S3Access, environment: AccessEnvironment): Promise<S3Session> {
  const clients = await openSharedClients(access, environment);
  try {
    return await reach(access, clients);
  } catch (error) {
    clients.close();
    throw error;
  }
}

async function reach(access: S3Access, clients: SharedClients): Promise<S3Session> {
  const { plan } = clients;
  const { bucket, prefix, region: regionInUrl } = parseS3Url(access.url);
  const requestPayer = access.requesterPays ? ('requester' as const) : undefined;
  const isRegionGiven = Boolean(access.region || regionInUrl);
  const createClient = (region: string, maxAttempts: number): S3Client =>
    new S3Client({
      ...clientSettings({
        region,
        endpoint: plan.s3Endpoint,
        profile: plan.profile,
        handler: clients.handler,
        credentials: clients.provider,
        maxAttempts,
      }),
      forcePathStyle: access.forcePathStyle,
      // Elsewhere than announced nothing is sent; with a store's own endpoint only the signature's region changes.
      followRegionRedirects: plan.isCustomStore,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_SUPPORTED',
    });
  const contextOf = (region: string): FailureContext => ({ bucket, region, requesterPays: access.requesterPays });
  const call: AwsCall = { action: 's3:ListBucket', resource: `s3://${bucket}` };

  let region = plan.homeRegion;
  for (let isSecondTry = false; ; isSecondTry = true) {
    const client = createClient(region, firstAttempts);
    const error = await probe(client, { bucket, prefix, requestPayer });
    if (error === null) break;
    const failure = clients.explainWith(error, call, contextOf(region));
    const elsewhere = await findRegion(client, bucket, failure, error);
    if (elsewhere === null || elsewhere === region || isSecondTry || isRegionGiven) {
      throw awsError(elsewhere === null || elsewhere === region ? failure : { ...failure, sentence: moved(elsewhere) });
    }
    region = elsewhere;
  }
  function moved(elsewhere: string): string {
    return `The bucket ${bucket} is in the region ${elsewhere}, not in ${region}: choose that region, or leave the region empty.`;
  }

  return {
    client: createClient(region, attempts),
    bucket,
    prefix,
    region,
    requestPayer,
    traffic: clients.traffic,
    cloudTrail: (trailRegion) => clients.cloudTrail(trailRegion),
    sts: () => clients.sts(),
    explain: (error, failedCall) => clients.explainWith(error, failedCall, contextOf(region)),
    close: () => clients.close(),
  };
}

/**
 * Lists one key. Not HeadBucket: its errors have no body, and a wrong secret would look like a missing permission. Who
 * may list the trail only and not the whole bucket is let through.
 */
async function probe(
  client: S3Client,
  { bucket, prefix, requestPayer }: { bucket: string; prefix: string; requestPayer: 'requester' | undefined },
): Promise<unknown> {
  for (const tried of prefix === '' ? ['', 'AWSLogs/'] : [prefix]) {
    try {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: tried, MaxKeys: 1, RequestPayer: requestPayer }),
      );
      // Every listing repeats the bucket's name; to the SDK a web page is a listing of nothing.
      return page.Name === undefined ? new NotS3Error() : null;
    } catch (error) {
      // STS says AccessDenied too, of a wrong MFA code: asking for another one would be no second try.
      const isDenied = error instanceof S3ServiceException && error.name === 'AccessDenied';
      if (!isDenied || tried !== '') return error;
    }
  }
  return null;
}

/** The region that S3 names for the bucket; null: it was not for the region that the call failed. */
async function findRegion(
  client: S3Client,
  bucket: string,
  { kind }: AwsFailure,
  error: unknown,
): Promise<string | null> {
  if (kind !== 'wrong-region') return null;
  const named = regionFromError(error);
  if (named !== null) return named;
  try {
    return (await client.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion ?? null;
  } catch (headError) {
    return regionFromError(headError);
  }
}

export { openAwsClients } from './aws-clients.ts';
