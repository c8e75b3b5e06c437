import { expect, test } from 'vitest';
import { minimalPolicy, partitionOf } from './policy.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string;
  readonly Condition?: unknown;
}

const access = { url: 's3://trail-bucket', profile: null, region: null, endpointUrl: null, forcePathStyle: false, requesterPays: false }; // prettier-ignore

function statementsOf(policy: string): Record<string, Statement> {
  const { Version, Statement } = JSON.parse(policy) as { Version: string; Statement: Statement[] };
  expect(Version).toBe('2012-10-17');
  return Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
}

test('a whole bucket: listing and reading, nothing that writes', () => {
  const policy = minimalPolicy(access, true);
  const statements = statementsOf(policy);
  expect(statements['ListTrail']).toEqual({
    Sid: 'ListTrail',
    Effect: 'Allow',
    Action: ['s3:ListBucket', 's3:ListBucketVersions'],
    Resource: 'arn:aws:s3:::trail-bucket',
  });
  expect(statements['ReadTrail']).toMatchObject({
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: 'arn:aws:s3:::trail-bucket/*',
  });
  expect(statements['DecryptTrail']).toMatchObject({
    Action: 'kms:Decrypt',
    Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
  });
  const actions = Object.values(statements).flatMap(({ Action }) => Action);
  expect(actions).toContain('cloudtrail:ListPublicKeys');
  expect(actions.filter((action) => !/:(Get|List|Describe|Decrypt)/.test(action))).toEqual([]);
});

test('a prefix narrows listing and reading; its wildcards are letters', () => {
  const { ListTrail, ReadTrail } = statementsOf(
    minimalPolicy({ ...access, url: 's3://trail-bucket/a*b/AWSLogs' }, true),
  );
  expect(ListTrail?.Condition).toEqual({ StringLike: { 's3:prefix': 'a${*}b/AWSLogs/*' } });
  expect(ReadTrail?.Resource).toBe('arn:aws:s3:::trail-bucket/a${*}b/AWSLogs/*');
});

test('without proof, no permission for it', () => {
  const statements = statementsOf(minimalPolicy(access, false));
  expect(Object.keys(statements)).not.toContain('ReadWhatLaterProofNeeds');
  expect(statements['ReadBucketSettings']?.Action).toEqual(['s3:GetBucketLocation', 's3:GetBucketVersioning']);
});

test.each([
  ['cn-northwest-1', 'aws-cn', 's3.cn-northwest-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 's3.us-gov-west-1.amazonaws.com'],
  ['eu-central-1', 'aws', 's3.eu-central-1.amazonaws.com'],
])('ARNs of %s are of the partition %s', (region, partition, viaService) => {
  const statements = statementsOf(minimalPolicy({ ...access, region }, true));
  expect(partitionOf(region)).toBe(partition);
  expect(statements['ListTrail']?.Resource).toBe(`arn:${partition}:s3:::trail-bucket`);
  expect(statements['DecryptTrail']?.Condition).toEqual({ StringLike: { 'kms:ViaService': viaService } });
});

test('an address that is none has no policy', () => {
  expect(() => minimalPolicy({ ...access, url: 'trail-bucket' }, true)).toThrow(/no S3 address/);
  expect(() => minimalPolicy({ ...access, region: 'eu central' }, true)).toThrow(/no region/);
});
