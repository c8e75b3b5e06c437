import { assumeRole, roleArn, userAgents, userArn, userIdentity } from './callers.ts';
import {
  accounts,
  addresses,
  artifactUser,
  at,
  buckets,
  globalRegion,
  homeRegion,
  roles,
  secondRegion,
  type Role,
} from './company.ts';
import { accessDenied } from './denials.ts';
import { inTheProductionAccount } from './intrusion-production.ts';
import { Intrusion, type IntrusionStep } from './intrusion-steps.ts';
import { bucket, inventoryCalls } from './read-calls.ts';
import { consoleTime, type Call, type Caller, type Trail } from './records.ts';

/**
 * Thursday evening a key leaks; by Sunday night customers' data has been copied, deleted and held to ransom.
 * Returns the steps, and the instances that were started to mine.
 */
export function addIntrusion(trail: Trail): { steps: readonly IntrusionStep[]; minedInstances: readonly string[] } {
  const intrusion = new Intrusion(trail);
  const key: Caller = {
    accountId: artifactUser.accountId,
    region: homeRegion,
    identity: userIdentity(artifactUser),
    source: addresses.intruder,
    userAgent: userAgents.boto,
  };
  useLeakedKey(intrusion, key);
  enumerate(intrusion, key);
  escalate(intrusion, key);
  mapRoles(intrusion, key);
  const administrator = chainRoles(intrusion, key);
  const minedInstances = inTheProductionAccount(intrusion, administrator, key);
  return { steps: intrusion.steps, minedInstances };
}

function useLeakedKey(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1078.004',
    'Leaked access key is tried',
    'The long-term key of svc-artifact-sync, used only from the build farm until now, asks who it is from a foreign address.',
  );
  const whoAmI = { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true, region: globalRegion };
  intrusion.act(at(4, 21, 47, 3), { ...key, userAgent: userAgents.cli }, whoAmI);
  intrusion.act(at(4, 21, 52, 40), key, whoAmI);
}

/** What svc-artifact-sync may do besides S3: look at itself and at its policy. */
const allowedToArtifactUser = new Set(['ListBuckets', 'GetBucketLocation', 'DescribeRegions', 'ListAccountAliases']);

function enumerate(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1580',
    'Enumeration with a burst of AccessDenied',
    'In four minutes the key walks through dozens of list and describe calls in two regions; most are denied.',
  );
  const own = { userName: artifactUser.name };
  const start: readonly Call[] = [
    { service: 'iam', name: 'GetUser', parameters: null },
    { service: 'iam', name: 'ListAttachedUserPolicies', parameters: own },
    { service: 'iam', name: 'ListUserPolicies', parameters: own },
    { service: 'iam', name: 'GetPolicy', parameters: { policyArn: policyArn() } },
    { service: 'iam', name: 'GetPolicyVersion', parameters: { policyArn: policyArn(), versionId: 'v3' } },
    { service: 'iam', name: 'ListGroupsForUser', parameters: own },
  ];
  let atMs = intrusion.actAll(at(4, 21, 53, 10), key, start);
  for (const region of [homeRegion, secondRegion]) {
    const calls = inventoryCalls.filter((_call, index) => region === homeRegion || index % 3 === 0);
    const tried = calls.map((call) => (allowedToArtifactUser.has(call.name) ? call : accessDenied(key, call)));
    atMs = intrusion.actAll(atMs, { ...key, region }, tried, 3200);
  }
}

function policyArn(): string {
  return `arn:aws:iam::${artifactUser.accountId}:policy/artifact-sync`;
}

function escalate(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1098.003',
    'Privilege escalation by a new policy version',
    'Attaching AdministratorAccess is denied; a forgotten iam:CreatePolicyVersion on its own policy makes the key an administrator.',
  );
  const userName = artifactUser.name;
  const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const attach = { service: 'iam', name: 'AttachUserPolicy', parameters: { userName, policyArn: administrator } };
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  const atMs = at(5, 2, 10, 9);
  intrusion.act(atMs, key, accessDenied(key, attach));
  intrusion.act(atMs + 31_000, key, accessDenied(key, { service: 'iam', name: 'PutUserPolicy', parameters: { userName, policyName: 'sync', policyDocument: document } })); // prettier-ignore
  intrusion.act(atMs + 95_000, key, {
    service: 'iam',
    name: 'CreatePolicyVersion',
    parameters: { policyArn: policyArn(), policyDocument: document, setAsDefault: true },
    response: { policyVersion: { versionId: 'v4', isDefaultVersion: true, createDate: consoleTime(atMs + 95_000) } },
  });
  intrusion.act(atMs + 128_000, key, attach);

  intrusion.begin(
    'T1098.001',
    'Second access key for the same user',
    'The intruder makes a second key for svc-artifact-sync, to keep access should the leaked one be revoked.',
  );
  const accessKeyId = intrusion.trail.random.exampleId('AKIA');
  const createDate = consoleTime(atMs + 250_000);
  intrusion.act(atMs + 250_000, key, {
    service: 'iam',
    name: 'CreateAccessKey',
    parameters: { userName },
    response: { accessKey: { userName, accessKeyId, status: 'Active', createDate } },
  });
}

function mapRoles(intrusion: Intrusion, key: Caller): void {
  intrusion.begin(
    'T1087.004',
    'Users and roles are read for a way into production',
    'With the new rights the trust policies of all roles are read; cicd-deployer leads to the production account.',
  );
  const roleNames: readonly Role[] = [
    roles.build,
    roles.deployer,
    roles.terraformDevelopment,
    roles.scannerDevelopment,
  ];
  intrusion.actAll(at(5, 2, 17, 20), key, [
    { service: 'iam', name: 'ListUsers', parameters: { maxItems: 1000 } },
    { service: 'iam', name: 'ListRoles', parameters: { maxItems: 1000 } },
    { service: 'iam', name: 'GetAccountAuthorizationDetails', parameters: null },
    ...roleNames.flatMap((role): Call[] => [
      { service: 'iam', name: 'GetRole', parameters: { roleName: role.name } },
      { service: 'iam', name: 'ListAttachedRolePolicies', parameters: { roleName: role.name } },
      { service: 'iam', name: 'ListRolePolicies', parameters: { roleName: role.name } },
    ]),
    accessDenied(key, { service: 'organizations', name: 'ListAccounts', parameters: {} }),
    accessDenied(key, { service: 'organizations', name: 'DescribeOrganization', parameters: null }),
    { service: 's3', name: 'ListObjects', isData: true, parameters: { ...bucket(buckets.artifacts, 'list-type'), prefix: '' } },
  ]); // prettier-ignore
}

/** key → cicd-deployer → production-deploy → break-glass-admin */
function chainRoles(intrusion: Intrusion, key: Caller): Caller {
  const trail = intrusion.trail;
  intrusion.begin(
    'T1548.005',
    'Role chain from development into production',
    'The key makes itself trusted by cicd-deployer, hops to production-deploy in the production account and from there to break-glass-admin.',
  );
  const startMs = at(5, 22, 31, 48);
  const refused = { service: 'sts', name: 'AssumeRole', parameters: { roleArn: roleArn(roles.productionDeploy), roleSessionName: 'sync' } }; // prettier-ignore
  intrusion.act(startMs, key, accessDenied(key, refused));
  intrusion.act(startMs + 44_000, key, {
    service: 'iam',
    name: 'UpdateAssumeRolePolicy',
    parameters: {
      roleName: roles.deployer.name,
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: [roleArn(roles.build), userArn(artifactUser)] }, Action: 'sts:AssumeRole' }],
      }),
    },
  }); // prettier-ignore
  const deployer = assumeRole(trail, startMs + 71_000, key, roles.deployer, 'release-4471');
  intrusion.note(deployer.events);
  const production = assumeRole(trail, startMs + 83_000, deployer.caller, roles.productionDeploy, 'release-4471');
  intrusion.note(production.events);
  intrusion.act(startMs + 90_000, production.caller, { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true });
  const breakGlass = assumeRole(trail, startMs + 200_000, production.caller, roles.breakGlass, 'maintenance');
  intrusion.note(breakGlass.events);
  return { ...breakGlass.caller, accountId: accounts.production };
}
