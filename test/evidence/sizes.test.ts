import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRawRecord } from '#engine/evidence/raw-record.ts';
import { zip } from '../support/containers.ts';
import { event, events, importFiles, importFolder, records } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

const mebibyte = 1024 * 1024;
let testCase: TemporaryCase;
beforeEach(async () => void (testCase = await temporaryCase()));
afterEach(() => testCase.remove());

/** A record of about this many bytes that compresses like real ones do, not like a bomb. */
function large(sizeBytes: number): string {
  const values: string[] = [];
  for (let number = 1; values.length * 24 < sizeBytes; number++) values.push(`"${Math.sin(number).toFixed(18)}"`);
  return JSON.stringify(event({ requestParameters: 'VALUES' })).replace('"VALUES"', `[${values.join(',')}]`);
}

async function write(name: string, parts: Iterable<string>, isCompressed: boolean): Promise<string> {
  const folder = join(testCase.folder, 'large');
  await mkdir(folder, { recursive: true });
  const file = createWriteStream(join(folder, name));
  if (isCompressed) await pipeline(Readable.from(parts), createGzip({ level: 1 }), file);
  else await pipeline(Readable.from(parts), file);
  return folder;
}

test('a record of more than 16 MiB is rejected, its neighbours are kept', async () => {
  const [before, after] = events(2).map((one) => JSON.stringify(one)) as [string, string];
  const text = `{"Records":[${before},${large(17 * mebibyte)},${after}]}`;
  const { file } = await importFiles(testCase, { 'large.json': text, 'only.json': large(17 * mebibyte) });
  expect(file('large.json')).toMatchObject({ verdict: 'imported', stored: 2, rejected: 1 });
  expect(file('only.json')).toMatchObject({ verdict: 'rejected', reason: 'A record of more than 16 MiB, at byte 0' });
  const [bad] = await testCase.rows('SELECT recordIndex, byteOffset::INTEGER AS at, reason FROM rejected');
  expect(bad).toEqual({ recordIndex: 1, at: 12 + before.length + 1, reason: 'A record of more than 16 MiB' });
});

test('a wrapper of more than 16 MiB is no record: what is in it is kept', async () => {
  const hits = Array.from({ length: 20_000 }, (_, n) => ({ _source: { event: { original: JSON.stringify(event({ n, pad: 'x'.repeat(500) })) } } })); // prettier-ignore
  const text = JSON.stringify({ took: 1, hits: { total: hits.length, hits } });
  expect(text.length).toBeGreaterThan(17 * mebibyte);
  const { file } = await importFiles(testCase, { 'search.json': text });
  expect(file('search.json')).toMatchObject({ stored: 20_000, rejected: 0 });
});

test('files of more than 64 MiB are streamed: an object above 32 MiB is skipped, all others are read and found again', async () => {
  const total = 12_000;
  const list = Array.from({ length: total }, (_, n) => event({ n, pad: `${Math.sin(n)}`.repeat(50) }));
  function* parts(): Generator<string> {
    yield '{"Records":[';
    for (const [index, one] of list.entries()) {
      if (index === 1000) yield `${large(40 * mebibyte)},`;
      if (index === 2000) yield `${large(20 * mebibyte)},`;
      yield `${JSON.stringify(one)}${index === total - 1 ? '' : ',\n'}`;
    }
    yield ']}';
  }
  const folder = await write('streamed.json', parts(), false);
  await write('streamed.json.gz', parts(), true);
  expect((await stat(join(folder, 'streamed.json'))).size).toBeGreaterThan(64 * mebibyte);
  const { file } = await importFolder(testCase, folder);
  // The two large objects differ in their eventIDs only; both are rejected in both files.
  expect(file('streamed.json')).toMatchObject({ verdict: 'imported', shape: 'Records', stored: total, rejected: 2 });
  expect(file('streamed.json.gz')).toMatchObject({ verdict: 'imported', duplicate: total, rejected: 2, flags: [] });
  const reasons = await testCase.rows(`SELECT recordIndex, reason, left(excerpt, 16) AS excerpt FROM rejected
    WHERE fileId = ${file('streamed.json').fileId} ORDER BY recordIndex`);
  expect(reasons).toEqual([
    { recordIndex: 1000, reason: 'An object of more than 32 MiB', excerpt: '{"eventVersion":' },
    { recordIndex: 2001, reason: 'A record of more than 16 MiB', excerpt: '{"eventVersion":' },
  ]);
  const raw = await readRawRecord(testCase.openCase, {
    fileId: file('streamed.json.gz').fileId,
    recordIndex: total + 1,
  });
  expect(JSON.parse(raw.text)).toEqual(list[total - 1]);
});

test('a large file with several gzip members, one cut off, and one with a wrong checksum', async () => {
  const pad = `${Math.PI}`.repeat(150);
  const lines = () =>
    Buffer.from(
      events(15_000)
        .map((one, n) => `${JSON.stringify({ ...one, n, pad })}\n`)
        .join(''),
    );
  const [first, second, third] = [
    gzipSync(lines(), { level: 1 }),
    gzipSync(lines(), { level: 1 }),
    gzipSync(lines(), { level: 1 }),
  ];
  const crc = Buffer.concat([third, third]);
  crc[crc.length - 7]! ^= 1;
  const { file } = await importFiles(testCase, {
    'members.gz': Buffer.concat([first, second]),
    'cut.gz': Buffer.concat([third, second.subarray(0, second.length / 2)]),
    'crc.gz': crc,
  });
  expect(file('members.gz')).toMatchObject({ stored: 30_000 - file('members.gz').duplicate, flags: ['multi-member gzip: not what CloudTrail delivers'] }); // prettier-ignore
  expect(file('cut.gz').flags).toContain('salvaged: the gzip data is cut off');
  expect(file('cut.gz').read).toBeGreaterThan(20_000);
  expect(file('crc.gz')).toMatchObject({
    verdict: 'rejected',
    read: 0,
    reason: expect.stringContaining('CRC-32') as string,
  });
});

test('bombs are rejected, in gzip and in zip, and the rest is imported', async () => {
  const zeros = Buffer.alloc(16 * mebibyte);
  const spaces = Buffer.alloc(16 * mebibyte, 0x20);
  const bomb = async (name: string, block: Buffer): Promise<string> => {
    const folder = join(testCase.folder, 'large');
    await mkdir(folder, { recursive: true });
    const blocks = Readable.from(Array.from({ length: 40 }, () => block));
    await pipeline(blocks, createGzip({ level: 6 }), createWriteStream(join(folder, name)));
    return folder;
  };
  await bomb('zeros.json.gz', zeros);
  const folder = await bomb('spaces.json.gz', spaces);
  await write('good.json', [records(events(2))], false);
  const { file, summary } = await importFolder(testCase, folder);
  expect(summary.records).toMatchObject({ stored: 2 });
  expect(file('spaces.json.gz')).toMatchObject({ verdict: 'rejected', reason: 'Inflates to more than 250 times its size: a decompression bomb' }); // prettier-ignore
  expect(file('zeros.json.gz')).toMatchObject({ verdict: 'other', reason: 'Not a log file: binary data' });

  const large = Buffer.alloc(1100 * mebibyte);
  const zipped = await importFiles(testCase, { 'bomb.zip': zip([{ name: 'good.json', content: records(events(1)) }, { name: 'bomb.json', content: large }]) }); // prettier-ignore
  expect(zipped.file('bomb.zip!good.json')).toMatchObject({ stored: 1 });
  expect(zipped.file('bomb.zip!bomb.json')).toMatchObject({ verdict: 'rejected', reason: expect.stringContaining('decompression bomb') as string }); // prettier-ignore
});

test('a batch larger than DuckDB’s memory, with copies in it and a file that is taken back, is imported', async () => {
  await testCase.remove();
  testCase = await temporaryCase(undefined, 256 * mebibyte);
  const pad = `${Math.PI}`.repeat(150);
  const text = (): string =>
    events(20_000)
      .map((one, n) => `${JSON.stringify({ ...one, n, pad })}\n`)
      .join('');
  const [first, second, third] = [text(), text(), text()];
  const crc = gzipSync(second + third, { level: 1 });
  crc[crc.length - 7]! ^= 1;
  const { file, summary } = await importFiles(testCase, {
    '1.gz': gzipSync(first + second, { level: 1 }),
    '2.gz': gzipSync(third + second.slice(0, second.length / 2), { level: 1 }),
    '3.gz': crc,
  });
  expect(summary.records).toMatchObject({ stored: 60_000, rejected: 1 });
  expect(summary.records.duplicate).toBeGreaterThan(9000);
  expect(file('3.gz')).toMatchObject({ verdict: 'rejected', read: 0 });
});
