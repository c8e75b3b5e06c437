import { invokedBy, userAgents, userIdentity } from './callers.ts';
import {
  accounts,
  addresses,
  at,
  buckets,
  databases,
  dataKey,
  homeRegion,
  intruderUser,
  minedRegion,
  outsideAccount,
  secondRegion,
  secrets,
  volumes,
} from './company.ts';
import { accessDenied } from './denials.ts';
import type { Intrusion } from './intrusion-steps.ts';
import { objectCall } from './object-calls.ts';
import { bucket } from './read-calls.ts';
import type { Call, Caller } from './records.ts';

const production = accounts.production;

/** What the intruder came for. Returns the instances started to mine. */
export function stealAndDestroy(intrusion: Intrusion, administrator: Caller, browser: Caller): readonly string[] {
  const key: Caller = { accountId: production, region: homeRegion, identity: userIdentity(intruderUser), source: addresses.intruderExit, userAgent: userAgents.cli }; // prettier-ignore
  readSecrets(intrusion, key);
  shareSnapshots(intrusion, key, browser);
  shareDatabase(intrusion, key);
  const stolen = copyObjects(intrusion, key);
  const mined = mine(intrusion, key);
  removeBackups(intrusion, key);
  destroyAndDemand(intrusion, key, stolen);
  tryToLeave(intrusion, administrator, key);
  return mined;
}

function readSecrets(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1555.006',
    'All secrets are read',
    `${secrets.length} secrets are fetched one after the other within minutes; AWS KMS decrypts each on behalf of the caller.`,
  );
  let atMs = at(6, 20, 3, 12);
  intrusion.act(atMs, key, { service: 'secretsmanager', name: 'ListSecrets', parameters: { maxResults: 100 } });
  secrets.forEach((secretId, index) => {
    atMs += intrusion.trail.random.integer(1000, 9000);
    const read: Call = { service: 'secretsmanager', name: 'GetSecretValue', parameters: { secretId } };
    const isKeptByKeyPolicy = index === 16 || index === 17;
    intrusion.act(atMs, key, isKeptByKeyPolicy ? { ...read, error: ['AccessDeniedException', 'Access to KMS is not allowed'] } : read);
    intrusion.act(atMs, invokedBy(key, 'secretsmanager'), {
      service: 'kms',
      name: 'Decrypt',
      parameters: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', encryptionContext: { SecretARN: secretId } },
      ...(isKeptByKeyPolicy ? accessDenied(key, { service: 'kms', name: 'Decrypt' }) : {}),
      resources: [{ accountId: production, type: 'AWS::KMS::Key', ARN: dataKey }],
    });
  }); // prettier-ignore
}

function shareSnapshots(intrusion: Intrusion, key: Caller, browser: Caller): void {
  const random = intrusion.trail.random;
  const snapshots = volumes.map((volumeId) => ({ volumeId, snapshotId: `snap-${random.hex(17)}` }));
  intrusion.begin(
    'T1578.001',
    'Snapshots of the production volumes',
    'Both volumes of the web application are snapshotted from the console.',
  );
  snapshots.forEach(({ volumeId, snapshotId }, index) => {
    const response = { snapshotId, volumeId, status: 'pending', ownerId: production, encrypted: false };
    intrusion.act(at(7, 0, 31, 5 + index * 9), browser, { service: 'ec2', name: 'CreateSnapshot', parameters: { volumeId, description: 'bk' }, response }); // prettier-ignore
  });

  intrusion.begin(
    'T1537',
    'Snapshots shared with an outside account',
    `The volume and database snapshots are shared with account ${outsideAccount}; the encrypted database has to be copied to another key first.`,
  );
  snapshots.forEach(({ snapshotId }, index) => {
    const items = [{ userId: outsideAccount }];
    const parameters = {
      snapshotId,
      createVolumePermission: { add: { items } },
      attributeType: 'CREATE_VOLUME_PERMISSION',
    };
    intrusion.act(at(7, 0, 39, 20 + index * 6), key, { service: 'ec2', name: 'ModifySnapshotAttribute', parameters, response: { _return: true } }); // prettier-ignore
  });
}

/** Still the step of the shared snapshots. */
function shareDatabase(intrusion: Intrusion, key: Caller): void {
  const dBInstanceIdentifier = databases[1];
  const first = `${dBInstanceIdentifier}-bk`;
  const second = `${dBInstanceIdentifier}-bk2`;
  const share = (dBSnapshotIdentifier: string): Call => ({
    service: 'rds',
    name: 'ModifyDBSnapshotAttribute',
    parameters: { dBSnapshotIdentifier, attributeName: 'restore', valuesToAdd: [outsideAccount] },
    response: { dBSnapshotIdentifier, dBSnapshotAttributes: [{ attributeName: 'restore', attributeValues: [outsideAccount] }] }, // prettier-ignore
  });
  const customerKey = `arn:aws:kms:${homeRegion}:${production}:key/8c41d7f0-35b2-4e69-a1d8-0f7b92c6e354`;
  const made = { dBSnapshotIdentifier: first, status: 'creating', encrypted: true };
  const create = { dBInstanceIdentifier, dBSnapshotIdentifier: first };
  const copy = { sourceDBSnapshotIdentifier: first, targetDBSnapshotIdentifier: second, kmsKeyId: customerKey };
  const copied = { ...made, dBSnapshotIdentifier: second, kmsKeyId: customerKey };
  const refusal = "DB snapshots encrypted with the default RDS encryption key can't be shared.";
  intrusion.act(at(7, 0, 44, 50), key, {
    service: 'rds',
    name: 'CreateDBSnapshot',
    parameters: create,
    response: made,
  });
  intrusion.act(at(7, 0, 52, 14), key, { ...share(first), error: ['InvalidParameterValue', refusal] });
  intrusion.act(at(7, 0, 55, 31), key, { service: 'rds', name: 'CopyDBSnapshot', parameters: copy, response: copied });
  intrusion.act(at(7, 1, 4, 2), key, share(second));
}

function copyObjects(intrusion: Intrusion, key: Caller): readonly string[] {
  const random = intrusion.trail.random;
  intrusion.begin(
    'T1530',
    'Customer exports are downloaded',
    'In twenty minutes 420 objects of the customer exports bucket are read from one foreign address.',
  );
  const names = Array.from({ length: 420 }, (_, index) => {
    const month = String((index % 14) + 1).padStart(2, '0');
    return `customers/2025-${month}/export ${String(index).padStart(4, '0')} – Kund:innen.csv.gz`.replace('2025-13', '2026-01').replace('2025-14', '2026-02'); // prettier-ignore
  });
  let atMs = at(7, 3, 12, 2);
  intrusion.act(atMs, key, { service: 's3', name: 'ListObjects', isData: true, parameters: { ...bucket(buckets.exports, 'list-type'), prefix: 'customers/', 'max-keys': '1000' } }); // prettier-ignore
  for (const name of names) {
    atMs += random.integer(900, 4800);
    const place = { bucket: buckets.exports, key: name, accountId: production };
    intrusion.act(atMs, key, objectCall('GetObject', place, { bytes: random.integer(2_000_000, 60_000_000) }));
  }
  return names;
}

function mine(intrusion: Intrusion, key: Caller): readonly string[] {
  const random = intrusion.trail.random;
  intrusion.begin(
    'T1496.001',
    'Crypto-mining instances in an unused region',
    'Large instances are started in sa-east-1, where the company has nothing; the first attempts fail on quotas and on a policy.',
  );
  const run = (instanceType: string, count: number): Call => ({
    service: 'ec2',
    name: 'RunInstances',
    parameters: {
      instancesSet: { items: [{ imageId: 'ami-0b7d59c2f81e6a034', minCount: count, maxCount: count, keyName: 'bk' }] },
      userData: '<sensitiveDataRemoved>',
      instanceType,
      blockDeviceMapping: {},
      monitoring: { enabled: false },
    },
  });
  const instances = Array.from({ length: 4 }, () => `i-${random.hex(17)}`);
  const items = instances.map((instanceId) => ({
    instanceId,
    imageId: 'ami-0b7d59c2f81e6a034',
    instanceType: 'c6i.8xlarge',
  }));
  const quota = ['Client.VcpuLimitExceeded', 'You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.'] as const; // prettier-ignore
  const groupId = `sg-${random.hex(17)}`;
  const abroad = { ...key, region: minedRegion };
  const everywhere = { items: [{ ipProtocol: '-1', ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] };
  intrusion.act(at(7, 4, 18, 1), { ...key, region: secondRegion }, accessDenied(key, run('p4d.24xlarge', 8)));
  intrusion.actAll(at(7, 4, 19, 30), abroad, [
    { service: 'ec2', name: 'DescribeInstanceTypes', parameters: { DescribeInstanceTypesRequest: { MaxResults: 100 } } },
    { service: 'ec2', name: 'CreateKeyPair', parameters: { keyName: 'bk', keyType: 'rsa', keyFormat: 'pem' }, response: { keyName: 'bk', keyPairId: `key-${random.hex(17)}`, keyMaterial: '<sensitiveDataRemoved>' } },
    { service: 'ec2', name: 'CreateSecurityGroup', parameters: { groupName: 'bk', groupDescription: 'bk' }, response: { _return: true, groupId } },
    { service: 'ec2', name: 'AuthorizeSecurityGroupIngress', parameters: { groupId, ipPermissions: everywhere }, response: { _return: true } },
    { ...run('c6i.32xlarge', 8), error: quota },
    { ...run('c6i.16xlarge', 4), error: quota },
    { ...run('c6i.8xlarge', 4), response: { reservationId: `r-${random.hex(17)}`, ownerId: production, instancesSet: { items } } },
    { service: 'ec2', name: 'DescribeInstances', parameters: { instancesSet: {}, filterSet: {} } },
    { service: 'servicequotas', name: 'RequestServiceQuotaIncrease', parameters: { serviceCode: 'ec2', quotaCode: 'L-1216C47A', desiredValue: 1024 }, error: ['DependencyAccessDeniedException', 'The request is denied by a service control policy.'] },
  ], 70_000); // prettier-ignore
  return instances;
}

function removeBackups(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1490',
    'Versioning and backups are removed',
    'Versioning of the exports bucket is suspended and recovery points are deleted; the vault’s lock keeps the database backups.',
  );
  const vault = { backupVaultName: 'daily' };
  intrusion.actAll(at(7, 22, 51, 36), key, [
    { service: 's3', name: 'GetBucketVersioning', parameters: bucket(buckets.exports, 'versioning') },
    { service: 's3', name: 'PutBucketVersioning', parameters: { ...bucket(buckets.exports, 'versioning'), VersioningConfiguration: { Status: 'Suspended' } } },
    { service: 's3', name: 'PutBucketLifecycle', parameters: { ...bucket(buckets.exports, 'lifecycle'), LifecycleConfiguration: { Rule: { ID: 'x', Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 1 } } } } },
    { service: 'backup', name: 'ListRecoveryPointsByBackupVault', parameters: vault },
    { service: 'backup', name: 'DeleteRecoveryPoint', parameters: { ...vault, recoveryPointArn: `arn:aws:rds:${homeRegion}:${production}:snapshot:awsbackup-${databases[1]}-6` }, error: ['InvalidRequestException', "The recovery point is protected by the vault lock and can't be deleted."] },
    { service: 'ec2', name: 'DeleteSnapshot', parameters: { snapshotId: 'snap-04d9e71b3a85cf620' }, response: { _return: true } },
  ], 15_000); // prettier-ignore
}

/** DeleteObjects is logged for the request and once more, as DeleteObject, for every key. */
function destroyAndDemand(intrusion: Intrusion, key: Caller, names: readonly string[]): void {
  intrusion.begin(
    'T1485',
    'Customer exports are deleted',
    'The 420 objects that were downloaded are deleted, in batches of 105.',
  );
  let atMs = at(7, 23, 2, 8);
  for (let first = 0; first < names.length; first += 105) {
    const parameters = { ...bucket(buckets.exports, 'delete'), 'x-id': 'DeleteObjects' };
    const resources = [{ accountId: production, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${buckets.exports}` }];
    intrusion.act(atMs, key, { service: 's3', name: 'DeleteObjects', isData: true, parameters, resources });
    for (const name of names.slice(first, first + 105)) {
      const place = { bucket: buckets.exports, key: name, accountId: production };
      intrusion.act(atMs, key, objectCall('DeleteObject', place));
    }
    atMs += 6000;
  }
  intrusion.begin(
    'T1657',
    'Ransom note',
    'A note that demands payment is put into the emptied bucket, twice: its first place is denied.',
  );
  const assets = { bucket: buckets.assets, key: 'index.html', accountId: production };
  const note = { bucket: buckets.exports, key: 'HOW-TO-GET-YOUR-DATA-BACK.txt', accountId: production };
  intrusion.act(atMs + 4000, key, accessDenied(key, objectCall('PutObject', assets, { bytes: 1184 })));
  intrusion.act(atMs + 9000, key, objectCall('PutObject', note, { bytes: 1184 }));
}

function tryToLeave(intrusion: Intrusion, administrator: Caller, key: Caller): void {
  intrusion.begin(
    'T1531',
    'Attempts to lock the company out',
    'Leaving the organisation and deleting the responders’ roles are tried and denied by service control policies.',
  );
  const roleName = String(administrator.identity['arn']).split('/')[1] ?? '';
  intrusion.actAll(at(7, 23, 20, 15), key, [
    accessDenied(key, { service: 'organizations', name: 'LeaveOrganization', parameters: null }),
    accessDenied(key, { service: 'iam', name: 'DeleteRole', parameters: { roleName } }),
    accessDenied(key, { service: 'iam', name: 'DeleteSAMLProvider', parameters: { sAMLProviderArn: `arn:aws:iam::${production}:saml-provider/AWSSSO_5d1f0c83b7e94a62_DO_NOT_DELETE` } }),
  ], 30_000); // prettier-ignore
}
