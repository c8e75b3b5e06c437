import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsCall, AwsFailure, FailureKind } from './aws-failure.ts';
import { explainCredentials } from './explain-credentials.ts';
import { explainNetwork } from './explain-network.ts';
import { UnannouncedHostError } from './guarded-handler.ts';

/** What is known of the access that failed; whatever is missing is left out of the sentences. */
export interface FailureContext {
  readonly bucket?: string;
  readonly region?: string;
  /** An S3-compatible store's address. */
  readonly endpointUrl?: string | null;
  readonly requesterPays?: boolean;
  /** Where the credentials came from, in words. */
  readonly credentials?: string;
  /** Whether a sign-in can be renewed by asking the person again. */
  readonly method?: string;
  readonly profile?: string | null;
  readonly clockSkewMs?: number | null;
  readonly isCancelled?: boolean;
}

/** An error of the SDK, the service or the network, taken apart. */
export interface AwsErrorParts {
  /** The service's code, whatever form it came in. */
  readonly code: string;
  readonly httpStatus: number | null;
  /** Empty where the service sent none (RGW never does, nor does anything that answers HEAD). */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Something answered with success that is no S3. */
export class NotS3Error extends Error {
  constructor() {
    super('The answer is not one of S3.');
    this.name = 'NotS3Error';
  }
}

type Explanation = readonly [kind: FailureKind, sentence: string];

/** What went wrong with a call, in a sentence that says what to do next. Never throws. */
export function explainAws(error: unknown, call: AwsCall, context: FailureContext = {}): AwsFailure {
  const parts = takeApart(error);
  const build = ([kind, sentence]: Explanation): AwsFailure => ({
    kind,
    code: parts.code,
    httpStatus: parts.httpStatus,
    sentence,
  });
  if (error instanceof TrailbenchError) {
    return build([error.code === 'CANCELLED' ? 'cancelled' : 'credentials', error.message]);
  }
  if (context.isCancelled || parts.code === 'AbortError') return build(['cancelled', `${call.action} was cancelled.`]);
  if (error instanceof UnannouncedHostError) {
    return build([
      'other',
      `${error.host} was to be contacted, which is not among the hosts announced for this source: nothing was sent. Check region and endpoint.`,
    ]);
  }
  if (error instanceof NotS3Error) return build(['other', notS3(null, context)]);
  return build(
    explainCredentials(error, parts, context) ??
      explainByCode(parts, call, context) ??
      explainNetwork(error, parts, call, context) ??
      explainByStatus(parts, call, context),
  );
}

/** The failure as an error for people. */
export function awsError(failure: AwsFailure): TrailbenchError {
  return new TrailbenchError(failure.kind === 'cancelled' ? 'CANCELLED' : 'AWS_FAILED', failure.sentence);
}

/** True if the same call may well succeed later. */
export function isTransient(kind: FailureKind): boolean {
  return kind === 'throttled' || kind === 'connection';
}

function takeApart(error: unknown): AwsErrorParts {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = fields['$metadata'] as { httpStatusCode?: number } | undefined;
  const response = fields['$response'] as { statusCode?: number; headers?: Record<string, string> } | undefined;
  const name = text(fields['name']);
  const isBare = ['', 'Error', 'UnknownError', 'Unknown', 'S3ServiceException', 'SyntaxError'].includes(name);
  const message = text(fields['message']);
  return {
    code: (isBare ? text(fields['Code']) || text(fields['code']) : networkCode(fields) || name) || name || 'Error',
    httpStatus: metadata?.httpStatusCode ?? response?.statusCode ?? null,
    message: ['UnknownError', 'Unknown', name].includes(message) ? '' : message,
    fields,
    headers: response?.headers ?? {},
  };
}

/** Node's code says more than the name that the SDK gave the error (`TimeoutError` for a refused connection). */
function networkCode(fields: Record<string, unknown>): string {
  return fields['name'] === 'TimeoutError' || fields['syscall'] !== undefined ? text(fields['code']) : '';
}

function explainByCode(parts: AwsErrorParts, call: AwsCall, context: FailureContext): Explanation | null {
  const { code, message } = parts;
  switch (code) {
    case 'NoSuchBucket':
      return ['no-bucket', noBucket(call, context)];
    case 'NoSuchKey':
    case 'NoSuchVersion':
      return ['gone', `${call.resource} is not there (any more): it was deleted after it was listed.`];
    case 'MethodNotAllowed':
      return call.action.startsWith('s3:GetObject')
        ? ['gone', `${call.resource} was deleted: a delete marker has taken its place.`]
        : null;
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'Redirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return ['wrong-region', wrongRegion(parts, context)];
    case 'InvalidObjectState':
      return [
        'archived',
        `${call.resource} is in an archive storage class (Glacier): restore it in S3 first (s3:RestoreObject), then fetch again.`,
      ];
    case 'SlowDown':
    case 'RequestLimitExceeded':
    case 'Throttling':
    case 'ThrottlingException':
    case 'TooManyRequestsException':
    case 'RequestThrottled':
    case 'ServiceUnavailable':
    case 'BandwidthLimitExceeded':
      return [
        'throttled',
        `The server asked to slow down (${code}): the fetch goes on more slowly, or try again later.`,
      ];
    case 'InternalError':
    case 'InternalFailure':
    case 'InternalServerError':
    case 'OperationAborted':
    case 'RequestTimeout':
      return ['connection', `The server failed to answer ${call.action} (${code}): try again later.`];
    case 'InvalidRequest':
    case 'InvalidArgument':
      if (!isCustomerKey(parts, call)) return null;
      return [
        'customer-key',
        `${call.resource} is encrypted with a key of the customer’s own (SSE-C), which S3 does not keep and Trailbench does not take: have it copied without SSE-C, and fetch the copy.`,
      ];
    case 'AccessDenied':
    case 'AccessDeniedException':
    case 'UnauthorizedOperation':
    case 'AllAccessDisabled':
      return explainDenial(message, call, context);
  }
  if (/^KMS\./.test(code)) return ['kms', explainKms(code, message, call)];
  return null;
}

/** What the status alone tells; answers to HEAD have no body, and some stores none at all. */
function explainByStatus(parts: AwsErrorParts, call: AwsCall, context: FailureContext): Explanation {
  const { code, httpStatus, message } = parts;
  if (/^Checksum mismatch/.test(message)) {
    return ['damaged', `${call.resource} arrived with another checksum than S3 holds of it: it is fetched again.`];
  }
  const isForeign =
    /text\/html/i.test(parts.headers['content-type'] ?? '') ||
    /Deserialization error|not valid JSON|^Unexpected (token|end)/.test(message);
  if (isForeign && (httpStatus ?? 0) < 500) return ['other', notS3(httpStatus, context)];
  switch (httpStatus ?? 0) {
    case 301:
    case 307:
      return ['wrong-region', wrongRegion(parts, context)];
    case 400:
      if (parts.headers['x-amz-bucket-region']) return ['wrong-region', wrongRegion(parts, context)];
      break;
    case 401:
    case 403:
      return explainDenial(message, call, context);
    case 404:
      return isAboutObject(call)
        ? ['gone', `${call.resource} is not there (any more): it was deleted after it was listed.`]
        : ['no-bucket', noBucket(call, context)];
    case 405:
      return ['other', `The store does not know ${call.action}: it can’t be asked for that.`];
    case 412:
      return ['gone', `${call.resource} was replaced while it was fetched: fetch again.`];
    case 429:
    case 503:
      return ['throttled', `The server asked to slow down (status ${httpStatus}): the fetch goes on more slowly.`];
  }
  if (httpStatus !== null && httpStatus >= 500) {
    return ['connection', `The server failed to answer ${call.action} (status ${httpStatus}): try again later.`];
  }
  const status = httpStatus === null ? '' : `, status ${httpStatus}`;
  const detail = message === '' ? '' : `: ${message.replace(/\.$/, '')}`;
  return [
    'other',
    `${call.action} on ${call.resource} failed (${code}${status})${detail}. Check the source’s settings.`,
  ];
}

function explainDenial(message: string, call: AwsCall, context: FailureContext): Explanation {
  if (/kms/i.test(message)) return ['kms', explainKms('AccessDenied', message, call)];
  const who = /(arn:[\w-]+:(?:sts|iam)::\d+:[^\s]+)/.exec(message)?.[1] ?? null;
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1] ?? call.action;
  const subject = who ?? (context.credentials ? `What these credentials belong to (${context.credentials})` : 'You');
  const cause = / with an explicit deny in an? ([\w -]+policy)/.exec(message)?.[1];
  const reason = cause === undefined ? '' : ` An explicit deny in a ${cause} forbids it.`;
  const policy = context.bucket === undefined ? '' : ' (the minimal policy can be copied)';
  const payer =
    context.requesterPays === false && action.startsWith('s3:')
      ? ' If the bucket charges its readers, switch on “requester pays”.'
      : '';
  return [
    'denied',
    `${subject} may not ${action} on ${call.resource}: the permission ${action} is missing.${reason} Add it${policy} or use other credentials.${payer}`,
  ];
}

function explainKms(code: string, message: string, call: AwsCall): string {
  const key = /arn:[\w-]+:kms:[\w-]+:\d+:(?:key|alias)\/[\w/-]+/.exec(message)?.[0];
  const keyWords = key === undefined ? 'the KMS key it is encrypted with' : `the KMS key ${key}`;
  if (/Disabled/i.test(code) || /is disabled/i.test(message)) {
    return `${call.resource} can’t be decrypted, because ${keyWords} is disabled: have it enabled, then fetch again.`;
  }
  if (/InvalidState|NotFound/i.test(code) || /pending deletion|does not exist|is deleted/i.test(message)) {
    return `${call.resource} can’t be decrypted, because ${keyWords} is deleted or waits for its deletion: have the deletion cancelled (kms:CancelKeyDeletion) while that is possible.`;
  }
  return `${call.resource} can’t be decrypted: the permission kms:Decrypt on ${keyWords} is missing. Add it in your policy and, if the key is another account’s, in the key’s policy too.`;
}

function wrongRegion(parts: AwsErrorParts, context: FailureContext): string {
  const bucket = context.bucket === undefined ? 'The bucket' : `The bucket ${context.bucket}`;
  const region = bucketRegionOf(parts) ?? /expecting '([\w-]+)'/.exec(parts.message)?.[1];
  if (region) {
    const given = context.region === undefined ? '' : `, not in ${context.region}`;
    return `${bucket} is in the region ${region}${given}: choose that region, or leave the region empty.`;
  }
  const endpoint = text(parts.fields['Endpoint']) || parts.headers['location'];
  const place = endpoint ? ` at ${endpoint}` : ' elsewhere';
  return `${bucket} must be asked${place}: correct the region or the endpoint of the source.`;
}

/** The region that an answer names, in its header or its body. */
function bucketRegionOf(parts: Pick<AwsErrorParts, 'headers' | 'fields'>): string | null {
  const region = parts.headers['x-amz-bucket-region'] ?? text(parts.fields['Region']);
  return region || null;
}

/** The same of an error as it was thrown. */
export function regionFromError(error: unknown): string | null {
  return bucketRegionOf(takeApart(error));
}

function noBucket(call: AwsCall, { bucket, endpointUrl }: FailureContext): string {
  const name = bucket ?? call.resource;
  return `There is no bucket ${name}${endpointUrl ? ` at ${endpointUrl}` : ''}: check its name${endpointUrl ? ' and the endpoint' : ''}.`;
}

function notS3(httpStatus: number | null, { endpointUrl }: FailureContext): string {
  const status = httpStatus === null ? '' : ` (status ${httpStatus})`;
  return `What answered${endpointUrl ? ` at ${endpointUrl}` : ''} is no S3 but a web page${status}: check the endpoint, or whether a proxy or a network’s sign-in page stands in between.`;
}

function isCustomerKey({ message, code }: AwsErrorParts, call: AwsCall): boolean {
  if (/server side encryption|SSE-C|customer.{0,20}key|encryption parameters/i.test(message)) return true;
  // RGW sends the code without a message; reading an object has no other way to be an invalid request.
  return message === '' && code === 'InvalidRequest' && isAboutObject(call);
}

function isAboutObject({ action }: AwsCall): boolean {
  return action.startsWith('s3:GetObject') || action === 's3:HeadObject';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
