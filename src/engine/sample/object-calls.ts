import type { Call, JsonObject } from './records.ts';

/** A call on one S3 object: a data event. */
export function objectCall(
  name: 'GetObject' | 'PutObject' | 'DeleteObject' | 'HeadObject',
  place: { readonly bucket: string; readonly key: string; readonly accountId: string },
  more: { readonly bytes?: number; readonly parameters?: JsonObject; readonly response?: JsonObject } = {},
): Call {
  const host = `${place.bucket}.s3.eu-central-1.amazonaws.com`;
  const bytes = more.bytes ?? 0;
  return {
    service: 's3',
    name,
    isData: true,
    isReadOnly: name === 'GetObject' || name === 'HeadObject',
    parameters: { bucketName: place.bucket, Host: host, key: place.key, ...more.parameters },
    response: more.response ?? (name === 'PutObject' ? { 'x-amz-server-side-encryption': 'aws:kms' } : null),
    additional:
      name === 'PutObject' ? { bytesTransferredIn: bytes, bytesTransferredOut: 0 } : { bytesTransferredOut: bytes },
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${place.bucket}/${place.key}` },
      { accountId: place.accountId, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${place.bucket}` },
    ],
  };
}
