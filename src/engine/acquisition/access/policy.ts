import type { S3Access } from '#shared/api/acquisition.ts';
import { checkRegion, parseS3Url } from './s3-url.ts';

/** Whether to list versions, and what later proof needs to know of the bucket. */
const settingsForListing = ['s3:GetBucketLocation', 's3:GetBucketVersioning'];
const settingsForProof = [
  's3:GetBucketObjectLockConfiguration',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetBucketPolicy',
];

/**
 * The smallest read-only IAM policy for this source, as JSON text. Without a region, that of the standard partition.
 * Errors: BAD_INPUT.
 */
export function minimalPolicy(access: S3Access, withProof: boolean): string {
  const { bucket, prefix, region: regionInUrl } = parseS3Url(access.url);
  const region = access.region || regionInUrl;
  const partition = region ? partitionOf(checkRegion(region)) : 'aws';
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const statements = [
    {
      Sid: 'ListTrail',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: bucketArn,
      ...(prefix === '' ? {} : { Condition: { StringLike: { 's3:prefix': `${escapeWildcards(prefix)}*` } } }),
    },
    {
      Sid: 'ReadTrail',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: `${bucketArn}/${escapeWildcards(prefix)}*`,
    },
    {
      Sid: 'ReadBucketSettings',
      Effect: 'Allow',
      Action: withProof ? [...settingsForListing, ...settingsForProof] : settingsForListing,
      Resource: bucketArn,
    },
    {
      Sid: 'DecryptTrail',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: {
        StringLike: {
          'kms:ViaService': `s3.${region || '*'}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
        },
      },
    },
  ];
  const proof = {
    Sid: 'ReadWhatLaterProofNeeds',
    Effect: 'Allow',
    Action: [
      'cloudtrail:DescribeTrails',
      'cloudtrail:GetEventSelectors',
      'cloudtrail:GetInsightSelectors',
      'cloudtrail:GetTrailStatus',
      'cloudtrail:ListPublicKeys',
    ],
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: withProof ? [...statements, proof] : statements }, null, 2);
}

/** `aws`, `aws-cn`, `aws-us-gov` … of a region. */
export function partitionOf(region: string): string {
  const [prefix] = /^(cn|us-gov|us-isob|us-isof|us-iso|eu-isoe|eusc)-/.exec(region) ?? [];
  switch (prefix) {
    case 'cn-':
      return 'aws-cn';
    case 'us-gov-':
      return 'aws-us-gov';
    case 'us-iso-':
      return 'aws-iso';
    case 'us-isob-':
      return 'aws-iso-b';
    case 'us-isof-':
      return 'aws-iso-f';
    case 'eu-isoe-':
      return 'aws-iso-e';
    case 'eusc-':
      return 'aws-eusc';
    default:
      return 'aws';
  }
}

/** IAM reads `*`, `?` and `$` in patterns; a prefix may hold them as letters. */
function escapeWildcards(prefix: string): string {
  return prefix.replace(/[*?$]/g, '${$&}');
}
