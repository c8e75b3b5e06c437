import { accessDenied } from './denials.ts';
import { assumeRole, credentialsOf, roleArn, sessionIdentity, userAgents, userIdentity } from './callers.ts';
import {
  accounts,
  addresses,
  artifactUser,
  at,
  buckets,
  dayCount,
  homeRegion,
  isWeekend,
  roles,
  secondRegion,
  type Role,
} from './company.ts';
import { objectCall } from './object-calls.ts';
import { bucket, inventoryCalls } from './read-calls.ts';
import type { Call, Caller, Trail } from './records.ts';

/** Builds, Terraform, the posture scanner and the nightly copy of artifacts. */
export function addAutomation(trail: Trail): void {
  const random = trail.random;
  for (let day = 1; day <= dayCount; day += 1) {
    const builds = isWeekend(day) ? random.integer(0, 2) : random.integer(10, 16);
    for (let build = 0; build < builds; build += 1)
      addBuild(trail, at(day, random.integer(7, 16), random.integer(0, 59), random.integer(0, 59)));
    const plans = isWeekend(day) ? 0 : random.integer(2, 4);
    for (let plan = 0; plan < plans; plan += 1)
      addTerraform(trail, at(day, random.integer(8, 15), random.integer(0, 59), random.integer(0, 59)));
    addScan(trail, at(day, 4, random.integer(0, 30), random.integer(0, 59)));
    addArtifactCopy(trail, at(day, 2, random.integer(0, 9), random.integer(0, 59)), day);
  }
}

function addBuild(trail: Trail, startMs: number): void {
  const random = trail.random;
  const role = roles.build;
  const number = random.integer(4100, 5900);
  const session = `build-${number}`;
  const keyId = random.exampleId('ASIA');
  const accountId = accounts.development;
  const provider = `arn:aws:iam::${accountId}:oidc-provider/ci.brindlewick.example`;
  const subject = 'repo:brindlewick/orders:ref:refs/heads/main';
  const runner = { accountId, region: homeRegion, source: addresses.buildFarm, userAgent: userAgents.sdkGo };
  const webIdentity = { type: 'WebIdentityUser', principalId: `${provider}:sts.amazonaws.com:${subject}`, userName: subject, identityProvider: provider }; // prettier-ignore
  trail.record(startMs, { ...runner, identity: webIdentity }, {
    service: 'sts',
    name: 'AssumeRoleWithWebIdentity',
    parameters: { roleArn: roleArn(role), roleSessionName: session, durationSeconds: 3600 },
    response: { subjectFromWebIdentityToken: subject, provider, audience: 'sts.amazonaws.com', ...credentialsOf(trail, role, session, keyId, startMs) }, // prettier-ignore
    resources: [{ accountId, type: 'AWS::IAM::Role', ARN: roleArn(role) }],
  }); // prettier-ignore
  const federation = { webIdFederationData: { federatedProvider: provider, attributes: {} } };
  const identity = sessionIdentity({ role, name: session, keyId, createdAtMs: startMs, extra: federation });
  const caller = { ...runner, identity };
  const image = { registryId: accountId, repositoryName: 'orders-api' };
  const key = `orders-api/${number}/bundle.tar.zst`;
  const calls: Call[] = [
    { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true },
    { service: 'ecr', name: 'GetAuthorizationToken', parameters: {} },
    { service: 'ecr', name: 'BatchCheckLayerAvailability', isReadOnly: true, parameters: image },
    { service: 'ecr', name: 'InitiateLayerUpload', parameters: image, response: { partSize: 20_971_520, uploadId: random.uuid() } },
    { service: 'ecr', name: 'CompleteLayerUpload', parameters: image, response: { ...image, layerDigest: `sha256:${random.hex(64)}` } },
    { service: 'ecr', name: 'PutImage', parameters: { ...image, imageTag: String(number) }, response: { image: { ...image, imageId: { imageTag: String(number) } } } },
    objectCall('GetObject', { bucket: buckets.artifacts, key: 'cache/gradle.tar.zst', accountId }, { bytes: random.integer(40_000_000, 90_000_000) }),
    objectCall('PutObject', { bucket: buckets.artifacts, key, accountId }, { bytes: random.integer(4_000_000, 9_000_000) }),
    { service: 'eks', name: 'DescribeCluster', isReadOnly: true, parameters: { name: 'orders-dev' } },
    { service: 'cloudformation', name: 'DescribeStacks', isReadOnly: true, parameters: { stackName: 'orders-dev' } },
    { service: 'cloudformation', name: 'CreateChangeSet', parameters: { stackName: 'orders-dev', changeSetName: `build-${number}`, capabilities: ['CAPABILITY_IAM'] }, response: { id: `arn:aws:cloudformation:${homeRegion}:${accountId}:changeSet/build-${number}/${random.uuid()}` } },
    { service: 'cloudformation', name: 'ExecuteChangeSet', parameters: { stackName: 'orders-dev', changeSetName: `build-${number}` } },
  ]; // prettier-ignore
  let atMs = startMs + 3000;
  for (const call of calls) {
    trail.record(atMs, caller, random.chance(2) ? accessDenied(caller, call) : call);
    atMs += random.integer(1000, 40_000);
  }
  if (random.chance(30)) release(trail, atMs, caller, number);
}

/** build-runner → cicd-deployer → production-deploy: the chain that the intruder later walks too. */
function release(trail: Trail, startMs: number, build: Caller, number: number): void {
  const deployer = assumeRole(trail, startMs, build, roles.deployer, `release-${number}`).caller;
  const production = assumeRole(trail, startMs + 4000, deployer, roles.productionDeploy, `release-${number}`).caller;
  const cluster = { name: 'orders' };
  trail.record(startMs + 6000, production, {
    service: 'eks',
    name: 'DescribeCluster',
    isReadOnly: true,
    parameters: cluster,
  });
  trail.record(startMs + 9000, production, {
    service: 'lambda',
    name: 'UpdateFunctionCode20150331v2',
    apiVersion: '2015-03-31',
    parameters: { functionName: 'order-export', s3Bucket: buckets.artifacts, s3Key: `order-export/${number}.zip`, publish: true, dryRun: false },
    response: { functionName: 'order-export', version: String(number), state: 'Active' },
  }); // prettier-ignore
}

function addTerraform(trail: Trail, startMs: number): void {
  const random = trail.random;
  const identity = sessionIdentity({ role: roles.terraform, name: `run-${random.hex(8)}`, keyId: random.exampleId('ASIA'), createdAtMs: startMs - 5000 }); // prettier-ignore
  const runner: Caller = { accountId: accounts.management, region: homeRegion, identity, source: addresses.buildFarm, userAgent: userAgents.terraform }; // prettier-ignore
  const target: Role = random.chance(50) ? roles.terraformProduction : roles.terraformDevelopment;
  const state = { bucket: buckets.terraformState, key: 'live/terraform.tfstate', accountId: accounts.management };
  trail.record(startMs, runner, { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true });
  trail.record(startMs + 1000, runner, objectCall('GetObject', state, { bytes: random.integer(400_000, 700_000) }));
  const session = assumeRole(trail, startMs + 2000, runner, target, 'terraform').caller;
  let atMs = startMs + 4000;
  for (const call of inventoryCalls) {
    if (random.chance(10)) continue;
    atMs += random.integer(0, 900);
    const region = random.chance(12) ? secondRegion : homeRegion;
    const isThrottled = random.chance(3) && call.service === 'ec2';
    const throttled = { ...call, error: ['Client.RequestLimitExceeded', 'Request limit exceeded.'] } as const;
    trail.record(atMs, { ...session, region }, isThrottled ? throttled : call);
  }
  const group = `sg-${random.hex(17)}`;
  const rule = { groupId: group, ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: { items: [{ cidrIp: '10.20.0.0/16' }] } }] } }; // prettier-ignore
  const changes: readonly Call[] = [
    { service: 'ec2', name: 'AuthorizeSecurityGroupIngress', parameters: rule, response: { _return: true } },
    { service: 'ec2', name: 'RevokeSecurityGroupIngress', parameters: rule, response: { _return: true } },
    { service: 's3', name: 'PutBucketTagging', parameters: { ...bucket(buckets.assets, 'tagging'), Tagging: { TagSet: { Tag: { Key: 'owner', Value: 'web' } } } } },
    { service: 'iam', name: 'TagRole', parameters: { roleName: roles.web.name, tags: [{ key: 'managed-by', value: 'terraform' }] } },
    { service: 'logs', name: 'CreateLogGroup', parameters: { logGroupName: `/brindlewick/${random.hex(6)}` } },
  ]; // prettier-ignore
  for (let index = 0; index < random.integer(0, 4); index += 1)
    trail.record((atMs += 2000), session, random.pick(changes));
  trail.record(atMs + 3000, runner, objectCall('PutObject', state, { bytes: random.integer(400_000, 700_000) }));
}

/** Reads everything in both accounts each night: looks like an intruder's enumeration and is none. */
function addScan(trail: Trail, startMs: number): void {
  const random = trail.random;
  const identity = sessionIdentity({ role: roles.scanner, name: 'nightly', keyId: random.exampleId('ASIA'), createdAtMs: startMs - 9000 }); // prettier-ignore
  const scanner: Caller = { accountId: accounts.management, region: homeRegion, identity, source: addresses.scanner, userAgent: userAgents.boto }; // prettier-ignore
  let atMs = startMs;
  for (const target of [roles.scannerProduction, roles.scannerDevelopment]) {
    const session = assumeRole(trail, atMs, scanner, target, 'nightly').caller;
    for (const region of [homeRegion, secondRegion]) {
      for (const call of inventoryCalls) {
        atMs += random.integer(0, 700);
        trail.record(atMs, { ...session, region }, random.chance(4) ? accessDenied(session, call) : call);
      }
    }
    atMs += 60_000;
  }
}

/** What svc-artifact-sync is for: every night, from the build farm, and nothing but S3. */
function addArtifactCopy(trail: Trail, startMs: number, day: number): void {
  const random = trail.random;
  const caller: Caller = { accountId: artifactUser.accountId, region: homeRegion, identity: userIdentity(artifactUser), source: addresses.buildFarm, userAgent: userAgents.cli }; // prettier-ignore
  trail.record(startMs, caller, { service: 's3', name: 'ListObjects', isData: true, parameters: { ...bucket(buckets.artifacts, 'list-type'), prefix: 'orders-api/', 'max-keys': '1000' } }); // prettier-ignore
  for (let index = 0; index < random.integer(8, 16); index += 1) {
    const key = `orders-api/${4000 + day * 10 + index}/bundle.tar.zst`;
    const place = { bucket: buckets.artifacts, key, accountId: artifactUser.accountId };
    const atMs = startMs + 2000 + index * 3000;
    trail.record(atMs, caller, objectCall('GetObject', place, { bytes: random.integer(4_000_000, 9_000_000) }));
  }
}
