import { createHash, createHmac } from 'node:crypto';
import type { S3Keys } from './s3-server.ts';

export interface SignedRequest {
  readonly method: string;
  /** As it is sent, with the query. */
  readonly target: string;
  /** With `host`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Headers for AWS's signature version 4 of a request whose payload is not signed, apart from the SDK's own signer:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signV4(request: SignedRequest, keys: S3Keys, region: string, at = new Date()): Record<string, string> {
  const time = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const day = time.slice(0, 8);
  const payload = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const { authorization: _former, ...others } = request.headers;
  const headers: Record<string, string> = { ...others, 'x-amz-content-sha256': payload, 'x-amz-date': time };
  const names = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-')).sort(); // prettier-ignore
  const [path = '', query = ''] = request.target.split('?');
  const canonicalQuery = query.split('&').filter(Boolean).map((pair) => (pair.includes('=') ? pair : `${pair}=`)).sort(); // prettier-ignore
  const canonical = [
    request.method,
    path,
    canonicalQuery.join('&'),
    ...names.map((name) => `${name}:${headers[name]!.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signingKey = [day, region, 's3', 'aws4_request'].reduce(
    (key: string | Buffer, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex');
  const credential = `Credential=${keys.accessKeyId}/${scope}`;
  headers['authorization'] = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}

/** A key as it stands in a request's path. */
export function encodeKey(key: string): string {
  return key.split('/').map((part) => encodeURIComponent(part).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)).join('/'); // prettier-ignore
}
