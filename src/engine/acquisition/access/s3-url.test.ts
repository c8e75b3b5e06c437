import { expect, test } from 'vitest';
import { checkRegion, formatS3Url, parseEndpointUrl, parseS3Url } from './s3-url.ts';

test.each([
  ['s3://trail-bucket', 'trail-bucket', '', null],
  ['s3://trail-bucket/', 'trail-bucket', '', null],
  ['s3://trail-bucket/AWSLogs', 'trail-bucket', 'AWSLogs/', null],
  ['  s3://trail-bucket/a/AWSLogs/o-1/ ', 'trail-bucket', 'a/AWSLogs/o-1/', null],
  ['S3://trail.bucket/50%/x', 'trail.bucket', '50%/x/', null],
  ['s3://trail-bucket//AWSLogs', 'trail-bucket', '/AWSLogs/', null],
  ['s3://trail-bucket/AWSLogs/1_CloudTrail_eu-west-1_20260101T0000Z_x.json.gz', 'trail-bucket', 'AWSLogs/', null],
  ['arn:aws:s3:::trail-bucket/AWSLogs', 'trail-bucket', 'AWSLogs/', null],
  ['arn:aws-cn:s3:::trail-bucket', 'trail-bucket', '', null],
  ['https://trail-bucket.s3.eu-west-1.amazonaws.com/AWSLogs/', 'trail-bucket', 'AWSLogs/', 'eu-west-1'],
  ['https://trail.bucket.s3-us-west-2.amazonaws.com/a%20b', 'trail.bucket', 'a b/', 'us-west-2'],
  ['https://s3.cn-north-1.amazonaws.com.cn/trail-bucket/AWSLogs', 'trail-bucket', 'AWSLogs/', 'cn-north-1'],
  ['https://trail-bucket.s3.amazonaws.com', 'trail-bucket', '', null],
  [
    'https://eu-west-1.console.aws.amazon.com/s3/buckets/trail-bucket?region=eu-west-1&prefix=AWSLogs/123/',
    'trail-bucket',
    'AWSLogs/123/',
    'eu-west-1',
  ],
])('%s', (text, bucket, prefix, region) => {
  expect(parseS3Url(text)).toEqual({ bucket, prefix, region });
});

test.each([
  ['', /no S3 address/],
  ['trail-bucket', /should read s3:/],
  ['s3://', /name is missing/],
  ['s3:///AWSLogs', /name is missing/],
  ['s3://Trail-Bucket', /small letters/],
  ['s3://ab', /3 to 63/],
  [`s3://${'a'.repeat(64)}`, /3 to 63/],
  ['s3://192.168.1.10/x', /can’t be a bucket/],
  ['s3://a..b', /can’t be a bucket/],
  ['s3://user:secret@bucket/x', /can’t be a bucket/],
  ['s3://trail--use1-az4--x-s3', /directory bucket/],
  ['s3://trail-bucket/a\u0000b', /control characters/],
  [`s3://trail-bucket/${'a'.repeat(1100)}`, /longer than any key/],
  ['arn:aws:s3:eu-west-1:123456789012:accesspoint/x', /access point/],
  ['https://minio.example.com/bucket', /S3-compatible/],
  ['https://trail-bucket.s3.eu-west-1.amazonaws.com.evil.example/', /no address of Amazon S3/],
])('%j is refused', (text, sentence) => {
  expect(() => parseS3Url(text)).toThrow(sentence);
});

test('an address is written as it is read', () => {
  expect(formatS3Url(parseS3Url('s3://trail-bucket/AWSLogs'))).toBe('s3://trail-bucket/AWSLogs/');
  expect(formatS3Url(parseS3Url('s3://trail-bucket'))).toBe('s3://trail-bucket/');
});

test('endpoints are plain http or https addresses without a password', () => {
  expect(parseEndpointUrl(' http://127.0.0.1:9000/ ')).toBe('http://127.0.0.1:9000');
  expect(parseEndpointUrl('https://store.example.com/s3')).toBe('https://store.example.com/s3');
  expect(() => parseEndpointUrl('https://key:secret@store.example.com')).toThrow(/user and password/);
  expect(() => parseEndpointUrl('ftp://store.example.com')).toThrow(/is no address/);
  expect(() => parseEndpointUrl('store.example.com')).toThrow(/is no address/);
  expect(() => parseEndpointUrl('https://store.example.com/?x=1')).toThrow(/plain address/);
});

test('a region can’t smuggle in another host', () => {
  expect(checkRegion('us-gov-west-1')).toBe('us-gov-west-1');
  expect(() => checkRegion('eu-west-1.evil.example/')).toThrow(/is no region/);
});
