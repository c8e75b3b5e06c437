import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openS3Session } from '#engine/acquisition/access/open-s3-session.ts';
import type { S3Session } from '#engine/acquisition/access/s3-session.ts';
import type { DeleteMarker, ListedObject } from '#engine/acquisition/objects/object-record.ts';
import { callerIdentity } from '#engine/acquisition/proof/caller-identity.ts';
import { collectProof, type ProofOptions } from '#engine/acquisition/proof/collect-proof.ts';
import type { ProofFinding } from '#engine/acquisition/proof/proof-finding.ts';
import { VersionNotes } from '#engine/acquisition/proof/version-notes.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import { sessionFor, testKeys } from './support/cloudtrail-clients.ts';
import {
  startCloudTrailServer,
  type CloudTrailData,
  type CloudTrailServer,
  type FakeKey,
  type FakeTrail,
} from './support/cloudtrail-server.ts';
import { testS3 } from './support/rgw.ts';

const s3 = await testS3();
const bucket = 'company-trail';
const accountId = '123456789012';
const arn = `arn:aws:sts::${accountId}:assumed-role/Responder/ann`;
const caller = { accountId, userId: 'AROAEXAMPLE:ann', arn, accessKeyId: testKeys.accessKeyId };

let folder: string;
let server: CloudTrailServer | null = null;
let session: S3Session | null = null;

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'trailbench-proof-'))));
afterEach(async () => {
  vi.unstubAllEnvs();
  session?.close();
  await server?.close();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

async function start(data: Partial<CloudTrailData> = {}): Promise<CloudTrailServer> {
  server = await startCloudTrailServer({ ...caller, ...data });
  session = sessionFor(server.url, bucket, null, 'eu-central-1');
  return server;
}

function makeKey(validFrom: string, validTo: string): FakeKey {
  const value = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'pkcs1', format: 'der' });
  return { fingerprint: createHash('md5').update(value).digest('hex'), value, validFrom, validTo };
}

function makeTrail(name: string, fields: Partial<FakeTrail['trail']> = {}, rest: Partial<FakeTrail> = {}): FakeTrail {
  const home = fields.HomeRegion ?? 'eu-central-1';
  return {
    trail: {
      ...{ Name: name, S3BucketName: bucket, HomeRegion: home, IsMultiRegionTrail: true },
      TrailARN: `arn:aws:cloudtrail:${home}:${accountId}:trail/${name}`,
      ...{ LogFileValidationEnabled: true, IsOrganizationTrail: false, HasInsightSelectors: false },
      ...fields,
    },
    status: { IsLogging: true, LatestDeliveryTime: 1_722_519_208.5 },
    eventSelectors: { AdvancedEventSelectors: [{ Name: 'all', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }] }, // prettier-ignore
    insightSelectors: null,
    ...rest,
  };
}

const streamsIn = (...regions: string[]) => regions.map((region) => ({ region, firstDay: null, lastDay: null }));

function collect(options: Partial<ProofOptions> = {}): Promise<ProofFinding[]> {
  return collectProof(session!, {
    ...{ streams: streamsIn('eu-central-1'), from: '2024-08-01', to: '2024-08-03', folder, callerAccountId: accountId },
    ...{ signal: new AbortController().signal, timeoutMs: 5000 },
    ...options,
  });
}

interface Saved {
  readonly action: string;
  readonly region: string;
  readonly fetchedAt: string;
  readonly requestId: string;
  readonly request: Record<string, unknown>;
  readonly response: Record<string, unknown>;
}

/** The file of a finding, after its hash was checked. */
async function savedBy({ fileName, sha256 }: ProofFinding): Promise<Saved> {
  const bytes = await readFile(join(folder, fileName!));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  return JSON.parse(bytes.toString()) as Saved;
}

const of = (findings: readonly ProofFinding[], subject: string) =>
  findings.filter((finding) => finding.subject === subject);

test('the caller is told, and kept', async () => {
  await start();
  const signal = new AbortController().signal;
  const identity = await callerIdentity(session!, { folder, signal });
  expect(identity).toMatchObject({ arn, accountId, userId: caller.userId, finding: { state: 'saved', resource: arn } });
  expect(await savedBy(identity.finding)).toMatchObject({
    action: 'sts:GetCallerIdentity',
    response: { Account: accountId, Arn: arn, UserId: caller.userId },
  });
});

test('without STS, or denied by it, nobody is the caller, and the finding says why', async () => {
  const signal = new AbortController().signal;
  const none = await callerIdentity(sessionFor(null, bucket, null), { folder, signal });
  expect(none).toMatchObject({ arn: null, accountId: null, finding: { state: 'skipped', fileName: null } });
  await start({ fault: () => ({ code: 'AccessDenied', message: 'An explicit deny' }) });
  const denied = await callerIdentity(session!, { folder, signal });
  expect(denied).toMatchObject({ arn: null, finding: { state: 'denied' } });
  expect(denied.finding.detail).toContain('sts:GetCallerIdentity');
});

test('public keys of each region, all pages, byte for byte', async () => {
  const keys = {
    'eu-central-1': [
      makeKey('2024-05-01T00:00:00Z', '2024-05-31T00:00:00Z'),
      makeKey('2024-07-20T10:00:00Z', '2024-08-19T10:00:00Z'),
      makeKey('2024-08-02T10:00:00Z', '2024-09-01T10:00:00Z'),
      // Signs digests that are made up later.
      makeKey('2025-01-01T10:00:00Z', '2025-01-31T10:00:00Z'),
    ],
    'us-east-1': [makeKey('2024-07-30T10:00:00Z', '2024-08-29T10:00:00Z')],
  };
  await start({ keys, keysPerPage: 2 });
  const findings = of(await collect({ streams: streamsIn('eu-central-1', 'us-east-1', 'eu-central-1', 'sa-east-1') }), 'public keys');
  expect(findings.map(({ region, state }) => [region, state])).toEqual([
    ['eu-central-1', 'saved'],
    ['sa-east-1', 'none'],
    ['us-east-1', 'saved'],
  ]);
  const saved = await savedBy(findings[0]!);
  expect(saved).toMatchObject({ action: 'cloudtrail:ListPublicKeys', region: 'eu-central-1' });
  expect(saved.requestId).toMatch(/^[\da-f-]{36}$/);
  const list = saved.response['PublicKeyList'] as { Value: string; Fingerprint: string; ValidityStartTime: string }[];
  const expected = keys['eu-central-1'].slice(1);
  expect(list.map(({ Value }) => Value)).toEqual(expected.map(({ value }) => value.toString('base64')));
  expect(list.map(({ Fingerprint }) => Fingerprint)).toEqual(expected.map(({ fingerprint }) => fingerprint));
  expect(list[0]!.ValidityStartTime).toBe('2024-07-20T10:00:00.000Z');
  expect(saved.request['StartTime']).toBe('2024-07-31T00:00:00.000Z');
  expect(findings[0]!.detail).toBe('3 public keys, valid from 2024-07-20 to 2025-01-31.');
}); // prettier-ignore

test('a range that CloudTrail refuses is narrowed', async () => {
  const latest = Date.parse('2024-08-04T02:00:00Z') / 1000;
  const { requests } = await start({
    keys: { 'eu-central-1': [makeKey('2024-07-20T10:00:00Z', '2024-08-19T10:00:00Z')] },
    fault: ({ action, input }) =>
      action === 'ListPublicKeys' && Number(input['EndTime']) > latest
        ? { code: 'InvalidTimeRangeException', message: 'The time range is outside the range of possible values.' }
        : undefined,
  });
  const [finding] = of(await collect(), 'public keys');
  expect(finding).toMatchObject({ state: 'saved', detail: '1 public key, valid from 2024-07-20 to 2024-08-19.' });
  const ends = requests.filter(({ action }) => action === 'ListPublicKeys').map(({ input }) => input['EndTime']);
  expect(ends).toEqual([expect.any(Number), latest]);
});

test('trails that deliver here with status and selectors, from their home regions; the others in the list', async () => {
  const member = 'arn:aws:cloudtrail:us-east-1:999999999999:trail/org';
  const trails = [
    makeTrail('main', {}, { insightSelectors: { InsightSelectors: [{ InsightType: 'ApiCallRateInsight' }] } }),
    makeTrail('org', { HomeRegion: 'us-east-1', TrailARN: member, IsOrganizationTrail: true }),
    makeTrail('elsewhere', { S3BucketName: 'another-bucket' }),
    makeTrail('far', { HomeRegion: 'ap-southeast-2' }, { status: { IsLogging: false } }),
  ];
  const { requests } = await start({ trails });
  const findings = await collect({ streams: streamsIn('eu-central-1', 'us-east-1') });
  const lists = of(findings, 'trails');
  expect(lists.map(({ region, detail }) => [region, detail])).toEqual([
    ['eu-central-1', '3 trails deliver to this bucket; 1 further trail delivers elsewhere.'],
    ['us-east-1', '3 trails deliver to this bucket; 1 further trail delivers elsewhere.'],
  ]);
  const list = await savedBy(lists[0]!);
  expect(list.response).toEqual({ trailList: trails.map(({ trail }) => trail) });

  const main = 'arn:aws:cloudtrail:eu-central-1:123456789012:trail/main';
  const about = (resource: string) => findings.filter((finding) => finding.resource === resource);
  expect(about(main).map(({ subject, region, state }) => [subject, region, state])).toEqual([
    ['trail status', 'eu-central-1', 'saved'],
    ['event selectors', 'eu-central-1', 'saved'],
    ['insight selectors', 'eu-central-1', 'saved'],
  ]);
  expect(about(main)[0]!.detail).toBe(
    'Logging is on; the latest file was delivered at 2024-08-01T13:33:28.500Z; log file validation is on.',
  );
  expect((await savedBy(about(main)[0]!)).response).toEqual({
    IsLogging: true,
    LatestDeliveryTime: '2024-08-01T13:33:28.500Z',
  });
  expect((await savedBy(about(main)[1]!)).response).toEqual({ TrailARN: main, ...trails[0]!.eventSelectors });

  // Of another account's trail only the status is told.
  expect(about(member).map(({ state }) => state)).toEqual(['saved', 'failed', 'failed']);
  expect(about(member)[1]!.detail).toContain('belongs to account 999999999999');

  // A home region that is not chosen is not contacted.
  const far = about('arn:aws:cloudtrail:ap-southeast-2:123456789012:trail/far');
  expect(far.map(({ subject, state }) => [subject, state])).toEqual([
    ['trail status', 'saved'],
    ['event selectors', 'skipped'],
    ['insight selectors', 'skipped'],
  ]);
  expect(far[0]!.detail).toContain('Logging is OFF');
  expect(new Set(requests.map(({ region }) => region))).toEqual(new Set(['eu-central-1', 'us-east-1']));
  expect(of(findings, 'insight selectors').filter(({ state }) => state === 'none')).toEqual([]);
});

test('Insights that are off, and trails of which none delivers here', async () => {
  await start({ trails: [makeTrail('main')] });
  const [off] = of(await collect(), 'insight selectors');
  expect(off).toMatchObject({ state: 'none', detail: 'Insights are off.', fileName: null });
  await server!.close();
  session!.close();
  await start({ trails: [makeTrail('elsewhere', { S3BucketName: 'another-bucket' })] });
  const [status] = of(await collect(), 'trail status');
  expect(status).toMatchObject({ state: 'none', resource: bucket });
  expect(status!.detail).toContain('it belongs to another account, or was deleted');
});

test('what is denied names the permission; the rest is saved', async () => {
  await start({
    trails: [makeTrail('main')],
    keys: { 'eu-central-1': [makeKey('2024-07-20T10:00:00Z', '2024-08-19T10:00:00Z')] },
    fault: ({ action }) =>
      ['ListPublicKeys', 'GetTrailStatus'].includes(action)
        ? { code: 'AccessDeniedException', message: `User: ${arn} is not authorized to perform: cloudtrail:${action} because no identity-based policy allows the cloudtrail:${action} action` }
        : undefined,
  }); // prettier-ignore
  const findings = await collect();
  const states = Object.fromEntries(findings.map(({ subject, state }) => [subject, state]));
  expect(states).toMatchObject({ 'public keys': 'denied', 'trail status': 'denied', 'event selectors': 'saved', trails: 'saved' });
  expect(of(findings, 'public keys')[0]!.detail).toContain('cloudtrail:ListPublicKeys');
  expect(of(findings, 'trail status')[0]!.detail).toContain('cloudtrail:GetTrailStatus');
}); // prettier-ignore

test('a region that does not answer is given up in time, one that is not enabled is told, an invented one not asked', async () => {
  const { requests } = await start({
    trails: [makeTrail('main')],
    fault: ({ region }) => {
      if (region === 'us-east-1') return 'silence';
      if (region !== 'me-south-1') return undefined;
      return { code: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };
    },
  });
  const streams = streamsIn('eu-central-1', 'us-east-1', 'me-south-1', 'evil.example/x', 'nowhere');
  const findings = await collect({ streams, timeoutMs: 1500 });
  const keys = Object.fromEntries(of(findings, 'public keys').map((finding) => [finding.region, finding]));
  expect(keys['us-east-1']).toMatchObject({ state: 'failed' });
  expect(keys['us-east-1']!.detail).toContain('No answer to cloudtrail:ListPublicKeys within 1.5 seconds');
  expect(keys['me-south-1']!.detail).toContain('the account has not enabled me-south-1');
  expect(keys['eu-central-1']).toMatchObject({ state: 'none' });
  for (const region of ['evil.example/x', 'nowhere']) expect(keys[region]).toMatchObject({ state: 'skipped' });
  expect(of(findings, 'event selectors')).toMatchObject([{ state: 'saved' }]);
  expect(new Set(requests.map(({ region }) => region))).toEqual(new Set(['eu-central-1', 'us-east-1', 'me-south-1']));
});

test('cancelled: it ends at once', async () => {
  const abort = new AbortController();
  await start({
    fault: () => {
      abort.abort(new Error('cancelled by the person'));
      return 'silence';
    },
  });
  await expect(collect({ signal: abort.signal, timeoutMs: 60_000 })).rejects.toThrow('cancelled by the person');
});

test('without an endpoint of CloudTrail it is skipped; a store that can’t be reached fails', async () => {
  session = sessionFor(null, bucket, null);
  const findings = await collect();
  expect(of(findings, 'public keys')).toMatchObject([{ state: 'skipped', region: null }]);
  expect(of(findings, 'trails')).toMatchObject([{ state: 'skipped', region: null }]);
  expect(of(findings, 'bucket versioning')).toMatchObject([{ state: 'failed' }]);
  expect(of(findings, 'bucket versioning')[0]!.detail).toContain('s3:GetBucketVersioning');
  expect(existsSync(folder) ? await readdir(folder) : []).toEqual([]);
});

describe.skipIf(!s3)('the bucket, on a real S3 server', () => {
  test('what is set is saved, what is not is none', async () => {
    const name = await s3!.makeBucket({ isVersioned: true });
    const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'AWSLogs/' }, Expiration: { Days: 30 } }];
    const LifecycleConfiguration = { Rules };
    await s3!.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration }));
    try {
      session = sessionFor(null, name, s3);
      const findings = (await collect()).filter(({ subject }) => subject.startsWith('bucket '));
      expect(findings.map(({ subject, state }) => [subject, state])).toEqual([
        ['bucket versioning', 'saved'],
        ['bucket lifecycle', 'saved'],
        ['bucket object lock', 'none'],
        ['bucket encryption', 'none'],
        ['bucket policy', 'none'],
      ]);
      expect(findings[0]!.detail).toBe('Versioning is enabled; MFA delete is disabled.');
      const saved = await savedBy(findings[1]!);
      expect(saved).toMatchObject({ action: 's3:GetLifecycleConfiguration', request: { Bucket: name }, response: { Rules } });
    } finally {
      await s3!.removeBucket(name);
    }
  }); // prettier-ignore

  test('through a session of the app, with endpoints set for CloudTrail and STS', async () => {
    const name = await s3!.makeBucket();
    const trail = makeTrail('main', { S3BucketName: name, HomeRegion: 'us-east-1' });
    const { accessKeyId } = s3!.keys;
    const { url } = (server = await startCloudTrailServer({ ...caller, accessKeyId, trails: [trail] }));
    const variables = { ...s3!.environment(), AWS_ENDPOINT_URL_CLOUDTRAIL: url, AWS_ENDPOINT_URL_STS: url };
    for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
    try {
      const access = { profile: null, region: 'us-east-1', endpointUrl: s3!.endpoint, forcePathStyle: true };
      const environment = { signal: new AbortController().signal, concurrency: 4, log: () => undefined };
      session = await openS3Session(
        { ...access, url: `s3://${name}`, requesterPays: false },
        { ...environment, prompts: new Prompts(() => undefined) },
      );
      const identity = await callerIdentity(session, { folder, signal: environment.signal });
      expect(identity.arn).toBe(arn);
      const findings = await collect({ streams: streamsIn('us-east-1') });
      const states = Object.fromEntries(findings.map(({ subject, state }) => [subject, state]));
      expect(states).toMatchObject({ 'public keys': 'none', trails: 'saved', 'trail status': 'saved' });
      expect(states).toMatchObject({ 'event selectors': 'saved', 'bucket versioning': 'saved', 'bucket policy': 'none' });
    } finally {
      await s3!.removeBucket(name);
    }
  }); // prettier-ignore

  test('what is denied names the permission', async () => {
    const name = await s3!.makeBucket();
    try {
      const keys = await s3!.makeUser({ mayRead: [name], actions: ['s3:ListBucket', 's3:GetBucketVersioning'] });
      session = sessionFor(null, name, { endpoint: s3!.endpoint, keys });
      const findings = await collect();
      expect(of(findings, 'bucket versioning')[0]).toMatchObject({ state: 'saved' });
      expect(of(findings, 'bucket versioning')[0]!.detail).toContain('never enabled');
      const [lifecycle] = of(findings, 'bucket lifecycle');
      expect(lifecycle).toMatchObject({ state: 'denied', resource: name });
      expect(lifecycle!.detail).toContain('s3:GetLifecycleConfiguration');
    } finally {
      await s3!.removeBucket(name);
    }
  });
});

describe('delete markers and noncurrent versions', () => {
  const marker = (number: number): DeleteMarker => ({
    ...{ key: `AWSLogs/${number}`, versionId: `v${number}`, isLatest: true },
    ...{ lastModifiedAt: '2024-08-01T00:00:00.000Z', ownerId: null },
  });
  const version = (number: number, isLatest: boolean): ListedObject => ({
    ...{ key: `AWSLogs/${number}`, versionId: `v${number}`, etag: '"x"', sizeBytes: 1, isLatest },
    ...{ lastModifiedAt: null, storageClass: null },
  });

  test('are kept a line each, whatever comes at once', async () => {
    const notes = new VersionNotes(folder);
    const markers = Array.from({ length: 500 }, (_, number) => marker(number));
    const batches = Array.from({ length: 10 }, (_, batch) => markers.slice(batch * 50, batch * 50 + 50));
    await Promise.all(batches.map((batch) => notes.addDeleteMarkers(batch)));
    await notes.addVersions([version(1, true), version(2, false)]);
    const findings = await notes.finish(bucket, { isComplete: true });
    expect(findings.map(({ subject, state, detail }) => [subject, state, detail])).toEqual([
      ['delete markers', 'saved', '500 delete markers.'],
      ['noncurrent versions', 'saved', '1 noncurrent version.'],
    ]);
    const bytes = await readFile(join(folder, 'delete-markers.ndjson'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(findings[0]!.sha256);
    const lines = bytes.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as DeleteMarker)).toEqual(markers);
    expect((await readdir(folder)).sort()).toEqual(['delete-markers.ndjson', 'noncurrent-versions.ndjson']);
  });

  test('none, not listed and cut short are told apart', async () => {
    const finish = async (options: Parameters<VersionNotes['finish']>[1], markers: DeleteMarker[] = []) => {
      const notes = new VersionNotes(folder);
      await notes.addDeleteMarkers(markers);
      const [finding] = await notes.finish(bucket, options);
      return [finding!.state, finding!.detail];
    };
    expect(await finish({ isComplete: true })).toEqual(['none', 'No delete markers of the log objects listed.']);
    expect(await finish({ isComplete: true, notListed: 'Denied.' })).toEqual(['skipped', 'Denied.']);
    expect(await finish({ isComplete: false })).toEqual(['failed', 'The listing was cut short.']);
    expect(await finish({ isComplete: false }, [marker(1)])).toEqual(['saved', '1 delete marker. The listing was cut short.']);
  }); // prettier-ignore
});
