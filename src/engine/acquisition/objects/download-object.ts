import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsFailure } from '../access/aws-failure.ts';
import type { S3Session } from '../access/s3-session.ts';
import { bareEtag } from './listing-page.ts';
import { receiveBody, type ReceivedBody } from './object-body.ts';
import type { ListedObject, ObjectRecord } from './object-record.ts';
import { FailedCall } from './persistence.ts';

export interface ObjectRequest {
  readonly listed: ListedObject;
  /** The version to ask for; undefined: whatever is current. */
  readonly versionId: string | undefined;
  /** Where a large body goes: a file that does not exist. */
  readonly part: string;
  readonly endpoint: string;
  readonly signal: AbortSignal;
  /** The server has answered; its body is still to come. */
  readonly onAnswer: () => void;
  readonly onBytes: (sizeBytes: number) => void;
}

/**
 * Gets one object as it is stored (never inflated), small ones into memory, and checks what came against all that the
 * server says of it.
 * Errors: what the call fails with; FailedCall if the body broke off or is not what was promised; IO_FAILED.
 */
export async function downloadObject(
  session: S3Session,
  request: ObjectRequest,
): Promise<{ record: ObjectRecord; bytes: Buffer | null }> {
  const { listed, versionId, part, signal, onAnswer, onBytes } = request;
  const output = await session.client.send(
    new GetObjectCommand({
      Bucket: session.bucket,
      Key: listed.key,
      VersionId: versionId,
      RequestPayer: session.requestPayer,
      ChecksumMode: 'ENABLED',
    }),
    { abortSignal: signal },
  );
  onAnswer();
  const body = output.Body as Readable;
  const stopBody = (): void => void body.destroy(new Error('Cancelled'));
  signal.addEventListener('abort', stopBody);
  let received: ReceivedBody;
  try {
    received = await receiveBody(body, part, onBytes);
  } catch (error) {
    if (error instanceof TrailbenchError) throw error;
    throw new FailedCall(bodyFailure(error, listed, session), false, error);
  } finally {
    signal.removeEventListener('abort', stopBody);
  }
  const record = recordOf(session, request, output, { received, algorithm: checkedAlgorithm(body) });
  return { record, bytes: received.bytes };
}

/** After the head of an answer: whatever is wrong, the server is there. */
function bodyFailure(error: unknown, { key }: ListedObject, session: S3Session): AwsFailure {
  const resource = `s3://${session.bucket}/${key}`;
  // The SDK checks what it knows a checksum for and has no name for the error.
  if (error instanceof Error && error.message.startsWith('Checksum mismatch')) {
    return damaged(`The bytes that came of ${resource} do not have the checksum that S3 holds of it.`);
  }
  const { code } = session.explain(error, { action: 's3:GetObject', resource });
  const sentence = `The download of ${resource} broke off (${code}). Fetch again: what is whole is not downloaded twice.`;
  return { kind: 'connection', code, httpStatus: 200, sentence };
}

function damaged(sentence: string): AwsFailure {
  const advice = 'Something between S3 and this machine may alter what it passes on. Fetch again later.';
  return { kind: 'damaged', code: 'Damaged', httpStatus: 200, sentence: `${sentence} ${advice}` };
}

interface Delivery {
  readonly received: ReceivedBody;
  readonly algorithm: string | null;
}

function recordOf(
  session: S3Session,
  { listed, endpoint }: ObjectRequest,
  output: GetObjectCommandOutput,
  { received, algorithm }: Delivery,
): ObjectRecord {
  const etag = bareEtag(output.ETag);
  // To the SDK any page that answers (of a proxy, of a network's sign-in) is a body.
  if (etag === null && listed.etag !== null) {
    throw new FailedCall(
      damaged(`What came as s3://${session.bucket}/${listed.key} has no ETag: it is not from S3.`),
      false,
    );
  }
  const isReplaced =
    etag !== null && listed.etag !== null ? etag !== listed.etag : output.ContentLength !== listed.sizeBytes;
  return {
    bucket: session.bucket,
    key: listed.key,
    versionId: output.VersionId ?? listed.versionId,
    etag,
    sizeBytes: received.sizeBytes,
    lastModifiedAt: output.LastModified?.toISOString() ?? null,
    isLatest: listed.isLatest,
    storageClass: output.StorageClass ?? listed.storageClass,
    contentType: output.ContentType ?? null,
    contentEncoding: output.ContentEncoding ?? null,
    encryption: output.ServerSideEncryption ?? (output.SSECustomerAlgorithm ? 'SSE-C' : null),
    kmsKeyId: output.SSEKMSKeyId ?? null,
    metadata: output.Metadata ?? {},
    missingMetadataCount: output.MissingMeta ?? 0,
    checksums: checksumsOf(output),
    listed: { etag: listed.etag, sizeBytes: listed.sizeBytes, lastModifiedAt: listed.lastModifiedAt },
    hasChangedSinceListed: isReplaced,
    sha256: received.sha256,
    verifiedBy: verify(
      `s3://${session.bucket}/${listed.key}`,
      output,
      isReplaced ? null : listed.sizeBytes,
      received,
      algorithm,
    ),
    endpoint,
    requestId: output.$metadata.requestId ?? null,
    downloadedAt: new Date().toISOString(),
  };
}

/** What the bytes were checked against, by name. Throws FailedCall (`damaged`) if they differ from it. */
function verify(
  resource: string,
  output: GetObjectCommandOutput,
  listedBytes: number | null,
  { sizeBytes, md5 }: ReceivedBody,
  algorithm: string | null,
): string[] {
  const verifiedBy: string[] = [];
  for (const expected of [output.ContentLength, listedBytes]) {
    if (expected === undefined || expected === null) continue;
    if (expected !== sizeBytes) {
      throw new FailedCall(damaged(`Of ${resource} came ${sizeBytes} bytes instead of ${expected}.`), false);
    }
    verifiedBy[0] = 'length';
  }
  const etag = bareEtag(output.ETag);
  if (etag !== null && isMd5(etag, output)) {
    if (etag.toLowerCase() !== md5) {
      throw new FailedCall(
        damaged(`The bytes that came of ${resource} do not have the MD5 that its ETag states.`),
        false,
      );
    }
    verifiedBy.push('MD5 (ETag)');
  }
  if (algorithm !== null) verifiedBy.push(algorithm);
  return verifiedBy;
}

/**
 * The ETag is the MD5 unless the object came in parts (`-N`) or is encrypted by KMS or the customer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
function isMd5(etag: string, { ServerSideEncryption, SSECustomerAlgorithm }: GetObjectCommandOutput): boolean {
  const isPlain = ServerSideEncryption === undefined || ServerSideEncryption === 'AES256';
  return isPlain && !SSECustomerAlgorithm && /^[0-9a-f]{32}$/i.test(etag);
}

function checksumsOf(output: GetObjectCommandOutput): Record<string, string> {
  const checksums: Record<string, string> = {};
  for (const [name, value] of Object.entries(output)) {
    const [, algorithm] = /^Checksum(?!Type$)(\w+)$/.exec(name) ?? [];
    if (algorithm !== undefined && typeof value === 'string') checksums[algorithm] = value;
  }
  return checksums;
}

/** The algorithm by which the SDK's stream checks itself as it is read, if the answer had a checksum of the whole. */
function checkedAlgorithm(body: Readable): string | null {
  const header = (body as { checksumSourceLocation?: unknown }).checksumSourceLocation;
  return typeof header === 'string' ? header.replace('x-amz-checksum-', '').toUpperCase() : null;
}
