import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import type { AccessPrompt } from '#shared/api/acquisition.ts';
import { AwsHome } from './support/aws-home.ts';
import { emptyListing, json, ScriptedServer, type ReceivedRequest } from './support/scripted-server.ts';
import { accessDenied, expiredToken, type ScriptedAnswer } from './support/s3-answers.ts';

const bucket = 'trail-bucket';
let home: AwsHome;
let server: ScriptedServer;
let prompts: Prompts;
/** Answers to the polls for a token, in turn. */
let tokenAnswers: ScriptedAnswer[];
/** What the person does with a question, once it comes up. */
let person: (prompt: AccessPrompt) => void;
const printed: unknown[] = [];

beforeAll(async () => {
  server = await ScriptedServer.start(answerAsAws);
});
afterAll(() => server.stop());

beforeEach(async () => {
  home = await AwsHome.create();
  const { url } = server;
  home.set({ AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url, AWS_ENDPOINT_URL_STS: url });
  server.received.length = 0;
  server.answer = answerAsAws;
  tokenAnswers = [];
  person = () => undefined;
  prompts = new Prompts(() => {
    for (const prompt of prompts.list()) person(prompt);
  });
  printed.length = 0;
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => void printed.push(...values));
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  expect(printed).toEqual([]);
  await home.remove();
});

const pending = json(400, { error: 'authorization_pending' }, { 'x-amzn-errortype': 'AuthorizationPendingException' });
const slowDown = json(400, { error: 'slow_down' }, { 'x-amzn-errortype': 'SlowDownException' });
const expired = json(400, { error: 'expired_token' }, { 'x-amzn-errortype': 'ExpiredTokenException' });
const invalidGrant = json(400, { error: 'invalid_grant' }, { 'x-amzn-errortype': 'InvalidGrantException' });
const token = json(200, {
  accessToken: 'fresh-token',
  tokenType: 'Bearer',
  expiresIn: 28_800,
  refreshToken: 'next-refresh',
});

function answerAsAws({ path, body, headers }: ReceivedRequest): ScriptedAnswer {
  if (path.startsWith('/client/register')) {
    return json(200, { clientId: 'client', clientSecret: 'client-secret', clientSecretExpiresAt: 1_900_000_000 });
  }
  if (path.startsWith('/device_authorization')) {
    return json(200, {
      ...{ deviceCode: 'device', userCode: 'ABCD-EFGH', expiresIn: 600, interval: 0 },
      verificationUri: 'https://device.sso.eu-west-1.amazonaws.com/',
      verificationUriComplete: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH',
    });
  }
  if (path.startsWith('/token')) return tokenAnswers.shift() ?? pending;
  if (path.startsWith('/federation/credentials')) {
    if (headers['x-amz-sso_bearer_token'] === 'revoked-token') {
      return json(
        401,
        { message: 'Session token not found or invalid' },
        { 'x-amzn-errortype': 'UnauthorizedException' },
      );
    }
    const expiration = Date.now() + 3_600_000;
    const keys = { accessKeyId: 'ASIASSO', secretAccessKey: 'sso-secret', sessionToken: 'sso-session', expiration };
    return json(200, { roleCredentials: keys });
  }
  if (body.includes('Action=AssumeRole')) return answerAsSts(body);
  if (body.includes('Action=GetCallerIdentity')) {
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/audit/x</Arn><UserId>A:x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>' }; // prettier-ignore
  }
  return emptyListing(bucket);
}

function answerAsSts(body: string): ScriptedAnswer {
  const headers = { 'content-type': 'text/xml' };
  if (new URLSearchParams(body).get('TokenCode') === '000000') {
    return { status: 403, headers, body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message></Error></ErrorResponse>' }; // prettier-ignore
  }
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  return { status: 200, headers, body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/audit/x</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-session</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>` }; // prettier-ignore
}

async function open(profile: string | null, signal = new AbortController().signal) {
  const access = { url: `s3://${bucket}`, profile, region: 'eu-west-1', endpointUrl: server.url, forcePathStyle: true, requesterPays: false }; // prettier-ignore
  const session = await openS3Session(access, { prompts, signal, concurrency: 2, log: () => undefined });
  session.close();
  return session;
}

function paths(): string[] {
  return server.received.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
}

function usedKeys(): string[] {
  const found = server.received.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
  return found.filter((key) => key !== undefined);
}

const ssoConfig = `
[profile company]
sso_session = company
sso_account_id = 111122223333
sso_role_name = ReadOnly
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-1
[profile older]
sso_start_url = https://older.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = ReadOnly
`;

function cachePath(key: string): string {
  return join(home.path, '.aws/sso/cache', `${createHash('sha1').update(key).digest('hex')}.json`);
}

async function writeToken(key: string, value: object): Promise<void> {
  await mkdir(join(home.path, '.aws/sso/cache'), { recursive: true });
  await writeFile(cachePath(key), JSON.stringify(value));
}

test('a sign-in: shown, polled for, kept as the AWS CLI keeps it, and withdrawn', async () => {
  await home.write('config', ssoConfig);
  tokenAnswers = [pending, pending, token];
  const shown: AccessPrompt[] = [];
  person = (prompt) => void shown.push(prompt);
  const session = await open('company');

  expect(shown.at(0)).toMatchObject({
    type: 'sso',
    title: 'Sign in to company',
    verificationUrl: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH',
    userCode: 'ABCD-EFGH',
  });
  expect(prompts.list()).toEqual([]);
  expect(usedKeys()).toEqual(['ASIASSO']);
  expect(session.traffic.hosts).toEqual([new URL(server.url).host]);
  const registered = JSON.parse(server.received[0]?.body ?? '') as object;
  expect(registered).toMatchObject({ clientType: 'public', scopes: ['sso:account:access'] });

  const kept = JSON.parse(await readFile(cachePath('company'), 'utf8')) as Record<string, string>;
  expect(kept).toMatchObject({
    ...{ startUrl: 'https://company.awsapps.com/start', region: 'eu-west-1' },
    ...{ accessToken: 'fresh-token', refreshToken: 'next-refresh' },
    ...{ clientId: 'client', clientSecret: 'client-secret', registrationExpiresAt: '2030-03-17T17:46:40Z' },
  });
  expect(kept['expiresAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect((await stat(cachePath('company'))).mode & 0o777).toBe(0o600);

  // A second session uses what is there.
  server.received.length = 0;
  await open('company');
  expect(paths().filter((path) => !path.startsWith(`GET /${bucket}`))).toEqual([]);
});

test('the older form has no scopes and is kept under its start page', async () => {
  await home.write('config', ssoConfig);
  tokenAnswers = [slowDown, token];
  await open('older');
  expect(JSON.parse(server.received[0]?.body ?? '')).not.toHaveProperty('scopes');
  expect(JSON.parse(await readFile(cachePath('https://older.awsapps.com/start'), 'utf8'))).toMatchObject({
    accessToken: 'fresh-token',
  });
});

test('a token that lives is used; one that ended is renewed without the person', async () => {
  await home.write('config', ssoConfig);
  const kept = {
    ...{ startUrl: 'https://company.awsapps.com/start', region: 'eu-west-1', accessToken: 'kept-token' },
    ...{ clientId: 'client', clientSecret: 'client-secret', registrationExpiresAt: '2030-03-17T17:46:40Z' },
    refreshToken: 'former-refresh',
  };
  await writeToken('company', { ...kept, expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  await open('company');
  expect(paths()).toEqual(['GET /federation/credentials', `GET /${bucket}/`]);

  server.received.length = 0;
  prompts = new Prompts(() => expect.fail('the person was asked'));
  tokenAnswers = [token];
  await writeToken('company', { ...kept, expiresAt: '2020-01-01T00:00:00Z' });
  await open('company');
  expect(paths()).toEqual(['POST /token', 'GET /federation/credentials', `GET /${bucket}/`]);
  expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ grantType: 'refresh_token', refreshToken: 'former-refresh' }); // prettier-ignore
  expect(JSON.parse(await readFile(cachePath('company'), 'utf8'))).toMatchObject({
    ...{ accessToken: 'fresh-token', refreshToken: 'next-refresh', clientId: 'client' },
  });
});

test('a session that was ended elsewhere leads to a new sign-in', async () => {
  await home.write('config', ssoConfig);
  const life = { expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  await writeToken('company', { accessToken: 'revoked-token', ...life });
  tokenAnswers = [token];
  await open('company');
  expect(usedKeys()).toEqual(['ASIASSO']);

  prompts = new Prompts(() => undefined);
  await writeToken('company', { accessToken: 'x', expiresAt: '2020-01-01T00:00:00Z', clientId: 'c', clientSecret: 's', refreshToken: 'r' }); // prettier-ignore
  tokenAnswers = [invalidGrant, token];
  await open('company');
  expect(JSON.parse(await readFile(cachePath('company'), 'utf8'))).toMatchObject({ accessToken: 'fresh-token' });
});

test('a sign-in that is given up, runs out, or is left', async () => {
  await home.write('config', ssoConfig);
  person = (prompt) => prompts.answer(prompt.promptId, null);
  await expect(open('company')).rejects.toMatchObject({ code: 'CANCELLED', message: 'The sign-in was given up.' });

  person = () => undefined;
  tokenAnswers = [pending, expired];
  await expect(open('company')).rejects.toMatchObject({ code: 'AWS_FAILED', message: /not answered in time/ });
  expect(prompts.list()).toEqual([]);

  const controller = new AbortController();
  person = () => controller.abort();
  await expect(open('company', controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(prompts.list()).toEqual([]);
});

const mfaConfig = `
[profile audit]
role_arn = arn:aws:iam::111122223333:role/audit
source_profile = base
mfa_serial = arn:aws:iam::444455556666:mfa/ann
`;
const mfaKeys = '[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = base-secret\n';

test('an MFA code is asked for once, however many sessions and clients follow', async () => {
  await home.write('config', mfaConfig);
  await home.write('credentials', mfaKeys);
  const asked: AccessPrompt[] = [];
  person = (prompt) => {
    asked.push(prompt);
    prompts.answer(prompt.promptId, ' 123456 ');
  };
  await open('audit');
  await open('audit');
  expect(asked).toEqual([
    {
      promptId: expect.any(String) as string,
      type: 'mfa',
      title: 'profile “audit”, role arn:aws:iam::111122223333:role/audit',
      mfaSerial: 'arn:aws:iam::444455556666:mfa/ann',
    },
  ]);
  expect(usedKeys()).toEqual(['AKIABASE', 'ASIAROLE', 'ASIAROLE']);
  const input = new URLSearchParams(server.received[0]?.body);
  expect(Object.fromEntries(input)).toMatchObject({
    ...{ RoleArn: 'arn:aws:iam::111122223333:role/audit', TokenCode: '123456' },
    SerialNumber: 'arn:aws:iam::444455556666:mfa/ann',
  });
});

test('credentials that the server calls expired are not used again', async () => {
  await home.write('config', mfaConfig);
  await home.write('credentials', mfaKeys);
  let questions = 0;
  person = (prompt) => {
    questions += 1;
    prompts.answer(prompt.promptId, '123456');
  };
  server.answer = (request) => (request.method === 'GET' ? expiredToken() : answerAsAws(request));
  await expect(open('audit')).rejects.toMatchObject({ message: /temporary credentials have expired.*Start again/ });
  server.answer = answerAsAws;
  await open('audit');
  expect(questions).toBe(2);
});

test('a wrong code, and no code', async () => {
  await home.write('config', mfaConfig);
  await home.write('credentials', mfaKeys);
  person = (prompt) => prompts.answer(prompt.promptId, '000000');
  await expect(open('audit')).rejects.toMatchObject({ code: 'AWS_FAILED', message: /MFA code was not accepted/ });
  person = (prompt) => prompts.answer(prompt.promptId, null);
  await expect(open('audit')).rejects.toMatchObject({ code: 'CANCELLED', message: /No MFA code was given/ });
});

test('STS tells who it is, with the session’s credentials', async () => {
  await home.write('credentials', mfaKeys);
  const access = { url: `s3://${bucket}`, profile: 'base', region: null, endpointUrl: server.url, forcePathStyle: true, requesterPays: false }; // prettier-ignore
  const environment = { prompts, signal: new AbortController().signal, concurrency: 2, log: () => undefined };
  const session = await openS3Session(access, environment);
  const identity = await session.sts()?.send(new GetCallerIdentityCommand({}));
  expect(identity?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/audit/x');
  session.close();
});

test('a role that may not be assumed', async () => {
  await home.write('config', mfaConfig.replace(/mfa_serial.*/, ''));
  await home.write('credentials', mfaKeys);
  const message = 'User: arn:aws:iam::444455556666:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/audit'; // prettier-ignore
  server.answer = () => ({ ...accessDenied(), headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>` }); // prettier-ignore
  await expect(open('audit')).rejects.toMatchObject({
    message: /role\/audit may not be assumed.*sts:AssumeRole is missing, or the role’s trust policy/,
  });
});

test('a command that gives credentials, and one that fails without telling what it holds', async () => {
  const answer = JSON.stringify({ Version: 1, AccessKeyId: 'AKIACOMMAND', SecretAccessKey: 'command-secret' });
  await writeFile(join(home.path, 'answer.json'), answer);
  await home.write(
    'config',
    `[profile command]\ncredential_process = cat ${home.path}/answer.json\n[profile broken]\ncredential_process = false --password hush\n`,
  );
  await open('command');
  expect(usedKeys()).toEqual(['AKIACOMMAND']);
  const error: unknown = await open('broken').catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'AWS_FAILED',
    message: /credential_process command of the profile “broken” failed/,
  });
  expect(String(error)).not.toContain('hush');
});

test('an environment with two sources prints nothing, and a profile asked for wins', async () => {
  await home.write('credentials', mfaKeys);
  home.set({ AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret', AWS_PROFILE: 'base' });
  await open(null);
  expect(usedKeys()).toEqual(['AKIABASE']);
});
