import { Random } from './random.ts';

/**
 * Brindlewick Instruments, the invented company of the sample case. Account ids are those of AWS's documentation,
 * addresses come from the ranges reserved for documentation (RFC 5737) and from private networks.
 */
export const accounts = {
  management: '111122223333',
  production: '444455556666',
  development: '777788889999',
} as const;

/** The intruder's own account, outside of the organisation. */
export const outsideAccount = '999999999999';

export const homeRegion = 'eu-central-1';
export const secondRegion = 'eu-west-1';
export const globalRegion = 'us-east-1';
export const minedRegion = 'sa-east-1';

export const addresses = {
  office: '198.51.100.10',
  vpn: '198.51.100.11',
  buildFarm: '198.51.100.40',
  scanner: '198.51.100.20',
  intruder: '203.0.113.77',
  intruderExit: '203.0.113.140',
  intruderAccount: '203.0.113.201',
} as const;

export interface Person {
  readonly name: string;
  readonly job: 'platform' | 'developer' | 'data' | 'security' | 'finance';
  readonly homeAddress: string;
  readonly principalId: string;
}

export interface User {
  readonly name: string;
  readonly accountId: string;
  readonly principalId: string;
  readonly keyId: string;
}

export interface Role {
  readonly name: string;
  readonly accountId: string;
  readonly path: string;
  readonly principalId: string;
}

const ids = new Random(2026, 'company');

export const people: readonly Person[] = (
  [
    ['mirela.anders', 'platform', '198.51.100.71'],
    ['tobias.wren', 'platform', '198.51.100.72'],
    ['ifeoma.lund', 'data', '198.51.100.73'],
    ['jonas.pike', 'developer', '198.51.100.74'],
    ['saskia.holt', 'developer', '198.51.100.75'],
    ['rafael.quill', 'developer', '198.51.100.76'],
    ['nadia.frost', 'security', '198.51.100.77'],
    ['greta.marsh', 'finance', '198.51.100.78'],
  ] as const
).map(([name, job, homeAddress]) => ({
  name,
  job,
  homeAddress,
  principalId: ids.exampleId('AIDA'),
}));

export function person(name: string): Person {
  const found = people.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`No such person: ${name}`);
  return found;
}

function user(name: string, accountId: string): User {
  return { name, accountId, principalId: ids.exampleId('AIDA'), keyId: ids.exampleId('AKIA') };
}

/** Copies build artifacts every night with a long-term key; the key that leaks. */
export const artifactUser = user('svc-artifact-sync', accounts.development);
/** Made by the intruder. */
export const intruderUser = user('svc-backup-agent', accounts.production);

function role(name: string, accountId: string, path = '/'): Role {
  return { name, accountId, path, principalId: ids.exampleId('AROA') };
}

export const roles = {
  administratorManagement: role('AWSReservedSSO_Administrator_5f1c0e7a92d4b863', accounts.management, ssoPath()),
  administratorProduction: role('AWSReservedSSO_Administrator_0b7d3ac41e58f296', accounts.production, ssoPath()),
  developerDevelopment: role('AWSReservedSSO_Developer_9a2e64d1c07fb385', accounts.development, ssoPath()),
  analystProduction: role('AWSReservedSSO_DataAnalyst_c3f6a81b5d029e74', accounts.production, ssoPath()),
  auditorManagement: role('AWSReservedSSO_SecurityAudit_71d8e2b40c6fa953', accounts.management, ssoPath()),
  billingManagement: role('AWSReservedSSO_Billing_e40a9b7d15c26f38', accounts.management, ssoPath()),
  build: role('build-runner', accounts.development),
  deployer: role('cicd-deployer', accounts.development),
  productionDeploy: role('production-deploy', accounts.production),
  breakGlass: role('break-glass-admin', accounts.production),
  monitoringReader: role('monitoring-reader', accounts.production),
  terraform: role('terraform-runner', accounts.management),
  terraformProduction: role('terraform-apply', accounts.production),
  terraformDevelopment: role('terraform-apply', accounts.development),
  scanner: role('posture-scanner', accounts.management),
  scannerProduction: role('posture-read', accounts.production),
  scannerDevelopment: role('posture-read', accounts.development),
  web: role('web-app-instance', accounts.production),
  exportFunction: role('order-export-function', accounts.production, '/service-role/'),
  node: role('eks-node', accounts.production),
  pod: role('eks-orders-api', accounts.production),
  backup: role('backup-runner', accounts.production),
} as const;

function ssoPath(): string {
  return `/aws-reserved/sso.amazonaws.com/${homeRegion}/`;
}

export function serviceRole(service: string, name: string, accountId: string): Role {
  const idSource = new Random(2026, `${service}/${name}/${accountId}`);
  return { name, accountId, path: `/aws-service-role/${service}/`, principalId: idSource.exampleId('AROA') };
}

export const buckets = {
  logs: 'brindlewick-cloudtrail-central',
  artifacts: 'brindlewick-build-artifacts',
  assets: 'brindlewick-web-assets',
  exports: 'brindlewick-customer-exports',
  terraformState: 'brindlewick-terraform-state',
} as const;

export const webInstances = ['i-0a41c7be2d9035f18', 'i-07e2b5c91fd3a8640', 'i-0c93d41fa8e75b026'] as const;
export const nodeInstances = ['i-0f5b82ce6417d39a0', 'i-01d7a9e43c58b2f76'] as const;
export const volumes = ['vol-0b6e1f8a4c2d97305', 'vol-09c4d7e2a1b5f8360'] as const;
export const databases = ['orders-primary', 'customers-primary'] as const;
export const dataKey = `arn:aws:kms:${homeRegion}:${accounts.production}:key/2f9d6c1b-7a40-4e8e-9b35-c81d0a64f7e2`;
export const vpcEndpoint = 'vpce-04be7d1936ca2f580';

const secretNames = [
  'prod/orders/database',
  'prod/customers/database',
  'prod/payments/provider-token',
  'prod/payments/webhook-signing',
  'prod/mail/relay',
  'prod/search/admin',
  'prod/cache/auth',
  'prod/web/session-key',
  'prod/web/csrf-key',
  'prod/erp/integration',
  'prod/warehouse/redshift',
  'prod/warehouse/loader',
  'prod/partner/sftp',
  'prod/partner/api-key',
  'prod/monitoring/pager',
  'prod/vpn/shared-secret',
  'prod/code-signing/passphrase',
  'prod/backup/encryption',
  'prod/support/helpdesk-token',
  'prod/identity/scim-token',
] as const;

export const secrets: readonly string[] = secretNames.map(
  (name) =>
    `arn:aws:secretsmanager:${homeRegion}:${accounts.production}:secret:${name}-${ids.text('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz', 6)}`,
);

/** The days the sample covers: Monday 2 March to Wednesday 11 March 2026, UTC. */
export const firstDayMs = Date.UTC(2026, 2, 2);
export const dayCount = 10;

/** An instant of the sample: its day (1 is the first) and the time of day, UTC. */
export function at(day: number, hours: number, minutes = 0, seconds = 0): number {
  return firstDayMs + (((day - 1) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000;
}

export function isWeekend(day: number): boolean {
  const weekday = new Date(at(day, 12)).getUTCDay();
  return weekday === 0 || weekday === 6;
}
