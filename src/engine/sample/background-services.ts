import { invokedBy, roleArn, serviceCaller, sessionIdentity } from './callers.ts';
import {
  accounts,
  at,
  buckets,
  databases,
  dataKey,
  dayCount,
  globalRegion,
  homeRegion,
  nodeInstances,
  roles,
  secondRegion,
  secrets,
  serviceRole,
  vpcEndpoint,
  volumes,
  webInstances,
  type Role,
} from './company.ts';
import { objectCall } from './object-calls.ts';
import { inventoryCalls } from './read-calls.ts';
import type { Call, Caller, Trail } from './records.ts';
import { credentialsOf } from './callers.ts';

const production = accounts.production;

/** Round the clock: instances, functions, the cluster, and AWS's own services. */
export function addServices(trail: Trail): void {
  for (let day = 1; day <= dayCount; day += 1) {
    for (let hour = 0; hour < 24; hour += 1) {
      addInstances(trail, day, hour);
      if (hour % 2 === 0) addFunction(trail, day, hour);
      addCluster(trail, day, hour);
      addAwsServices(trail, day, hour);
    }
    addNightlyJobs(trail, day);
  }
}

/** Credentials of an instance's role: renewed about every six hours. */
function instanceCaller(trail: Trail, role: Role, instance: string, day: number, hour: number, source: string): Caller {
  const createdAtMs = at(day, hour - (hour % 6), 4);
  const keyId = trail.random.fork(`${instance}/${createdAtMs}`).exampleId('ASIA');
  const identity = sessionIdentity({ role, name: instance, keyId, createdAtMs, extra: { ec2RoleDelivery: '2.0' } });
  const caller = { accountId: production, region: homeRegion, identity, source, userAgent: '' };
  return { ...caller, vpcEndpointId: vpcEndpoint };
}

function addInstances(trail: Trail, day: number, hour: number): void {
  const random = trail.random;
  webInstances.forEach((instance, index) => {
    const source = `10.20.${index + 1}.14`;
    const web = { ...instanceCaller(trail, roles.web, instance, day, hour, source), userAgent: javaAgent };
    trail.record(at(day, hour, random.integer(0, 59), random.integer(0, 59)), { ...web, userAgent: ssmAgent }, {
      service: 'ssm',
      name: 'UpdateInstanceInformation',
      parameters: { instanceId: instance, agentVersion: '3.3.1802.0', agentStatus: 'Active', platformType: 'Linux' },
    }); // prettier-ignore
    const visits = hour > 5 && hour < 20 ? random.integer(2, 7) : random.integer(0, 2);
    for (let visit = 0; visit < visits; visit += 1) {
      const place = {
        bucket: buckets.assets,
        key: `catalogue/${random.integer(1000, 9999)}.webp`,
        accountId: production,
      };
      const atMs = at(day, hour, random.integer(0, 59), random.integer(0, 59));
      const isMissing = random.chance(3);
      const call = objectCall('GetObject', place, { bytes: random.integer(20_000, 800_000) });
      trail.record(
        atMs,
        web,
        isMissing ? { ...call, error: ['NoSuchKey', 'The specified key does not exist.'] } : call,
      );
    }
    if (hour % 6 === index) {
      const secretId = secrets[index] ?? '';
      const atMs = at(day, hour, 5, random.integer(0, 50));
      trail.record(atMs, web, { service: 'secretsmanager', name: 'GetSecretValue', parameters: { secretId } });
      trail.record(atMs, invokedBy(web, 'secretsmanager'), decryptCall({ SecretARN: secretId }));
    }
  });
}

const javaAgent =
  'aws-sdk-java/2.30.20 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.6 md/OpenJDK_64-Bit_Server_VM';
const ssmAgent = 'aws-sdk-go/1.55.5 (go1.22.11; linux; amd64) amazon-ssm-agent/3.3.1802.0';

function decryptCall(encryptionContext: Readonly<Record<string, string>>): Call {
  return {
    service: 'kms',
    name: 'Decrypt',
    parameters: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', encryptionContext },
    resources: [{ accountId: production, type: 'AWS::KMS::Key', ARN: dataKey }],
  };
}

function addFunction(trail: Trail, day: number, hour: number): void {
  const random = trail.random;
  const startMs = at(day, hour, random.integer(0, 40), random.integer(0, 59));
  const role = roles.exportFunction;
  const keyId = random.exampleId('ASIA');
  trail.record(startMs, serviceCaller('lambda', production), {
    service: 'sts',
    name: 'AssumeRole',
    parameters: { roleArn: roleArn(role), roleSessionName: 'order-export' },
    response: credentialsOf(trail, role, 'order-export', keyId, startMs),
    resources: [{ accountId: production, type: 'AWS::IAM::Role', ARN: roleArn(role) }],
    sharedEventId: random.uuid(),
  });
  const identity = sessionIdentity({ role, name: 'order-export', keyId, createdAtMs: startMs });
  const agent =
    'Boto3/1.35.99 md/Botocore#1.35.99 ua/2.0 os/linux#5.10 md/arch#x86_64 lang/python#3.12.8 exec-env/AWS_Lambda_python3.12';
  const caller = { accountId: production, region: homeRegion, identity, source: '10.20.9.31', userAgent: agent };
  for (let part = 0; part < random.integer(2, 5); part += 1) {
    const key = `orders/2026/03/${String(day + 1).padStart(2, '0')}/part-${hour}-${part}.parquet`;
    const atMs = startMs + 4000 + part * 3000;
    trail.record(atMs, caller, objectCall('PutObject', { bucket: buckets.exports, key, accountId: production }, { bytes: random.integer(200_000, 9_000_000) })); // prettier-ignore
    trail.record(atMs, invokedBy(caller, 's3'), {
      service: 'kms',
      name: 'GenerateDataKey',
      parameters: { keyId: dataKey, keySpec: 'AES_256', encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::${buckets.exports}` } },
      resources: [{ accountId: production, type: 'AWS::KMS::Key', ARN: dataKey }],
    }); // prettier-ignore
  }
}

function addCluster(trail: Trail, day: number, hour: number): void {
  const random = trail.random;
  nodeInstances.forEach((instance, index) => {
    const source = `10.20.4.${20 + index}`;
    const node = { ...instanceCaller(trail, roles.node, instance, day, hour, source), userAgent: 'aws-sdk-go-v2/1.32.8 ua/2.1 os/linux lang/go#1.23.4 amazon-vpc-cni/1.19.2' }; // prettier-ignore
    const atMs = at(day, hour, random.integer(0, 59), random.integer(0, 59));
    trail.record(atMs, node, { service: 'ec2', name: 'DescribeNetworkInterfaces', parameters: { networkInterfaceIdSet: {}, filterSet: { items: [{ name: 'attachment.instance-id', valueSet: { items: [{ value: instance }] } }] } } }); // prettier-ignore
    if (hour % 12 === index) trail.record(atMs + 2000, node, { service: 'ecr', name: 'GetAuthorizationToken', parameters: {}, response: null }); // prettier-ignore
  });
  const role = roles.pod;
  const atMs = at(day, hour, random.integer(0, 59), random.integer(0, 59));
  const subject = 'system:serviceaccount:orders:orders-api';
  const provider = `oidc.eks.${homeRegion}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE`;
  const identity = { type: 'WebIdentityUser', principalId: `arn:aws:iam::${production}:oidc-provider/${provider}:sts.amazonaws.com:${subject}`, userName: subject, identityProvider: `arn:aws:iam::${production}:oidc-provider/${provider}` }; // prettier-ignore
  const source = '10.20.4.77';
  const caller = { accountId: production, region: homeRegion, identity, source, userAgent: 'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.23.6' }; // prettier-ignore
  const keyId = random.exampleId('ASIA');
  trail.record(atMs, caller, {
    service: 'sts',
    name: 'AssumeRoleWithWebIdentity',
    parameters: { roleArn: roleArn(role), roleSessionName: `orders-api-${hour}` },
    response: { subjectFromWebIdentityToken: subject, provider: `arn:aws:iam::${production}:oidc-provider/${provider}`, audience: 'sts.amazonaws.com', ...credentialsOf(trail, role, `orders-api-${hour}`, keyId, atMs) }, // prettier-ignore
    resources: [{ accountId: production, type: 'AWS::IAM::Role', ARN: roleArn(role) }],
  });
}

/** AWS Config, CloudTrail's own deliveries, Auto Scaling, Trusted Advisor, key rotation and certificates. */
function addAwsServices(trail: Trail, day: number, hour: number): void {
  const random = trail.random;
  for (const accountId of Object.values(accounts)) {
    const recorder = serviceRole('config.amazonaws.com', 'AWSServiceRoleForConfig', accountId);
    const startMs = at(day, hour, random.integer(0, 50), random.integer(0, 59));
    const identity = { ...sessionIdentity({ role: recorder, name: 'configLambdaExecution', keyId: random.exampleId('ASIA'), createdAtMs: startMs }), invokedBy: 'config.amazonaws.com' }; // prettier-ignore
    const config = { ...serviceCaller('config', accountId), identity };
    for (let index = 0; index < random.integer(2, 5); index += 1) {
      trail.record(startMs + index * 1000, config, random.pick(inventoryCalls));
    }
    const deliveryRegion = random.chance(75) ? homeRegion : random.pick([secondRegion, globalRegion]);
    const key = `AWSLogs/${accountId}/CloudTrail/${deliveryRegion}/2026/03/${String(day + 1).padStart(2, '0')}/${random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 16)}.json.gz`; // prettier-ignore
    trail.record(
      at(day, hour, random.integer(0, 59), random.integer(0, 59)),
      serviceCaller('cloudtrail', accounts.management),
      {
        ...objectCall('PutObject', { bucket: buckets.logs, key, accountId: accounts.management }, { bytes: random.integer(900, 60_000), parameters: { 'x-amz-acl': 'bucket-owner-full-control', 'x-amz-server-side-encryption': 'aws:kms' } }), // prettier-ignore
        sharedEventId: random.uuid(),
      },
    );
  }
  if (hour === 6 || hour === 18) addScaling(trail, at(day, hour, 0, 12), hour === 6);
  if (hour % 8 === 3) {
    trail.record(at(day, hour, 20, random.integer(0, 59)), serviceCaller('trustedadvisor', production, secondRegion), { service: 'rds', name: 'DescribeDBInstances', parameters: null }); // prettier-ignore
  }
  if (hour === 2 && day % 3 === 0) {
    trail.record(at(day, hour, 41, 7), { ...serviceCaller('kms', production), identity: { accountId: production, invokedBy: 'kms.amazonaws.com' } }, {
      service: 'kms',
      name: 'RotateKey',
      type: 'AwsServiceEvent',
      isReadOnly: false,
      resources: [{ accountId: production, type: 'AWS::KMS::Key', ARN: dataKey }],
      serviceDetails: { keyId: dataKey.split('/')[1] ?? '', keyOrigin: 'AWS_KMS', rotationType: 'AUTOMATIC' },
    }); // prettier-ignore
  }
}

function addScaling(trail: Trail, atMs: number, isOut: boolean): void {
  const scaling = serviceRole('autoscaling.amazonaws.com', 'AWSServiceRoleForAutoScaling', production);
  const identity = { ...sessionIdentity({ role: scaling, name: 'AutoScaling', keyId: trail.random.exampleId('ASIA'), createdAtMs: atMs }), invokedBy: 'autoscaling.amazonaws.com' }; // prettier-ignore
  const caller = { ...serviceCaller('autoscaling', production), identity };
  const instanceId = `i-${trail.random.hex(17)}`;
  const instances = { instancesSet: { items: [{ instanceId }] } };
  trail.record(
    atMs,
    caller,
    isOut
      ? { service: 'ec2', name: 'RunInstances', parameters: { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] }, instanceType: 't3.large', launchTemplate: { launchTemplateName: 'web-app', version: '14' } }, response: { reservationId: `r-${trail.random.hex(17)}`, ownerId: production, ...instances } } // prettier-ignore
      : { service: 'ec2', name: 'TerminateInstances', parameters: instances, response: instances },
  );
}

/** Backups at night; Redshift loads. */
function addNightlyJobs(trail: Trail, day: number): void {
  const random = trail.random;
  const startMs = at(day, 1, random.integer(0, 20), random.integer(0, 59));
  const identity = sessionIdentity({ role: roles.backup, name: 'AWSBackup-daily', keyId: random.exampleId('ASIA'), createdAtMs: startMs }); // prettier-ignore
  const backup = {
    ...serviceCaller('backup', production),
    identity: { ...identity, invokedBy: 'backup.amazonaws.com' },
  };
  volumes.forEach((volumeId, index) => {
    const snapshotId = `snap-${random.hex(17)}`;
    trail.record(startMs + index * random.integer(40_000, 70_000), backup, { service: 'ec2', name: 'CreateSnapshot', parameters: { volumeId, description: 'daily' }, response: { snapshotId, volumeId, status: 'pending', ownerId: production } }); // prettier-ignore
  });
  databases.forEach((dBInstanceIdentifier, index) => {
    const dBSnapshotIdentifier = `awsbackup-${dBInstanceIdentifier}-${day}`;
    trail.record(startMs + 300_000 + index * random.integer(40_000, 70_000), backup, { service: 'rds', name: 'CreateDBSnapshot', parameters: { dBInstanceIdentifier, dBSnapshotIdentifier }, response: { dBSnapshotIdentifier, dBInstanceIdentifier, status: 'creating', encrypted: true } }); // prettier-ignore
  });
  for (let load = 0; load < 12; load += 1) {
    const loader = { ...serviceCaller('redshift', production), identity: { type: 'AssumedRole', principalId: `${roles.backup.principalId}:redshift-loader`, arn: `arn:aws:sts::${production}:assumed-role/redshift-loader/RedshiftIamRoleSession`, accountId: production, invokedBy: 'redshift.amazonaws.com' } }; // prettier-ignore
    const key = `orders/2026/03/${String(day).padStart(2, '0')}/part-${load}-0.parquet`;
    trail.record(at(day, 3, load * 2, random.integer(0, 59)), loader, objectCall('GetObject', { bucket: buckets.exports, key, accountId: production }, { bytes: random.integer(200_000, 9_000_000) })); // prettier-ignore
  }
}
