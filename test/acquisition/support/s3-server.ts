import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { promisify } from 'node:util';
import { RawS3 } from './raw-s3.ts';

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface BucketFile {
  readonly key: string;
  readonly body: Uint8Array;
  /** Sent as `x-amz-meta-*`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What makes a user a reader of a whole trail. */
export const readingActions = [
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:GetBucketLocation',
  's3:GetBucketVersioning',
  's3:GetObject',
  's3:GetObjectVersion',
] as const;

export interface S3Location extends S3Keys {
  readonly endpoint: string;
  readonly cephConfPath: string;
  readonly isOfThisRun: boolean;
}

/** A Ceph RADOS Gateway: checks signatures and policies as S3 does; its errors carry no message. */
export class TestS3 {
  readonly endpoint: string;
  /** The user that may do anything with its own buckets. */
  readonly keys: S3Keys;
  readonly client: S3Client;
  readonly isOfThisRun: boolean;
  readonly #raw: RawS3;
  readonly #cephConfPath: string;
  readonly #statements = new Map<string, unknown[]>();

  constructor({ endpoint, accessKeyId, secretAccessKey, cephConfPath, isOfThisRun }: S3Location) {
    this.endpoint = endpoint;
    this.keys = { accessKeyId, secretAccessKey };
    this.client = plainClient(endpoint, this.keys);
    this.isOfThisRun = isOfThisRun;
    this.#raw = new RawS3(endpoint, this.keys);
    this.#cephConfPath = cephConfPath;
  }

  /** A new, empty bucket with a name of its own. */
  async makeBucket({ isVersioned = false } = {}): Promise<string> {
    const bucket = `trail-${randomBytes(6).toString('hex')}`;
    await this.client.send(new CreateBucketCommand({ Bucket: bucket }));
    if (isVersioned) {
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await this.client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    }
    return bucket;
  }

  async putObjects(bucket: string, files: Iterable<BucketFile>): Promise<void> {
    await this.#raw.forEach(files, ({ key, body, metadata = {} }) => {
      const named = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', ...Object.fromEntries(named) };
      return this.#raw.send('PUT', { bucket, key }, { headers, body });
    });
  }

  /** In a versioned bucket: puts a delete marker above the versions. */
  async deleteObject(bucket: string, key: string): Promise<void> {
    await this.#raw.send('DELETE', { bucket, key });
  }

  /** Removes a bucket with every version of every object in it. */
  async removeBucket(bucket: string): Promise<void> {
    this.#statements.delete(bucket);
    for (let isTruncated = true; isTruncated;) {
      const page = await this.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      await this.#raw.forEach(versions, ({ Key: key = '', VersionId = 'null' }) =>
        this.#raw.send('DELETE', { bucket, key, query: `versionId=${encodeURIComponent(VersionId)}` }),
      );
      isTruncated = page.IsTruncated ?? false;
    }
    await this.client.send(new DeleteBucketCommand({ Bucket: bucket }));
  }

  /** The bucket is no longer needed: removed, unless the server ends with this run anyway (20,000 objects take long). */
  async releaseBucket(bucket: string): Promise<void> {
    if (!this.isOfThisRun) await this.removeBucket(bucket);
  }

  /** A new user that may do `actions` in these buckets, and nothing else; beside those made before. */
  async makeUser(options: {
    readonly mayRead: readonly string[];
    readonly actions?: readonly string[];
  }): Promise<S3Keys> {
    const name = `user-${randomBytes(6).toString('hex')}`;
    const keys = { accessKeyId: randomBytes(10).toString('hex').toUpperCase(), secretAccessKey: randomBytes(20).toString('hex') }; // prettier-ignore
    const identity = [`--uid=${name}`, `--display-name=${name}`];
    const secrets = [`--access-key=${keys.accessKeyId}`, `--secret=${keys.secretAccessKey}`];
    await promisify(execFile)('radosgw-admin', ['-c', this.#cephConfPath, 'user', 'create', ...identity, ...secrets]);
    for (const bucket of options.mayRead) {
      const statements = [
        ...(this.#statements.get(bucket) ?? []),
        {
          Effect: 'Allow',
          Principal: { AWS: [`arn:aws:iam:::user/${name}`] },
          Action: options.actions ?? readingActions,
          Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        },
      ];
      this.#statements.set(bucket, statements);
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
      await this.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    }
    return keys;
  }

  /** For a program that is to find these keys by the SDK's standard chain, and nothing else of this machine's. */
  environment(keys: S3Keys = this.keys): Record<string, string> {
    return {
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }
}

/** An SDK client as the server needs it, without anything of ours. */
export function plainClient(endpoint: string, credentials: S3Keys): S3Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({ httpAgent: agent, socketAcquisitionWarningTimeout: 60_000 }),
  });
}
