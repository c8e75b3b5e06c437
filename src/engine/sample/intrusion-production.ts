import { assumeRole, userAgents, userArn, userIdentity } from './callers.ts';
import { accounts, addresses, at, globalRegion, homeRegion, intruderUser, outsideAccount, roles } from './company.ts';
import { accessDenied } from './denials.ts';
import { stealAndDestroy } from './intrusion-impact.ts';
import type { Intrusion } from './intrusion-steps.ts';
import { consolePages, inventoryCalls } from './read-calls.ts';
import { consoleTime, eventTime, type Call, type Caller } from './records.ts';

const production = accounts.production;

export function inTheProductionAccount(intrusion: Intrusion, administrator: Caller, key: Caller): readonly string[] {
  lookAround(intrusion, administrator);
  const again = walkChainAgain(intrusion, key);
  blindDefences(intrusion, again);
  createUser(intrusion, again);
  openBackDoor(intrusion, again);
  useBackDoor(intrusion);
  const consoleSession = signInWithoutMfa(intrusion);
  return stealAndDestroy(intrusion, again, consoleSession);
}

function lookAround(intrusion: Intrusion, administrator: Caller): void {
  intrusion.begin(
    'T1526',
    'Production services are listed',
    'break-glass-admin reads what there is: instances, databases, buckets, secrets, and which trails and detectors watch.',
  );
  intrusion.actAll(at(5, 22, 36, 30), administrator, inventoryCalls, 2500);
}

function walkChainAgain(intrusion: Intrusion, key: Caller): Caller {
  intrusion.begin(
    'T1548.005',
    'The chain is walked again at night',
    'The sessions of the evening have expired: key, cicd-deployer, production-deploy and break-glass-admin once more.',
  );
  const startMs = at(6, 1, 13, 40);
  let caller = key;
  [roles.deployer, roles.productionDeploy, roles.breakGlass].forEach((role, hop) => {
    const name = role === roles.breakGlass ? 'maintenance' : 'release-4471';
    const assumed = assumeRole(intrusion.trail, startMs + hop * 9000, caller, role, name);
    intrusion.note(assumed.events);
    caller = assumed.caller;
  });
  return caller;
}

function blindDefences(intrusion: Intrusion, administrator: Caller): void {
  intrusion.begin(
    'T1562.008',
    'Logging is stopped and narrowed',
    'The trail production-audit is stopped and its selectors cut; the central trail is protected by the organisation and refuses.',
  );
  const name = 'production-audit';
  const trailArn = `arn:aws:cloudtrail:${homeRegion}:${production}:trail/${name}`;
  let atMs = intrusion.actAll(at(6, 1, 15, 11), administrator, [
    { service: 'cloudtrail', name: 'DescribeTrails', parameters: { includeShadowTrails: true, trailNameList: [] } },
    accessDenied(administrator, { service: 'cloudtrail', name: 'StopLogging', parameters: { name: 'central' } }),
    accessDenied(administrator, { service: 'cloudtrail', name: 'DeleteTrail', parameters: { name: 'central' } }),
    { service: 'cloudtrail', name: 'StopLogging', parameters: { name } },
    { service: 'cloudtrail', name: 'PutEventSelectors', parameters: { trailName: name, eventSelectors: [{ readWriteType: 'ReadOnly', includeManagementEvents: false, dataResources: [], excludeManagementEventSources: ['kms.amazonaws.com'] }] }, response: { trailARN: trailArn } },
    { service: 'ec2', name: 'DescribeFlowLogs', parameters: { DescribeFlowLogsRequest: '' } },
    { service: 'ec2', name: 'DeleteFlowLogs', parameters: { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-0c7e19d42ab85f631' } } }, response: { DeleteFlowLogsResponse: { unsuccessful: '' } } },
  ], 20_000); // prettier-ignore

  intrusion.begin(
    'T1562.001',
    'GuardDuty and Config are switched off',
    'The detector cannot be deleted, so it is disabled and its findings for the intruder’s address are archived by a filter; the Config recorder stops.',
  );
  const detectorId = 'c2b7f6a10e4d4d8f9a53e8d71b06f2a4';
  atMs += 60_000;
  intrusion.actAll(atMs, administrator, [
    { service: 'guardduty', name: 'ListDetectors', parameters: null },
    { service: 'guardduty', name: 'DeleteDetector', parameters: { detectorId }, error: ['BadRequestException', 'The request is rejected because the detector belongs to a member account.'] },
    { service: 'guardduty', name: 'UpdateDetector', parameters: { detectorId, enable: false, findingPublishingFrequency: 'SIX_HOURS' } },
    { service: 'guardduty', name: 'CreateFilter', parameters: { detectorId, name: 'noise', action: 'ARCHIVE', findingCriteria: { criterion: { 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4': { equals: [addresses.intruder] } } } }, response: { name: 'noise' } },
    { service: 'config', name: 'StopConfigurationRecorder', parameters: { configurationRecorderName: 'default' } },
  ], 25_000); // prettier-ignore
}

function createUser(intrusion: Intrusion, administrator: Caller): void {
  intrusion.begin(
    'T1136.003',
    'New user that looks like a service',
    'svc-backup-agent is created in production, with a console password and administrator rights.',
  );
  const userName = intruderUser.name;
  const atMs = at(6, 1, 28, 50);
  const createDate = consoleTime(atMs);
  const createdUser = { path: '/', userName, userId: intruderUser.principalId, arn: userArn(intruderUser), createDate };
  intrusion.actAll(atMs, administrator, [
    { service: 'iam', name: 'CreateUser', parameters: { userName: 'backup' }, error: ['EntityAlreadyExistsException', 'User with name backup already exists.'] },
    { service: 'iam', name: 'CreateUser', parameters: { userName }, response: { user: createdUser } },
    { service: 'iam', name: 'CreateLoginProfile', parameters: { userName, passwordResetRequired: false }, response: { loginProfile: { userName, createDate, passwordResetRequired: false } } },
    { service: 'iam', name: 'AttachUserPolicy', parameters: { userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
  ], 9000); // prettier-ignore

  intrusion.begin(
    'T1098.001',
    'Access key for the new user',
    'A long-term key for svc-backup-agent: the intruder no longer needs the chain.',
  );
  const accessKey = {
    userName,
    accessKeyId: intruderUser.keyId,
    status: 'Active',
    createDate: consoleTime(atMs + 70_000),
  };
  intrusion.act(atMs + 70_000, administrator, { service: 'iam', name: 'CreateAccessKey', parameters: { userName }, response: { accessKey } }); // prettier-ignore
}

function openBackDoor(intrusion: Intrusion, administrator: Caller): void {
  intrusion.begin(
    'T1098',
    'Trust policy opened to an outside account',
    `monitoring-reader gets administrator rights and trusts account ${outsideAccount}, which is not the company’s.`,
  );
  const roleName = roles.monitoringReader.name;
  const principal = { AWS: [`arn:aws:iam::${accounts.management}:root`, `arn:aws:iam::${outsideAccount}:root`] };
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  intrusion.actAll(at(6, 1, 36, 15), administrator, [
    { service: 'iam', name: 'GetRole', parameters: { roleName } },
    { service: 'iam', name: 'UpdateAssumeRolePolicy', parameters: { roleName, policyDocument } },
    { service: 'iam', name: 'AttachRolePolicy', parameters: { roleName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
  ], 12_000); // prettier-ignore
}

function useBackDoor(intrusion: Intrusion): void {
  intrusion.begin(
    'T1199',
    'The back door is tried from outside',
    `A principal of account ${outsideAccount} assumes monitoring-reader; only the company’s half of the event is in its logs.`,
  );
  const outsider: Caller = {
    accountId: outsideAccount,
    region: globalRegion,
    identity: { type: 'AWSAccount', principalId: 'AIDAQ7ZN4XW2CREXAMPLE', accountId: outsideAccount },
    source: addresses.intruderAccount,
    userAgent: userAgents.boto,
  };
  const atMs = at(6, 3, 2, 27);
  const assumed = assumeRole(intrusion.trail, atMs, outsider, roles.monitoringReader, 'check');
  intrusion.note(assumed.events);
  intrusion.act(atMs + 4000, assumed.caller, { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true });
}

function signInWithoutMfa(intrusion: Intrusion): Caller {
  intrusion.begin(
    'T1078.004',
    'Console sign-in without MFA',
    'svc-backup-agent signs in to the console with its password alone, on the second try, and looks at the account.',
  );
  const { accessKeyId: _none, ...identity } = userIdentity(intruderUser);
  const browser: Caller = { accountId: production, region: homeRegion, identity, source: addresses.intruderExit, userAgent: userAgents.firefox }; // prettier-ignore
  const atMs = at(6, 13, 6, 44);
  const login: Call = {
    service: 'signin',
    name: 'ConsoleLogin',
    type: 'AwsConsoleSignIn',
    region: globalRegion,
    response: { ConsoleLogin: 'Success' },
    additional: { LoginTo: `https://console.aws.amazon.com/console/home?region=${homeRegion}&isauthcode=true`, MobileVersion: 'No', MFAUsed: 'No' }, // prettier-ignore
  };
  intrusion.act(atMs, browser, { ...login, response: { ConsoleLogin: 'Failure' }, failureMessage: 'Failed authentication' }); // prettier-ignore
  intrusion.act(atMs + 41_000, browser, login);
  const attributes = {
    creationDate: eventTime(atMs + 41_000),
    mfaAuthenticated: 'false',
  };
  const accessKeyId = intrusion.trail.random.exampleId('ASIA');
  const session: Caller = { ...browser, isConsole: true, identity: { ...userIdentity(intruderUser, accessKeyId), sessionContext: { attributes } } }; // prettier-ignore
  const pages = ['instances', 'buckets', 'secrets', 'databases', 'volumes'];
  intrusion.actAll(
    atMs + 49_000,
    session,
    pages.flatMap((page) => consolePages[page] ?? []),
    11_000,
  );
  return session;
}
