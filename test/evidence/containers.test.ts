import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRawRecord } from '#engine/evidence/raw-record.ts';
import { tar, zip } from '../support/containers.ts';
import { events, importFiles, lines, records, type Fields } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

async function expectRaw(fileId: number, recordIndex: number, record: Fields): Promise<void> {
  const raw = await readRawRecord(testCase.openCase, { fileId, recordIndex });
  expect(JSON.parse(raw.text)).toEqual(record);
}

test('zip, tar, tar.gz, and one in another: members are imported one by one, and found again', async () => {
  const list = events(10);
  const part = (from: number, to: number) => list.slice(from, to);
  const inner = zip([{ name: 'deep/c.jsonl', content: lines(part(4, 6)) }]);
  const { summary, file } = await importFiles(testCase, {
    'a.zip': zip([{ name: 'logs/a.json.gz', content: gzipSync(records(part(0, 2))) }, { name: 'logs/', content: '' }, { name: 'inner.zip', content: inner }]),
    'b.tar': await tar([{ header: { name: 'b.json' }, content: records(part(2, 4)) }]),
    'no extension': gzipSync(await tar([{ header: { name: 'x/d.json' }, content: records(part(6, 10)) }, { header: { name: 'x', type: 'directory' } }])),
  }); // prettier-ignore
  expect(summary.records).toEqual({ read: 10, stored: 10, duplicate: 0, rejected: 0 });
  expect(file('a.zip')).toMatchObject({ verdict: 'other', shape: 'zip', read: 0 });
  expect(file('no extension')).toMatchObject({ verdict: 'other', shape: 'tar.gz' });
  await expectRaw(file('a.zip!logs/a.json.gz').fileId, 1, list[1]!);
  await expectRaw(file('a.zip!inner.zip!deep/c.jsonl').fileId, 0, list[4]!);
  await expectRaw(file('b.tar!b.json').fileId, 0, list[2]!);
  await expectRaw(file('no extension!x/d.json').fileId, 3, list[9]!);
  // The containers are the evidence; nothing unpacked is left in the archive.
  const archived = await readdir(testCase.openCase.archivePath, { recursive: true, withFileTypes: true });
  expect(archived.filter((entry) => entry.isFile()).map((entry) => entry.name).sort()).toEqual(['a.zip', 'b.tar', 'no extension']); // prettier-ignore
});

test('the same container again is unchanged, and so are its members', async () => {
  const container = zip([{ name: 'a.json', content: records(events(3)) }]);
  await importFiles(testCase, { 'first.zip': container });
  const { summary } = await importFiles(testCase, { 'second.zip': container });
  expect(summary.files).toEqual({ seen: 2, imported: 0, unchanged: 2, rejected: 0, other: 0 });
  expect(summary.records.read).toBe(0);
});

test('members whose names lead out of the folder, or are equal, are labels only', async () => {
  const list = events(4);
  const names = ['../../evil.json', '/etc/evil.json', 'C:\\evil.json', 'same.json', 'same.json'];
  const content = [...list.map((one) => records([one])), records(events(1))];
  const hostile = zip(names.map((name, index) => ({ name, content: content[index]! })));
  const { summary, file } = await importFiles(testCase, { 'hostile.zip': hostile });
  expect(summary.records).toMatchObject({ read: 5, stored: 5 });
  await expectRaw(file('hostile.zip!../../evil.json').fileId, 0, list[0]!);
  await expectRaw(file('hostile.zip!/etc/evil.json').fileId, 0, list[1]!);
  const same = await testCase.rows(
    "SELECT fileId FROM files WHERE sourcePath LIKE '%hostile.zip!same.json' ORDER BY fileId",
  );
  await expectRaw(Number(same[0]!['fileId']), 0, list[3]!);
  expect((await readRawRecord(testCase.openCase, { fileId: Number(same[1]!['fileId']), recordIndex: 0 })).text).toContain('eventID'); // prettier-ignore
});

test('an encrypted member, a broken one and links are listed with the reason, the others imported', async () => {
  const broken = zip([
    { name: 'good.json', content: records(events(1)) },
    { name: 'bad.json', content: 'BROKEN'.repeat(9) },
  ]);
  broken[broken.indexOf('bad.json') + 12]! ^= 0xff;
  const { file, summary } = await importFiles(testCase, {
    'encrypted.zip': zip([
      { name: 'secret.json', content: records(events(1)), isEncrypted: true },
      { name: 'open.json', content: records(events(1)) },
    ]),
    'broken.zip': broken,
    'links.tar': await tar([
      { header: { name: 'passwd', type: 'symlink', linkname: '/etc/passwd' } },
      { header: { name: 'good.json' }, content: records(events(1)) },
    ]),
  });
  expect(summary.records).toMatchObject({ read: 3, stored: 3 });
  expect(file('encrypted.zip!secret.json')).toMatchObject({ verdict: 'rejected', reason: expect.stringContaining('encrypted') as string }); // prettier-ignore
  expect(file('broken.zip!bad.json')).toMatchObject({ verdict: 'rejected', reason: expect.stringContaining("Can't be unpacked") as string }); // prettier-ignore
  expect(file('links.tar!passwd')).toMatchObject({ verdict: 'rejected', reason: expect.stringContaining('symlink') as string }); // prettier-ignore
});

test('a container that is cut off: the members before the cut are imported, and the container is flagged', async () => {
  const noise = (seed: number) =>
    records(events(30).map((one) => ({ ...one, noise: String(Math.sin(seed)).repeat(40) })));
  const whole = gzipSync(await tar([1, 2, 3].map((n) => ({ header: { name: `${n}.json` }, content: noise(n) }))), {
    level: 0,
  });
  const { summary, file } = await importFiles(testCase, {
    'cut.tar.gz': whole.subarray(0, whole.length / 2),
    'cut.zip': zip([{ name: 'a.json', content: records(events(1)) }]).subarray(0, -30),
  });
  expect(file('cut.tar.gz!1.json')).toMatchObject({ verdict: 'imported', stored: 30 });
  expect(summary.records.stored).toBe(30);
  const problems = await testCase.rows(
    "SELECT reason FROM files WHERE sourcePath LIKE '%cut.%' AND verdict = 'rejected'",
  );
  expect(problems.length).toBeGreaterThanOrEqual(2);
  for (const { reason } of problems) expect(reason).toMatch(/unpacked/);
});

test('containers nested too deep are listed, not unpacked for ever', async () => {
  let nested = zip([{ name: 'a.json', content: records(events(1)) }]);
  for (let level = 0; level < 6; level++) nested = zip([{ name: 'n.zip', content: nested }]);
  const { summary } = await importFiles(testCase, { 'nested.zip': nested });
  expect(summary.files.rejected).toBe(1);
  expect(await testCase.rows("SELECT reason FROM files WHERE sourcePath LIKE '%nested.zip!%' AND verdict = 'rejected'")).toEqual([{ reason: 'A container inside too many containers' }]); // prettier-ignore
});
