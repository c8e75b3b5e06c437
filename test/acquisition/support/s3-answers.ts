/** An answer that Amazon S3 gives and the local server can't be brought to. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As S3 writes errors: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function errorAnswer(
  status: number,
  code: string,
  message: string,
  { more = {}, headers = {} }: { more?: Record<string, string>; headers?: Record<string, string> } = {},
): ScriptedAnswer {
  const elements = Object.entries({ Code: code, Message: message, ...more, RequestId: 'TX3A9C1CDC51BCDB', HostId: 'none' }); // prettier-ignore
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</Error>`; // prettier-ignore
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** The bucket is in another region. */
export function permanentRedirect(region: string, bucket: string): ScriptedAnswer {
  return errorAnswer(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    {
      more: { Endpoint: `${bucket}.s3.${region}.amazonaws.com`, Bucket: bucket },
      headers: { 'x-amz-bucket-region': region },
    },
  );
}

/** The request was signed for another region than the bucket's. */
export function authorizationHeaderMalformed(signedFor: string, region: string): ScriptedAnswer {
  const message = `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${region}'`;
  return errorAnswer(400, 'AuthorizationHeaderMalformed', message, {
    more: { Region: region },
    headers: { 'x-amz-bucket-region': region },
  });
}

export function expiredToken(): ScriptedAnswer {
  return errorAnswer(400, 'ExpiredToken', 'The provided token has expired.', { more: { 'Token-0': 'IQoJb3JpZ2lu' } });
}

/** The object is encrypted with a KMS key that the caller may not use. */
export function kmsAccessDenied(keyArn: string): ScriptedAnswer {
  const message = `User: arn:aws:iam::111122223333:user/ann is not authorized to perform: kms:Decrypt on resource: ${keyArn} because no identity-based policy allows the kms:Decrypt action`;
  return errorAnswer(403, 'AccessDenied', message);
}

export function accessDenied(): ScriptedAnswer {
  return errorAnswer(403, 'AccessDenied', 'Access Denied');
}

/** The object is encrypted with a key that only its uploader has. */
export function customerKeyRequired(): ScriptedAnswer {
  return errorAnswer(
    400,
    'InvalidRequest',
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
  );
}

/** The object is in an archive class and was not restored. */
export function invalidObjectState(storageClass = 'GLACIER'): ScriptedAnswer {
  const message = "The operation is not valid for the object's storage class";
  return errorAnswer(403, 'InvalidObjectState', message, { more: { StorageClass: storageClass } });
}

/** By a server whose clock shows this. */
export function requestTimeTooSkewed(serverTime: Date, requestTime: string): ScriptedAnswer {
  const message = 'The difference between the request time and the current time is too large.';
  const more = { RequestTime: requestTime, ServerTime: serverTime.toISOString(), MaxAllowedSkewMilliseconds: '900000' };
  return errorAnswer(403, 'RequestTimeTooSkewed', message, { more, headers: { date: serverTime.toUTCString() } });
}

export function slowDown(): ScriptedAnswer {
  return errorAnswer(503, 'SlowDown', 'Please reduce your request rate.');
}

export function internalError(): ScriptedAnswer {
  return errorAnswer(500, 'InternalError', 'We encountered an internal error. Please try again.');
}

/** What a captive portal or a company's proxy puts in the way. */
export function signInPage(): ScriptedAnswer {
  const body = '<!doctype html><html><head><title>Sign in</title></head><body>Sign in to the network</body></html>';
  return { status: 200, headers: { 'content-type': 'text/html' }, body };
}
