import { TrailbenchError } from '#shared/api/errors.ts';

/** Where a trail lies: what a pasted address says. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
  /** If the address names it. */
  readonly region: string | null;
}

const longestKeyBytes = 1024;

/**
 * Reads `s3://bucket[/prefix]`; also an ARN (`arn:aws:s3:::bucket/prefix`) and S3's own web addresses
 * (`https://bucket.s3.region.amazonaws.com/prefix`, a page of the console), as people paste them. Errors: BAD_INPUT.
 */
export function parseS3Url(text: string): S3Location {
  const trimmed = text.trim();
  if (/^s3:\/\//i.test(trimmed)) return splitPath(trimmed.slice('s3://'.length), null);
  const arn = /^arn:[\w-]+:s3:([\w-]*):(\d*):(.+)$/.exec(trimmed);
  if (arn) {
    const [, region, accountId, path] = arn;
    if (accountId !== '' || region !== '') {
      throw badInput('An access point’s ARN can’t be used here: give the bucket itself, as s3://bucket/prefix.');
    }
    return splitPath(path ?? '', null);
  }
  if (/^https?:\/\//i.test(trimmed)) return parseWebAddress(trimmed);
  throw badInput(`“${shorten(trimmed)}” is no S3 address: it should read s3://bucket or s3://bucket/prefix/.`);
}

/** The address as it is stored and shown. */
export function formatS3Url({ bucket, prefix }: Pick<S3Location, 'bucket' | 'prefix'>): string {
  return `s3://${bucket}/${prefix}`;
}

/** Checks the address of an S3-compatible store; the result has no `/` at its end. Errors: BAD_INPUT. */
export function parseEndpointUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw badInput(`The endpoint “${shorten(text)}” is no address: it should read https://host or http://host:port.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw badInput(
      'The endpoint must not have a user and password in it: put the access key into a profile of the AWS config files and choose that profile.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw badInput('The endpoint must be a plain address, without anything after “?” or “#”.');
  }
  return url.href.replace(/\/+$/, '');
}

/** Refuses what is no region before it becomes part of a host name. Errors: BAD_INPUT. */
export function checkRegion(region: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(region)) return region;
  throw badInput(`“${shorten(region)}” is no region: it should read like eu-central-1.`);
}

function parseWebAddress(text: string): S3Location {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw badInput(`“${shorten(text)}” is no address: use s3://bucket/prefix.`);
  const { hostname, pathname, searchParams } = url;
  if (/(^|\.)console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/.test(hostname)) {
    const bucket = /^\/s3\/buckets\/([^/]+)/.exec(pathname)?.[1];
    if (bucket) return finish(bucket, searchParams.get('prefix') ?? '', searchParams.get('region'));
  }
  const found = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/.exec(
    hostname,
  );
  if (!found) {
    throw badInput(
      `“${shorten(text)}” is no address of Amazon S3. For an S3-compatible store, give s3://bucket/prefix and the store’s address as the endpoint.`,
    );
  }
  const path = decode(pathname.slice(1));
  const region = found[2] ?? null;
  return found[1] === undefined ? splitPath(path, region) : finish(found[1], path, region);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badInput('That address has a “%” that is no escape: use s3://bucket/prefix.');
  }
}

function splitPath(path: string, region: string | null): S3Location {
  const slash = path.indexOf('/');
  return slash < 0 ? finish(path, '', region) : finish(path.slice(0, slash), path.slice(slash + 1), region);
}

function finish(bucket: string, path: string, region: string | null): S3Location {
  checkBucket(bucket);
  // A pasted log object's own key stands for the folder it lies in.
  const folder = /\.json(\.gz)?$/.test(path) ? path.slice(0, path.lastIndexOf('/') + 1) : path;
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  // eslint-disable-next-line no-control-regex -- a key may hold them, an address that a person gives should not
  if (/[\u0000-\u001f\u007f]/.test(prefix)) throw badInput('The prefix has control characters in it: type it again.');
  if (Buffer.byteLength(prefix) > longestKeyBytes) throw badInput('The prefix is longer than any key of S3 can be.');
  return { bucket, prefix, region };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkBucket(bucket: string): void {
  if (bucket === '') throw badInput('The bucket’s name is missing: the address should read s3://bucket/prefix.');
  const isName =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
    !bucket.includes('..') &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(bucket);
  if (!isName) {
    throw badInput(
      `“${shorten(bucket)}” can’t be a bucket: names have 3 to 63 small letters, digits, hyphens and dots, and begin and end with a letter or digit.`,
    );
  }
  if (bucket.endsWith('--x-s3')) {
    throw badInput(
      `“${bucket}” is a directory bucket, to which CloudTrail never delivers: give the trail’s own bucket.`,
    );
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function badInput(sentence: string): TrailbenchError {
  return new TrailbenchError('BAD_INPUT', sentence);
}
