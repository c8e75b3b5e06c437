import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import type { S3Session } from '../access/s3-session.ts';

/** The address that the session's objects are got from: the SDK's own choice, or the store's that was given. */
export async function sessionEndpoint({ client, bucket }: S3Session): Promise<string> {
  const { url } = await getEndpointFromInstructions({ Bucket: bucket, Key: 'x' }, GetObjectCommand, {
    ...client.config,
  });
  return url.origin;
}
