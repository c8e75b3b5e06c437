import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import type { S3Session } from '../access/s3-session.ts';
import type { ProofFinding } from './proof-finding.ts';
import type { ProofQuestions } from './proof-questions.ts';

/**
 * What the bucket says about how safe the logs in it were: whether overwritten and deleted objects are kept, what
 * deletes them on its own, and who may.
 */
export async function bucketSettings(session: S3Session, questions: ProofQuestions): Promise<ProofFinding[]> {
  const { client, bucket, region } = session;
  const common = { region, resource: bucket, request: { Bucket: bucket } };
  const input = { Bucket: bucket };
  const answers = await Promise.all([
    questions.ask({
      ...common,
      subject: 'bucket versioning',
      action: 's3:GetBucketVersioning',
      fileName: 'bucket-versioning',
      send: (abortSignal) => client.send(new GetBucketVersioningCommand(input), { abortSignal }),
      describe: ({ Status, MFADelete }) =>
        Status === undefined
          ? 'Versioning was never enabled: what was overwritten or deleted is gone.'
          : `Versioning is ${Status.toLowerCase()}; MFA delete is ${(MFADelete ?? 'Disabled').toLowerCase()}.`,
    }),
    questions.ask({
      ...common,
      subject: 'bucket lifecycle',
      action: 's3:GetLifecycleConfiguration',
      fileName: 'bucket-lifecycle',
      send: (abortSignal) => client.send(new GetBucketLifecycleConfigurationCommand(input), { abortSignal }),
      describe: ({ Rules = [] }) =>
        Rules.length === 0
          ? null
          : `${Rules.length} lifecycle ${Rules.length === 1 ? 'rule' : 'rules'}: objects may be moved or deleted by age.`,
      noneCodes: ['NoSuchLifecycleConfiguration'],
      none: 'No lifecycle rules: the bucket deletes nothing by age.',
    }),
    questions.ask({
      ...common,
      subject: 'bucket object lock',
      action: 's3:GetBucketObjectLockConfiguration',
      fileName: 'bucket-object-lock',
      send: (abortSignal) => client.send(new GetObjectLockConfigurationCommand(input), { abortSignal }),
      describe: ({ ObjectLockConfiguration: lock }) => {
        if (lock?.ObjectLockEnabled === undefined) return null;
        const retention = lock.Rule?.DefaultRetention;
        if (!retention) return 'Object Lock is enabled, without a retention by default.';
        const span = retention.Days === undefined ? `${retention.Years} years` : `${retention.Days} days`;
        return `Object Lock is enabled: ${String(retention.Mode).toLowerCase()} retention of ${span} by default.`;
      },
      noneCodes: ['ObjectLockConfigurationNotFoundError'],
      none: 'No Object Lock: versions can be deleted by whoever has the permission.',
    }),
    questions.ask({
      ...common,
      subject: 'bucket encryption',
      action: 's3:GetEncryptionConfiguration',
      fileName: 'bucket-encryption',
      send: (abortSignal) => client.send(new GetBucketEncryptionCommand(input), { abortSignal }),
      describe: ({ ServerSideEncryptionConfiguration: encryption }) => {
        const algorithms = (encryption?.Rules ?? []).flatMap(
          (rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? [],
        );
        // Ceph RGW 16 does not know the question and answers with a listing, in which the SDK finds no rules.
        return algorithms.length === 0 ? null : `Encrypted by default with ${algorithms.join(', ')}.`;
      },
      noneCodes: ['ServerSideEncryptionConfigurationNotFoundError'],
      none: 'No encryption by default.',
    }),
    questions.ask({
      ...common,
      subject: 'bucket policy',
      action: 's3:GetBucketPolicy',
      fileName: 'bucket-policy',
      send: (abortSignal) => client.send(new GetBucketPolicyCommand(input), { abortSignal }),
      describe: ({ Policy }) => (Policy ? 'The policy says who may read, write and delete here.' : null),
      noneCodes: ['NoSuchBucketPolicy'],
      none: 'No bucket policy.',
    }),
  ]);
  return answers.map(({ finding }) => finding);
}
