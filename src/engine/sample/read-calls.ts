import { buckets, databases, globalRegion } from './company.ts';
import type { Call, JsonObject } from './records.ts';

function read(service: string, name: string, parameters: JsonObject | null = null, more: Partial<Call> = {}): Call {
  return { service, name, parameters, isReadOnly: true, ...more };
}

const ec2Filter = { filterSet: {} };

/** What the pages of the AWS console ask for when they are opened. */
export const consolePages: Readonly<Record<string, readonly Call[]>> = {
  instances: [
    read('ec2', 'DescribeInstances', { maxResults: 100, instancesSet: {}, ...ec2Filter }),
    read('ec2', 'DescribeInstanceStatus', { instancesSet: {}, ...ec2Filter, includeAllInstances: true }),
    read('ec2', 'DescribeSecurityGroups', { securityGroupSet: {}, securityGroupIdSet: {}, ...ec2Filter }),
    read('ec2', 'DescribeTags', ec2Filter),
    read('autoscaling', 'DescribeAutoScalingGroups', { maxRecords: 100 }),
    read('cloudwatch', 'DescribeAlarms', { maxRecords: 100 }),
  ],
  network: [
    read('ec2', 'DescribeVpcs', { vpcSet: {}, ...ec2Filter }),
    read('ec2', 'DescribeSubnets', { subnetSet: {}, ...ec2Filter }),
    read('ec2', 'DescribeRouteTables', { routeTableIdSet: {}, ...ec2Filter }),
    read('ec2', 'DescribeNatGateways', { DescribeNatGatewaysRequest: '' }),
    read('ec2', 'DescribeFlowLogs', { DescribeFlowLogsRequest: '' }),
  ],
  volumes: [
    read('ec2', 'DescribeVolumes', { volumeSet: {}, ...ec2Filter, maxResults: 1000 }),
    read('ec2', 'DescribeSnapshots', {
      maxResults: 50,
      snapshotSet: {},
      ownersSet: { items: [{ owner: 'self' }] },
      sharedUsersSet: {},
      ...ec2Filter,
    }),
  ],
  buckets: [
    read('s3', 'ListBuckets', { Host: 's3.eu-central-1.amazonaws.com' }),
    read('s3', 'GetBucketLocation', bucket(buckets.assets, 'location')),
    read('s3', 'GetBucketPolicyStatus', bucket(buckets.assets, 'policyStatus')),
    read('s3', 'GetBucketPublicAccessBlock', bucket(buckets.assets, 'publicAccessBlock')),
    read('s3', 'GetBucketVersioning', bucket(buckets.exports, 'versioning')),
  ],
  databases: [
    read('rds', 'DescribeDBInstances', { maxRecords: 100 }),
    read('rds', 'DescribeDBSnapshots', {
      dBInstanceIdentifier: databases[0],
      includeShared: false,
      includePublic: false,
    }),
    read('rds', 'DescribePendingMaintenanceActions'),
    read('cloudwatch', 'GetMetricData', { maxDatapoints: 500, scanBy: 'TimestampDescending' }, { isData: true }),
  ],
  functions: [
    read('lambda', 'ListFunctions20150331', { maxItems: 50 }, { apiVersion: '2015-03-31' }),
    read('lambda', 'GetAccountSettings20160819', null, { apiVersion: '2016-08-19' }),
    read('lambda', 'GetFunction20150331v2', { functionName: 'order-export' }, { apiVersion: '2015-03-31' }),
    read('logs', 'DescribeLogGroups', { limit: 50 }),
  ],
  logs: [
    read('logs', 'DescribeLogGroups', { logGroupNamePattern: 'orders', limit: 50 }),
    read('logs', 'DescribeLogStreams', { logGroupName: '/brindlewick/orders-api', limit: 50, descending: true }),
    read('logs', 'StartQuery', {
      logGroupNames: ['/brindlewick/orders-api'],
      startTime: 1772438400,
      endTime: 1773302400,
    }),
    read('logs', 'GetQueryResults', { queryId: '6b0f4c71-9d5e-4a83-b7c2-1e8fd0a35946' }),
  ],
  identity: [
    read('iam', 'GetAccountSummary'),
    read('iam', 'ListUsers', { maxItems: 1000 }),
    read('iam', 'ListRoles', { maxItems: 1000 }),
    read('iam', 'ListPolicies', { scope: 'Local', onlyAttached: false, maxItems: 1000 }),
    read('iam', 'ListAccountAliases'),
  ],
  secrets: [read('secretsmanager', 'ListSecrets', { maxResults: 100 }), read('kms', 'ListAliases', { limit: 100 })],
  containers: [
    read('eks', 'ListClusters', { maxResults: 100 }),
    read('eks', 'DescribeCluster', { name: 'orders' }),
    read('ecr', 'DescribeRepositories', { maxResults: 100 }),
    read('ecr', 'DescribeImages', { repositoryName: 'orders-api', maxResults: 100 }),
  ],
  warehouse: [
    read('redshift', 'DescribeClusters', { maxRecords: 100 }),
    read('athena', 'ListWorkGroups', { maxResults: 50 }),
    read('glue', 'GetTables', { databaseName: 'warehouse' }),
    read('athena', 'GetQueryExecution', { queryExecutionId: 'a94d3c0e-5b71-4f28-86ae-c27f1d9e0b53' }),
  ],
  bills: [
    read('ce', 'GetCostAndUsage', { Granularity: 'DAILY', Metrics: ['UnblendedCost'] }, { region: globalRegion }),
    read('ce', 'GetCostForecast', { Granularity: 'MONTHLY', Metric: 'UNBLENDED_COST' }, { region: globalRegion }),
    read('budgets', 'DescribeBudgets', { accountId: '111122223333' }, { region: globalRegion }),
  ],
  security: [
    read('guardduty', 'ListDetectors'),
    read('guardduty', 'ListFindings', { detectorId: 'c2b7f6a10e4d4d8f9a53e8d71b06f2a4', maxResults: 50 }),
    read('securityhub', 'GetFindings', { MaxResults: 100 }),
    read('cloudtrail', 'DescribeTrails', { includeShadowTrails: true, trailNameList: [] }),
    read('cloudtrail', 'LookupEvents', { maxResults: 50 }),
    read('access-analyzer', 'ListFindings', { maxResults: 100 }),
  ],
};

/** Reads that a scanner, Terraform or a curious person walks through, one after the other. */
export const inventoryCalls: readonly Call[] = [
  ...Object.values(consolePages).flat(),
  read('iam', 'GenerateCredentialReport'),
  read('iam', 'GetCredentialReport'),
  read('iam', 'GetAccountPasswordPolicy'),
  read('iam', 'ListVirtualMFADevices'),
  read('iam', 'GetAccountAuthorizationDetails', { filter: ['User', 'Role', 'LocalManagedPolicy'] }),
  read('cloudtrail', 'GetTrailStatus', { name: 'central' }),
  read('cloudtrail', 'GetEventSelectors', { trailName: 'central' }),
  read('config', 'DescribeConfigurationRecorders', {}),
  read('kms', 'ListKeys', { limit: 1000 }),
  read('kms', 'GetKeyRotationStatus', { keyId: '2f9d6c1b-7a40-4e8e-9b35-c81d0a64f7e2' }),
  read('sns', 'ListTopics'),
  read('sqs', 'ListQueues', {}),
  read('dynamodb', 'ListTables', { limit: 100 }),
  read('elasticloadbalancing', 'DescribeLoadBalancers', { pageSize: 400 }, { apiVersion: '2015-12-01' }),
  read('acm', 'ListCertificates', { maxItems: 500 }),
  read('ssm', 'DescribeInstanceInformation', { maxResults: 50 }),
  read('backup', 'ListBackupVaults', {}),
  read('ec2', 'DescribeImages', { imagesSet: {}, ownersSet: { items: [{ owner: 'self' }] }, ...ec2Filter }),
  read('ec2', 'DescribeRegions', { regionSet: {}, allRegions: true }),
  read('ec2', 'DescribeKeyPairs', { keySet: {}, ...ec2Filter }),
];

export function bucket(name: string, subresource: string): JsonObject {
  return { bucketName: name, Host: `${name}.s3.eu-central-1.amazonaws.com`, [subresource]: '' };
}
