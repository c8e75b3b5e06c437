import { accessDenied } from './denials.ts';
import { assumeRole, sessionIdentity, signIn, userAgents } from './callers.ts';
import {
  accounts,
  addresses,
  at,
  buckets,
  dayCount,
  globalRegion,
  homeRegion,
  isWeekend,
  people,
  person,
  roles,
  webInstances,
  type Person,
  type Role,
} from './company.ts';
import { objectCall } from './object-calls.ts';
import { consolePages, inventoryCalls } from './read-calls.ts';
import type { Call, Caller, Trail } from './records.ts';

interface Habits {
  readonly role: Role;
  readonly pages: readonly (keyof typeof consolePages)[];
  readonly sessionsADay: number;
}

const habits: Readonly<Record<Person['job'], Habits>> = {
  platform: {
    role: roles.administratorProduction,
    pages: ['instances', 'network', 'volumes', 'databases', 'containers', 'logs', 'identity', 'functions', 'buckets'],
    sessionsADay: 2,
  },
  developer: {
    role: roles.developerDevelopment,
    pages: ['functions', 'logs', 'containers', 'buckets', 'instances', 'secrets'],
    sessionsADay: 2,
  },
  data: { role: roles.analystProduction, pages: ['warehouse', 'buckets', 'databases'], sessionsADay: 3 },
  security: { role: roles.auditorManagement, pages: ['security', 'identity', 'buckets'], sessionsADay: 2 },
  finance: { role: roles.billingManagement, pages: ['bills'], sessionsADay: 1 },
};

/** Office hours: people in the console and on the command line, and the odd evening or weekend. */
export function addPeople(trail: Trail): void {
  const random = trail.random;
  for (let day = 1; day <= dayCount; day += 1) {
    for (const who of people) {
      if (isWeekend(day) && !random.chance(12)) continue;
      const habit = habits[who.job];
      for (let session = 0; session < habit.sessionsADay; session += 1) {
        const startMs = at(day, random.integer(7, 15), random.integer(0, 59), random.integer(0, 59));
        const source = isWeekend(day) || random.chance(30) ? who.homeAddress : addresses.office;
        browse(trail, startMs, signIn(trail, startMs, who, habit.role, source), habit.pages);
        if (who.job !== 'finance' && random.chance(70))
          useCommandLine(trail, startMs + 1_500_000, who, habit.role, source);
      }
    }
  }
  addFailedSignIns(trail);
  addRootSignIn(trail);
}

function browse(trail: Trail, startMs: number, caller: Caller, pages: Habits['pages']): void {
  const random = trail.random;
  let atMs = startMs + 8000;
  const visits = random.integer(4, 11);
  for (let visit = 0; visit < visits; visit += 1) {
    for (const call of consolePages[random.pick(pages)] ?? []) {
      atMs += random.integer(0, 1400);
      const isThrottled = random.chance(1) && call.service !== 's3';
      trail.record(atMs, caller, isThrottled ? { ...call, error: throttled } : call);
    }
    if (random.chance(18)) trail.record(atMs + 15_000, caller, changeOf(trail, caller));
    atMs += random.integer(20_000, 300_000);
  }
}

const throttled = ['ThrottlingException', 'Rate exceeded'] as const;

/** An ordinary change in the course of a working day. */
function changeOf(trail: Trail, caller: Caller): Call {
  const random = trail.random;
  const instance = random.pick(webInstances);
  const bucket = caller.accountId === accounts.production ? buckets.assets : buckets.artifacts;
  const key = `releases/2026-03/notes-${random.integer(100, 999)}.md`;
  const changes: readonly Call[] = [
    { service: 'ec2', name: 'CreateTags', parameters: { resourcesSet: { items: [{ resourceId: instance }] }, tagSet: { items: [{ key: 'Büro', value: 'Zürich – 3. Stock' }] } }, response: { _return: true } }, // prettier-ignore
    { service: 'logs', name: 'PutRetentionPolicy', parameters: { logGroupName: '/brindlewick/orders-api', retentionInDays: 30 } }, // prettier-ignore
    { service: 'lambda', name: 'UpdateFunctionCode20150331v2', apiVersion: '2015-03-31', parameters: { functionName: 'order-export', s3Bucket: buckets.artifacts, s3Key: `order-export/${random.hex(12)}.zip`, publish: false, dryRun: false }, response: { functionName: 'order-export', runtime: 'nodejs22.x', revisionId: random.uuid(), state: 'Active' } }, // prettier-ignore
    { service: 'cloudwatch', name: 'PutMetricAlarm', parameters: { alarmName: 'orders-latency', threshold: random.integer(200, 900), comparisonOperator: 'GreaterThanThreshold', period: 60 } }, // prettier-ignore
    { service: 'ssm', name: 'StartSession', parameters: { target: instance }, response: { sessionId: `session-${random.hex(17)}`, tokenValue: 'Value hidden due to security reasons.', streamUrl: `wss://ssmmessages.${homeRegion}.amazonaws.com/v1/data-channel/example` } }, // prettier-ignore
    objectCall('PutObject', { bucket, key, accountId: caller.accountId }, { bytes: random.integer(900, 90_000) }),
  ];
  return caller.accountId === accounts.management ? accessDenied(caller, random.pick(changes)) : random.pick(changes);
}

function useCommandLine(trail: Trail, startMs: number, who: Person, role: Role, source: string): void {
  const random = trail.random;
  const identity = sessionIdentity({
    role,
    name: who.name,
    keyId: random.exampleId('ASIA'),
    createdAtMs: startMs - 60_000,
  });
  const command: Caller = {
    accountId: role.accountId,
    region: homeRegion,
    identity,
    source,
    userAgent: userAgents.cli,
  };
  let atMs = startMs;
  trail.record(atMs, command, { service: 'sts', name: 'GetCallerIdentity', isReadOnly: true });
  const calls = random.integer(3, 14);
  for (let index = 0; index < calls; index += 1) {
    atMs += random.integer(2000, 90_000);
    const call = random.pick(inventoryCalls);
    trail.record(atMs, command, random.chance(who.job === 'platform' ? 1 : 12) ? accessDenied(command, call) : call);
  }
  if (who.job === 'platform' && random.chance(35)) {
    const assumed = assumeRole(trail, atMs + 5000, command, roles.terraformProduction, who.name).caller;
    trail.record(atMs + 9000, assumed, random.pick(inventoryCalls));
  }
}

/** Mistyped passwords of people, and a robot that tries common names. */
function addFailedSignIns(trail: Trail): void {
  const random = trail.random;
  for (let attempt = 0; attempt < 34; attempt += 1) {
    const isRobot = attempt > 9;
    const accountId = isRobot ? accounts.production : accounts.development;
    const day = random.integer(1, dayCount);
    const atMs = isRobot
      ? at(day, random.integer(0, 23), random.integer(0, 59), random.integer(0, 59))
      : at(day, random.integer(7, 9), random.integer(0, 59), random.integer(0, 59));
    const known = !isRobot && random.chance(60) ? random.pick(people) : null;
    const identity = known
      ? { type: 'IAMUser', principalId: known.principalId, accountId, accessKeyId: '', userName: known.name }
      : { type: 'IAMUser', accountId, accessKeyId: '', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' };
    const source = isRobot ? `192.0.2.${random.integer(10, 240)}` : addresses.office;
    trail.record(
      atMs,
      { accountId, region: globalRegion, identity, source, userAgent: userAgents.firefox },
      {
        service: 'signin',
        name: 'ConsoleLogin',
        type: 'AwsConsoleSignIn',
        failureMessage: known ? 'Failed authentication' : 'No username found in supplied account',
        response: { ConsoleLogin: 'Failure' },
        additional: {
          LoginTo: 'https://console.aws.amazon.com/console/home',
          MobileVersion: 'No',
          MFAUsed: known ? 'Yes' : 'No',
        },
      },
    );
  }
}

/** The yearly root sign-in, with MFA, to change the invoice address: rare and benign. */
function addRootSignIn(trail: Trail): void {
  const accountId = accounts.management;
  const greta = person('greta.marsh');
  const root = { type: 'Root', principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId };
  const caller = {
    accountId,
    region: globalRegion,
    identity: root,
    source: addresses.office,
    userAgent: userAgents.firefox,
  };
  const startMs = at(3, 10, 4, 31);
  trail.record(startMs, caller, {
    service: 'signin',
    name: 'ConsoleLogin',
    type: 'AwsConsoleSignIn',
    response: { ConsoleLogin: 'Success' },
    additional: {
      LoginTo: 'https://console.aws.amazon.com/billing/home',
      MobileVersion: 'No',
      MFAIdentifier: `arn:aws:iam::${accountId}:mfa/root-account-mfa-device`,
      MFAUsed: 'Yes',
    },
  });
  const identity = { ...root, accessKeyId: trail.random.exampleId('ASIA'), sessionContext: { attributes: { creationDate: '2026-03-04T10:04:31Z', mfaAuthenticated: 'true' } } }; // prettier-ignore
  trail.record(startMs + 64_000, { ...caller, identity, isConsole: true }, {
    service: 'account',
    name: 'PutContactInformation',
    parameters: { contactInformation: { companyName: 'Brindlewick Instruments', fullName: 'HIDDEN_DUE_TO_SECURITY_REASONS' } },
  }); // prettier-ignore
  trail.record(startMs + 190_000, signIn(trail, startMs + 120_000, greta, roles.billingManagement, addresses.office), {
    service: 'ce',
    name: 'GetCostAndUsage',
    parameters: { Granularity: 'MONTHLY', Metrics: ['UnblendedCost'] },
    isReadOnly: true,
  });
}
