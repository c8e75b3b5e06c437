import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateSample, type SampleTruth } from './generate-sample.ts';

interface FoundRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly sharedEventID?: string;
  readonly recipientAccountId: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userIdentity: { readonly accountId?: string; readonly accessKeyId?: string };
  readonly responseElements: { readonly credentials?: { readonly accessKeyId: string } } | null;
}

let folder: string;
let truth: SampleTruth;
const files = new Map<
  string,
  { readonly bytes: Buffer; readonly text: string; readonly records: readonly FoundRecord[] }
>();
const copiesByEventId = new Map<string, string[]>();
const events = new Map<string, FoundRecord>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  truth = await generateSample(join(folder, 'first'));
  for (const [path, bytes] of await readTree(join(folder, 'first'))) {
    const text = gunzipSync(bytes).toString('utf8');
    const records = (JSON.parse(text) as { Records: FoundRecord[] }).Records;
    files.set(path, { bytes, text, records });
    for (const record of records) {
      events.set(record.eventID, record);
      const copies = copiesByEventId.get(record.eventID) ?? [];
      copiesByEventId.set(record.eventID, [...copies, JSON.stringify(record)]);
    }
  }
});

afterAll(() => rm(folder, { recursive: true }));

async function readTree(root: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const tree = new Map<string, Buffer>();
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    tree.set(path.slice(root.length + 1).replaceAll('\\', '/'), await readFile(path));
  }
  return tree;
}

test('the truth is the committed one (after a wanted change: vitest run -u)', async () => {
  const committed = '../../../resources/sample/truth.json';
  await expect(`${JSON.stringify(truth, null, 2)}\n`).toMatchFileSnapshot(committed);
});

test('the counts of the truth are those of the files', () => {
  const records = [...files.values()].flatMap((file) => file.records);
  const byAccount: Record<string, number> = {};
  for (const record of events.values()) {
    byAccount[record.recipientAccountId] = (byAccount[record.recipientAccountId] ?? 0) + 1;
  }
  expect(truth.counts).toEqual({
    files: files.size,
    records: records.length,
    distinctEvents: events.size,
    duplicateCopies: records.length - events.size,
    byAccount,
  });
  expect(truth.counts.distinctEvents).toBeGreaterThan(18_000);
  expect(truth.counts.duplicateCopies).toBeGreaterThan(100);
});

test('no two files hold the same bytes', () => {
  expect(new Set([...files.values()].map((file) => file.text)).size).toBe(files.size);
});

test('copies of an event are equal to it', () => {
  const differing = [...copiesByEventId.values()].filter((copies) => new Set(copies).size > 1);
  expect(differing).toEqual([]);
});

test('every event of a step is in the files, and in one step only', () => {
  const eventIds = truth.steps.flatMap((step) => step.eventIDs);
  expect(eventIds.filter((eventId) => !events.has(eventId))).toEqual([]);
  expect(new Set(eventIds).size).toBe(eventIds.length);
  expect(new Set(truth.steps.map((step) => step.id)).size).toBe(truth.steps.length);
  for (const step of truth.steps) {
    expect(step.technique).toMatch(/^T1\d{3}(\.\d{3})?$/);
    expect(step.eventIDs.length).toBeGreaterThan(0);
  }
});

test('steps are told in the order in which they began', () => {
  const beginnings = truth.steps.map((step) => events.get(step.eventIDs[0] ?? '')?.eventTime ?? '');
  expect(beginnings).toEqual(beginnings.toSorted());
});

test('all that the intruder does from outside belongs to a step', () => {
  const known = new Set(truth.steps.flatMap((step) => step.eventIDs));
  const fromOutside = [...events.values()].filter((record) => record.sourceIPAddress.startsWith('203.0.113.'));
  expect(fromOutside.length).toBeGreaterThan(500);
  expect(fromOutside.filter((record) => !known.has(record.eventID))).toEqual([]);
});

test('addresses, accounts and keys are reserved for documentation', () => {
  const accounts = new Set(['111122223333', '444455556666', '777788889999', '999999999999']);
  for (const { text } of files.values()) {
    // 0.0.0.0/0 and 10.20.0.0/16 are networks in security group rules.
    const found = text.match(/(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g) ?? [];
    expect(found.filter((address) => !/^(10\.20|192\.0\.2|198\.51\.100|203\.0\.113|0\.0\.0)\./.test(address))).toEqual(
      [],
    );
    const ids = text.match(/(?<=arn:aws:[a-z0-9-]+:[a-z0-9-]*:)\d{12}/g) ?? [];
    expect(ids.filter((id) => !accounts.has(id))).toEqual([]);
    const keys = text.match(/\b(AKIA|ASIA|AIDA|AROA)[A-Z0-9]+/g) ?? [];
    expect(keys.filter((key) => !/^(AKIA|ASIA).{9}EXAMPLE$|^(AIDA|AROA).{10}EXAMPLE$/.test(key))).toEqual([]);
  }
  const recipients = new Set([...events.values()].map((record) => record.recipientAccountId));
  expect([...recipients].toSorted()).toEqual(['111122223333', '444455556666', '777788889999']);
});

test('a role chain can be walked: every hop’s key is used by a later session', () => {
  const assumptions = truth.steps
    .filter((step) => step.technique === 'T1548.005')
    .flatMap((step) => step.eventIDs)
    .map((eventId) => events.get(eventId))
    .filter((record) => record?.eventName === 'AssumeRole' && record.responseElements?.credentials);
  const used = new Set([...events.values()].map((record) => record.userIdentity.accessKeyId));
  const issued = assumptions.map((record) => record?.responseElements?.credentials?.accessKeyId);
  expect(new Set(issued).size).toBe(6);
  expect(issued.filter((keyId) => !used.has(keyId))).toEqual([]);
});

test('AssumeRole across accounts is two events in two accounts with one sharedEventID', () => {
  const shared = new Map<string, FoundRecord[]>();
  for (const record of events.values()) {
    if (record.eventName !== 'AssumeRole' || !record.sharedEventID) continue;
    shared.set(record.sharedEventID, [...(shared.get(record.sharedEventID) ?? []), record]);
  }
  const pairs = [...shared.values()].filter((records) => records.length > 1);
  expect(pairs.length).toBeGreaterThan(20);
  for (const records of pairs) expect(new Set(records.map((record) => record.recipientAccountId)).size).toBe(2);
});

test('files are named and placed as CloudTrail does', () => {
  const pattern =
    /^AWSLogs\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4}\/\d\d\/\d\d)\/\1_CloudTrail_\2_(\d{8})T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;
  for (const [path, { records }] of files) {
    const [, account, region, day, nameDay] = pattern.exec(path) ?? [];
    expect(day?.replaceAll('/', ''), path).toBe(nameDay);
    expect(records.filter((r) => r.recipientAccountId !== account || r.awsRegion !== region)).toEqual([]);
  }
});

test('the same seed writes the same bytes, another seed others', async () => {
  await generateSample(join(folder, 'second'), { seed: truth.seed });
  const second = await readTree(join(folder, 'second'));
  expect([...second.keys()].toSorted()).toEqual([...files.keys()].toSorted());
  for (const [path, bytes] of second) expect(bytes.equals(files.get(path)?.bytes ?? Buffer.of()), path).toBe(true);

  const other = await generateSample(join(folder, 'other'), { seed: truth.seed + 1 });
  expect(other.contentSha256).not.toBe(truth.contentSha256);
});

test('contentSha256 covers every path and inflated content', () => {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].toSorted()) hash.update(`${path}\0${files.get(path)?.text ?? ''}\0`);
  expect(truth.contentSha256).toBe(hash.digest('hex'));
});
