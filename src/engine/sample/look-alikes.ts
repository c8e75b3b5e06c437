import { roleArn, sessionIdentity, signIn, userAgents, userArn, userIdentity } from './callers.ts';
import {
  accounts,
  addresses,
  artifactUser,
  at,
  homeRegion,
  intruderUser,
  minedRegion,
  person,
  roles,
} from './company.ts';
import { consoleTime, type Call, type Caller, type Trail } from './records.ts';

/** Benign events that look like steps of an intrusion: what a detection must not fall for. */
export function addLookAlikes(trail: Trail): void {
  addKeyRotation(trail);
  addSharedSnapshot(trail);
  addTrailMaintenance(trail);
  addNewColleague(trail);
}

/** An administrator rotates the key of a service user, as every spring. */
function addKeyRotation(trail: Trail): void {
  const startMs = at(2, 13, 20);
  const caller = signIn(trail, startMs, person('mirela.anders'), roles.administratorManagement, addresses.office);
  const user = { name: 'svc-statement-mailer', accountId: accounts.management };
  const accessKeyId = trail.random.exampleId('AKIA');
  const accessKey = { userName: user.name, accessKeyId, status: 'Active', createDate: consoleTime(startMs + 40_000) };
  const parameters = { userName: user.name };
  trail.record(startMs + 20_000, caller, { service: 'iam', name: 'ListAccessKeys', parameters });
  trail.record(startMs + 40_000, caller, {
    service: 'iam',
    name: 'CreateAccessKey',
    parameters,
    response: { accessKey },
  });
  const oldKey = trail.random.exampleId('AKIA');
  const deactivate = { ...parameters, accessKeyId: oldKey, status: 'Inactive' };
  trail.record(startMs + 900_000, caller, { service: 'iam', name: 'UpdateAccessKey', parameters: deactivate });
}

/** A snapshot is shared with the company's own development account, for a test with real volumes. */
function addSharedSnapshot(trail: Trail): void {
  const startMs = at(4, 9, 41);
  const caller = signIn(trail, startMs, person('tobias.wren'), roles.administratorProduction, addresses.vpn);
  const items = [{ userId: accounts.development }];
  trail.record(startMs + 90_000, caller, {
    service: 'ec2',
    name: 'ModifySnapshotAttribute',
    parameters: { snapshotId: 'snap-04d9e71b3a85cf620', createVolumePermission: { add: { items } }, attributeType: 'CREATE_VOLUME_PERMISSION' },
    response: { _return: true },
  }); // prettier-ignore
}

/** Terraform re-creates a trail's settings: logging stops for 40 seconds and starts again. */
function addTrailMaintenance(trail: Trail): void {
  const startMs = at(3, 14, 5);
  const identity = sessionIdentity({ role: roles.terraformProduction, name: 'terraform', keyId: trail.random.exampleId('ASIA'), createdAtMs: startMs - 30_000 }); // prettier-ignore
  const caller: Caller = { accountId: accounts.production, region: homeRegion, identity, source: addresses.buildFarm, userAgent: userAgents.terraform }; // prettier-ignore
  const name = 'production-audit';
  const selectors = [{ name: 'Management', fieldSelectors: [{ field: 'eventCategory', equals: ['Management'] }] }];
  trail.record(startMs, caller, { service: 'cloudtrail', name: 'StopLogging', parameters: { name } });
  trail.record(startMs + 21_000, caller, {
    service: 'cloudtrail',
    name: 'PutEventSelectors',
    parameters: { trailName: name, advancedEventSelectors: selectors },
    response: { trailARN: `arn:aws:cloudtrail:${homeRegion}:${accounts.production}:trail/${name}` },
  });
  trail.record(startMs + 40_000, caller, { service: 'cloudtrail', name: 'StartLogging', parameters: { name } });
}

/** A contractor gets a user with a console password, and signs in with MFA. */
function addNewColleague(trail: Trail): void {
  const startMs = at(8, 12, 15);
  const administrator = signIn(
    trail,
    startMs,
    person('mirela.anders'),
    roles.administratorManagement,
    addresses.office,
  );
  const contractor = { name: 'contractor.varga', accountId: accounts.management, principalId: trail.random.exampleId('AIDA'), keyId: '' }; // prettier-ignore
  const userName = contractor.name;
  const calls: readonly Call[] = [
    { service: 'iam', name: 'CreateUser', parameters: { userName }, response: { user: { path: '/', userName, userId: contractor.principalId, arn: userArn(contractor), createDate: consoleTime(startMs + 60_000) } } },
    { service: 'iam', name: 'CreateLoginProfile', parameters: { userName, passwordResetRequired: true }, response: { loginProfile: { userName, createDate: consoleTime(startMs + 62_000), passwordResetRequired: true } } },
    { service: 'iam', name: 'AttachUserPolicy', parameters: { userName, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' } },
  ]; // prettier-ignore
  calls.forEach((call, index) => trail.record(startMs + 60_000 + index * 2000, administrator, call));
  const { accessKeyId: _none, ...identity } = userIdentity(contractor);
  trail.record(startMs + 2_400_000, { accountId: accounts.management, region: 'us-east-1', identity, source: addresses.vpn, userAgent: userAgents.firefox }, {
    service: 'signin',
    name: 'ConsoleLogin',
    type: 'AwsConsoleSignIn',
    response: { ConsoleLogin: 'Success' },
    additional: { LoginTo: 'https://console.aws.amazon.com/', MobileVersion: 'No', MFAIdentifier: `arn:aws:iam::${accounts.management}:mfa/${userName}`, MFAUsed: 'Yes' },
  }); // prettier-ignore
}

/** Monday morning: the company notices and contains. Not part of the intrusion, though it touches the same things. */
export function addResponse(trail: Trail, minedInstances: readonly string[]): void {
  const startMs = at(8, 7, 52);
  const caller = signIn(trail, startMs, person('nadia.frost'), roles.administratorProduction, addresses.vpn);
  const development: Caller = { ...caller, accountId: accounts.development, identity: sessionIdentity({ role: roles.terraformDevelopment, name: 'nadia.frost', keyId: trail.random.exampleId('ASIA'), createdAtMs: startMs }) }; // prettier-ignore
  const userName = intruderUser.name;
  const instancesSet = { items: minedInstances.map((instanceId) => ({ instanceId })) };
  const calls: readonly (readonly [Caller, Call])[] = [
    [development, { service: 'iam', name: 'UpdateAccessKey', parameters: { userName: artifactUser.name, accessKeyId: artifactUser.keyId, status: 'Inactive' } }],
    [caller, { service: 'iam', name: 'ListAccessKeys', parameters: { userName } }],
    [caller, { service: 'iam', name: 'UpdateAccessKey', parameters: { userName, accessKeyId: intruderUser.keyId, status: 'Inactive' } }],
    [caller, { service: 'iam', name: 'DeleteLoginProfile', parameters: { userName } }],
    [caller, { service: 'iam', name: 'PutUserPolicy', parameters: { userName, policyName: 'quarantine', policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}' } }],
    [caller, { service: 'iam', name: 'PutRolePolicy', parameters: { roleName: roles.breakGlass.name, policyName: 'AWSRevokeOlderSessions', policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-03-09T08:00:00Z"}}}]}' } }],
    [caller, { service: 'iam', name: 'GetRole', parameters: { roleName: roleArn(roles.monitoringReader).split('/').at(-1) ?? '' } }],
    [caller, { service: 'cloudtrail', name: 'StartLogging', parameters: { name: 'production-audit' } }],
    [caller, { service: 'ec2', name: 'TerminateInstances', region: minedRegion, parameters: { instancesSet }, response: { instancesSet } }],
  ]; // prettier-ignore
  let atMs = startMs + 120_000;
  for (const [who, call] of calls) {
    trail.record(atMs, who, call);
    atMs += trail.random.integer(20_000, 200_000);
  }
}
