import dns from 'node:dns';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { HostsRequest, S3Access } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { listHosts } from '#engine/acquisition/access/hosts.ts';
import { listProfiles } from '#engine/acquisition/access/profiles.ts';
import { signinHost } from '#engine/acquisition/access/endpoints.ts';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import { AwsHome } from './support/aws-home.ts';

let home: AwsHome;
/** Every attempt of this process to look up a name or to connect. */
let attempts: string[];
const { lookup } = dns;
const { connect } = Socket.prototype;

beforeEach(async () => {
  home = await AwsHome.create();
  attempts = [];
  dns.lookup = ((name: string) => {
    attempts.push(`lookup ${name}`);
    throw new Error(`looked up ${name}`);
  }) as unknown as typeof dns.lookup;
  Socket.prototype.connect = function (...input: unknown[]) {
    attempts.push(`connect ${JSON.stringify(input)}`);
    throw new Error('connected');
  } as typeof connect;
});
afterEach(async () => {
  dns.lookup = lookup;
  Socket.prototype.connect = connect;
  await home.remove();
});

const config = `
[default]
region = eu-west-1

[profile plain]
region = eu-west-1

[profile audit]
role_arn = arn:aws:iam::111122223333:role/audit
source_profile = plain
mfa_serial = arn:aws:iam::444455556666:mfa/ann
region = eu-central-1

[profile looped-a]
role_arn = arn:aws:iam::111122223333:role/a
source_profile = looped-b
[profile looped-b]
role_arn = arn:aws:iam::111122223333:role/b
source_profile = looped-a

[profile company]
sso_session = company
sso_account_id = 111122223333
sso_role_name = ReadOnly
region = eu-north-1
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-3

[profile legacy-sso]
sso_start_url = https://older.awsapps.com/start
sso_region = us-east-2
sso_account_id = 111122223333
sso_role_name = ReadOnly

[profile command]
credential_process = /usr/bin/give-credentials --secret hush

[profile on-instance]
role_arn = arn:aws:iam::111122223333:role/far
credential_source = Ec2InstanceMetadata

[profile console]
login_session = arn:aws:iam::111122223333:user/ann
region = us-west-2

[profile store]
region = fr-par
endpoint_url = https://store.example.com:9000
[profile split]
region = fr-par
services = split
[services split]
s3 =
  endpoint_url = https://s3.store.example.com
sts =
  endpoint_url = https://sts.store.example.com

[profile nothing]
output = json
`;
const keys = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = very-secret\n';
const credentials = ['default', 'plain', 'store', 'split'].map((name) => `[${name}]\n${keys}`).join('');

async function writeFiles(): Promise<void> {
  await home.write('config', config);
  await home.write('credentials', credentials);
}

function s3(more: Partial<S3Access> = {}, rest: Partial<Extract<HostsRequest, { kind: 's3' }>> = {}): HostsRequest {
  const access = {
    ...{ url: 's3://trail-bucket', profile: null, region: null, endpointUrl: null },
    ...{ forcePathStyle: false, requesterPays: false },
    ...more,
  };
  return { kind: 's3', access, regions: [], withProof: false, ...rest };
}

async function hostsOf(request: HostsRequest): Promise<string[]> {
  const { hosts } = await listHosts(request);
  expect(attempts).toEqual([]);
  return hosts.map(({ host }) => host).sort();
}

test('static keys and a region: the bucket, and who we are', async () => {
  await writeFiles();
  expect(await hostsOf(s3({ profile: 'plain', region: 'eu-west-1' }))).toEqual([
    'sts.eu-west-1.amazonaws.com',
    'trail-bucket.s3.eu-west-1.amazonaws.com',
  ]);
});

test('a region that is not known is one label that may be anything', async () => {
  await writeFiles();
  expect(await hostsOf(s3())).toEqual([
    'sts.eu-west-1.amazonaws.com',
    'trail-bucket.s3.*.amazonaws.com',
    'trail-bucket.s3.eu-west-1.amazonaws.com',
  ]);
});

test('path style, and names with dots, have the bucket in the path', async () => {
  await writeFiles();
  const region = 'eu-west-1';
  expect(await hostsOf(s3({ region, forcePathStyle: true }))).toContain('s3.eu-west-1.amazonaws.com');
  expect(await hostsOf(s3({ region, url: 's3://trail.bucket' }))).toContain('s3.eu-west-1.amazonaws.com');
});

test('proof adds CloudTrail in each region, in the partition’s own domain', async () => {
  await writeFiles();
  const found = await hostsOf(
    s3({ region: 'cn-north-1' }, { withProof: true, regions: ['cn-north-1', 'cn-northwest-1'] }),
  );
  expect(found).toEqual([
    'cloudtrail.cn-north-1.amazonaws.com.cn',
    'cloudtrail.cn-northwest-1.amazonaws.com.cn',
    'sts.cn-north-1.amazonaws.com.cn',
    'trail-bucket.s3.cn-north-1.amazonaws.com.cn',
  ]);
});

test('a role adds the STS of its profile’s region', async () => {
  await writeFiles();
  const listed = await listHosts(s3({ profile: 'audit', region: 'us-east-2' }));
  expect(listed.hosts.map(({ host }) => host)).toContain('sts.eu-central-1.amazonaws.com');
  expect(listed.credentials).toBe(
    'profile “audit”: role arn:aws:iam::111122223333:role/audit (an MFA code is asked for), with access keys of the AWS config files',
  );
});

test.each([
  ['company', ['company.awsapps.com', 'oidc.eu-west-3.amazonaws.com', 'portal.sso.eu-west-3.amazonaws.com']],
  ['legacy-sso', ['older.awsapps.com', 'oidc.us-east-2.amazonaws.com', 'portal.sso.us-east-2.amazonaws.com']],
  ['console', ['us-west-2.signin.aws.amazon.com']],
  ['on-instance', ['169.254.169.254', 'sts.us-east-1.amazonaws.com']],
])('profile %s', async (profile, expected) => {
  await writeFiles();
  const found = await hostsOf(s3({ profile, region: 'us-east-1' }));
  expect(found.filter((host) => !/^trail-bucket|^sts\.(eu-north|us-west)/.test(host))).toEqual(
    expect.arrayContaining(expected),
  );
});

test('a store of one’s own is all that is asked, unless its profile says more', async () => {
  await writeFiles();
  const proof = { withProof: true, regions: ['eu-west-1'] };
  expect(
    await hostsOf(s3({ profile: 'plain', endpointUrl: 'http://127.0.0.1:9000', forcePathStyle: true }, proof)),
  ).toEqual(['127.0.0.1:9000']);
  expect(await hostsOf(s3({ profile: 'split' }, proof))).toEqual([
    'sts.store.example.com',
    'trail-bucket.s3.store.example.com',
  ]);
  expect(await hostsOf(s3({ profile: 'store', forcePathStyle: true }, proof))).toEqual(['store.example.com:9000']);
});

test('endpoints of the environment come before those of the profile', async () => {
  await writeFiles();
  home.set({ AWS_ENDPOINT_URL_S3: 'http://other.example:81', AWS_ENDPOINT_URL_STS: 'http://sts.example' });
  expect(await hostsOf(s3({ profile: 'split', forcePathStyle: true }))).toEqual(['other.example:81', 'sts.example']);
  home.set({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' });
  expect(await hostsOf(s3({ profile: 'split', region: 'eu-west-1' }))).toEqual([
    'sts.eu-west-1.amazonaws.com',
    'trail-bucket.s3.eu-west-1.amazonaws.com',
  ]);
});

test('the metadata services only where the chain gets there', async () => {
  home.set({ AWS_EC2_METADATA_DISABLED: undefined });
  expect(await hostsOf(s3({ region: 'eu-west-1' }))).toContain('169.254.169.254');
  home.set({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x' });
  expect(await hostsOf(s3({ region: 'eu-west-1' }))).toContain('169.254.170.2');
  home.set({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'very-secret' });
  expect((await hostsOf(s3({ region: 'eu-west-1' }))).filter((host) => host.startsWith('169.'))).toEqual([]);
});

test('event history asks CloudTrail and STS, and no S3', async () => {
  await writeFiles();
  const regions = ['eu-west-1', 'us-east-1'];
  expect(await hostsOf({ kind: 'event-history', access: { profile: 'plain', endpointUrl: null }, regions })).toEqual([
    'cloudtrail.eu-west-1.amazonaws.com',
    'cloudtrail.us-east-1.amazonaws.com',
    'sts.eu-west-1.amazonaws.com',
  ]);
});

test('the portal and the page of “aws login” are where the SDK’s own rules put them', async () => {
  const load = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/credential-providers'));
  const { SSOClient } = load('@aws-sdk/nested-clients/sso') as { SSOClient: new (input: object) => RulesClient };
  const { SigninClient } = load('@aws-sdk/nested-clients/signin') as {
    SigninClient: new (input: object) => RulesClient;
  };
  interface RulesClient {
    config: { endpointProvider(parameters: object): { url: URL } };
  }
  for (const region of ['eu-west-1', 'us-gov-west-1', 'cn-north-1']) {
    const parameters = { Region: region, UseFIPS: false, UseDualStack: false };
    const portal = new SSOClient({ region }).config.endpointProvider(parameters).url.host;
    const signin = new SigninClient({ region }).config.endpointProvider(parameters).url.host;
    await home.write(
      'config',
      `[profile company]\nsso_start_url = https://x.awsapps.com/start\nsso_region = ${region}\nsso_account_id = 1\nsso_role_name = R\n`,
    );
    expect(await hostsOf(s3({ profile: 'company', region }))).toContain(portal);
    expect(signinHost(region, null)).toBe(signin);
  }
});

test.each([
  [{ profile: 'missing' }, /There is no profile “missing” in .*config or .*credentials/],
  [{ profile: 'nothing' }, /“nothing” has no way to get credentials/],
  [{ profile: 'looped-a' }, /name each other as source_profile/],
  [{ url: 'trail-bucket' }, /no S3 address/],
  [{ endpointUrl: 'https://a:b@store.example.com' }, /user and password/],
  [{ region: 'eu-west-1.evil.example' }, /is no region/],
])('%j is refused with a sentence', async (more, sentence) => {
  await writeFiles();
  const error: unknown = await listHosts(s3(more)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TrailbenchError);
  expect(error).toMatchObject({ code: 'BAD_INPUT' });
  expect((error as Error).message).toMatch(sentence);
});

test('profiles are listed by how they get credentials, without secrets, and anew each time', async () => {
  await writeFiles();
  const listed = await listProfiles();
  expect(Object.fromEntries(listed.profiles.map(({ name, method }) => [name, method]))).toEqual({
    default: 'keys',
    plain: 'keys',
    audit: 'assume-role',
    'looped-a': 'assume-role',
    'looped-b': 'assume-role',
    company: 'sso',
    'legacy-sso': 'sso',
    command: 'process',
    'on-instance': 'assume-role',
    console: 'login',
    store: 'keys',
    split: 'keys',
    nothing: 'none',
  });
  expect(listed.profiles.find(({ name }) => name === 'audit')).toEqual({
    name: 'audit',
    method: 'assume-role',
    region: 'eu-central-1',
    mfaSerial: 'arn:aws:iam::444455556666:mfa/ann',
    roleArn: 'arn:aws:iam::111122223333:role/audit',
    ssoStartUrl: null,
    endpointUrl: null,
  });
  expect(listed.profiles.find(({ name }) => name === 'company')?.ssoStartUrl).toBe('https://company.awsapps.com/start');
  expect(listed.defaultMethod).toBe('profile “default”: access keys of the AWS config files');
  expect(listed.configPath).toBe(`${home.path}/.aws/config`);
  expect(JSON.stringify(listed)).not.toMatch(/secret|AKIA|hush/);

  await home.write('config', '[profile later]\nsso_session = none\n');
  await home.write('credentials', '');
  const later = await listProfiles();
  expect(later.profiles.map(({ name }) => name)).toEqual(['later']);
  expect(later.defaultMethod).toMatch(/There are no AWS credentials/);
});

test.each([
  ['nothing set', {}, 'access keys of'],
  ['keys in the environment', { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret' }, 'environment'],
  [
    'keys and AWS_PROFILE',
    { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret', AWS_PROFILE: 'store' },
    '“store”: access keys',
  ],
])('without a chosen profile, the link is the one that the SDK’s chain uses: %s', async (_name, variables, words) => {
  await writeFiles();
  await home.write(
    'credentials',
    credentials.replace('[store]\naws_access_key_id = AKIAEXAMPLE', '[store]\naws_access_key_id = AKIASTORE'),
  );
  home.set(variables);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const { accessKeyId } = await fromNodeProviderChain({ ignoreCache: true, logger: silent })();
  const expected = words.includes('environment') ? 'AKIAENV' : words.includes('store') ? 'AKIASTORE' : 'AKIAEXAMPLE';
  expect(accessKeyId).toBe(expected);
  expect((await listProfiles()).defaultMethod).toContain(words);
});

test('a session reaches for announced hosts only', async () => {
  await writeFiles();
  const environment = { prompts: new Prompts(() => undefined), signal: new AbortController().signal, concurrency: 2, log: () => undefined }; // prettier-ignore
  const request = s3({ profile: 'plain', region: 'eu-west-1' });
  const announced = await hostsOf(request);
  if (request.kind !== 's3') return;
  const error: unknown = await openS3Session(request.access, environment).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TrailbenchError);
  const reached = attempts.flatMap((attempt) => /[\w.-]+\.amazonaws\.com/.exec(attempt)?.[0] ?? []);
  expect(reached.length).toBeGreaterThan(0);
  expect(announced).toEqual(expect.arrayContaining([...new Set(reached)]));
});
