import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { event, events, importFiles, lines, records, type LedgerRow } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

async function importOne(name: string, content: string | Uint8Array): Promise<LedgerRow> {
  return (await importFiles(testCase, { [name]: content })).file(name);
}

async function rejectedOf(fileId: number): Promise<Record<string, unknown>[]> {
  return testCase.rows(`SELECT recordIndex, byteOffset::INTEGER AS byteOffset, reason, excerpt FROM rejected
    WHERE fileId = ${fileId} ORDER BY recordIndex`);
}

const imported = (stored: number, rejected = 0) => ({ verdict: 'imported', stored, rejected, read: stored + rejected });
const nothing = { read: 0, stored: 0, duplicate: 0, rejected: 0 };

describe('damaged gzip', () => {
  const text = records(events(500));
  const whole = gzipSync(text);
  // A valid record of noise, so that the damaged bytes are in the middle of the compressed data.
  const noise = () => records(events(200).map((one) => ({ ...one, noise: randomBytes(200).toString('base64') })));

  test('cut off: the whole records before the cut are kept, the file is flagged', async () => {
    const row = await importOne('cut.json.gz', whole.subarray(0, whole.length * 0.7));
    expect(row).toMatchObject({ verdict: 'imported', kind: 'CloudTrail' });
    expect(row.stored).toBeGreaterThan(100);
    expect(row.stored).toBeLessThan(500);
    expect(row.flags).toContain('salvaged: the gzip data is cut off');
    expect(row.rejected).toBeLessThanOrEqual(1);
  });

  test('cut off before anything can be inflated: rejected, as nothing is known of the content', async () => {
    for (const length of [2, 10, 12]) {
      const row = await importOne(`cut-at-${length}.json.gz`, gzipSync(noise()).subarray(0, length));
      expect(row).toMatchObject({
        ...nothing,
        verdict: 'rejected',
        reason: expect.stringContaining('cut off') as string,
      });
    }
  });

  test('cut off within its trailer: all records are there, flagged all the same', async () => {
    const row = await importOne('trailer.json.gz', gzipSync(records(events(5))).subarray(0, -4));
    expect(row).toMatchObject({ ...imported(5), flags: ['salvaged: the gzip data is cut off'] });
  });

  test('a wrong checksum: rejected with that reason', async () => {
    const wrong = gzipSync(records(events(3)));
    wrong[wrong.length - 6]! ^= 1;
    const row = await importOne('crc.json.gz', wrong);
    expect(row).toMatchObject({
      ...nothing,
      verdict: 'rejected',
      reason: 'The gzip checksum (CRC-32) does not match the content',
    });
  });

  test('any flipped bit is noticed', async () => {
    const files: Record<string, Uint8Array> = {};
    const sound = gzipSync(noise());
    for (let share = 1; share < 20; share++) {
      const flipped = Buffer.from(sound);
      flipped[Math.floor((flipped.length * share) / 20)]! ^= 1 << (share & 7);
      files[`flip-${share}.json.gz`] = flipped;
    }
    const { file, summary } = await importFiles(testCase, files);
    expect(summary.files.rejected).toBe(19);
    for (const name of Object.keys(files)) expect(file(name)).toMatchObject({ ...nothing, verdict: 'rejected' });
  });

  test('several members: all are read, and flagged as not what CloudTrail delivers', async () => {
    const row = await importOne('members.json.gz', Buffer.concat([gzipSync(records(events(2))), gzipSync(records(events(3)))])); // prettier-ignore
    expect(row).toMatchObject(imported(5));
    expect(row.flags).toEqual(['multi-member gzip: not what CloudTrail delivers']);
  });

  test('bytes behind the gzip data: rejected, with that reason', async () => {
    const row = await importOne(
      'garbage.json.gz',
      Buffer.concat([gzipSync(records(events(2))), Buffer.from('garbage')]),
    );
    expect(row).toMatchObject({
      ...nothing,
      verdict: 'rejected',
      reason: 'Bytes that are no gzip data follow the gzip data',
    });
  });
});

describe('damaged JSON', () => {
  test('a file cut off within a record: the whole ones are kept, the cut one is listed', async () => {
    const text = records(events(3));
    const row = await importOne('cut.json', text.slice(0, -40));
    expect(row).toMatchObject({ ...imported(2, 1), flags: ['salvaged: the file ends within a record'] });
    const [cut] = await rejectedOf(row.fileId);
    expect(cut).toMatchObject({ recordIndex: 2, reason: expect.stringContaining('ends too early') as string });
    expect(Number(cut!['byteOffset'])).toBe(text.lastIndexOf('{"eventVersion"'));
  });

  test('a file cut off between records is flagged too', async () => {
    const row = await importOne('between.json', records(events(3)).slice(0, -2));
    expect(row).toMatchObject({ ...imported(3), flags: ['salvaged: the file ends within a record'] });
  });

  test.each([
    ['a stray word', (broken: string) => broken.replace('"awsRegion":', '"awsRegion":oops')],
    ['a missing quote', (broken: string) => broken.replace('"eventSource":"', '"eventSource":')],
    ['a missing brace', (broken: string) => broken.slice(0, -1)],
    ['a control character', (broken: string) => broken.replace('ListBuckets', 'List\u0001Buckets')],
    ['a bad escape', (broken: string) => broken.replace('ListBuckets', 'List\\xBuckets')],
  ])('a record broken in the middle of Records by %s costs that record only', async (name, damage) => {
    const [before, broken, after] = events(3).map((one) => JSON.stringify(one)) as [string, string, string];
    const text = `{"Records":[${before},${damage(broken)},${after}]}`;
    const row = await importOne(`${name}.json`, text);
    expect(row).toMatchObject(imported(2, 1));
    const [bad] = await rejectedOf(row.fileId);
    expect(bad).toMatchObject({ recordIndex: 1, byteOffset: text.indexOf(',', before.length) + 1 });
    expect(String(bad!['excerpt']).slice(0, 20)).toBe(broken.slice(0, 20));
  });

  test('a broken line among lines costs that line only', async () => {
    const four = events(4).map((one) => JSON.stringify(one));
    for (const [name, broken] of [
      ['cut', four[1]!.slice(0, 60)],
      ['junk', 'not json {'],
      ['open string', `${four[1]!.slice(0, -3)}`],
    ] as const) {
      // prettier-ignore
      const rest = events(3).map((one) => JSON.stringify(one));
      const row = await importOne(`${name}.jsonl`, [rest[0], broken, rest[1], rest[2]].join('\r\n'));
      expect(row, name).toMatchObject(imported(3, 1));
      expect((await rejectedOf(row.fileId))[0]).toMatchObject({ recordIndex: 1, byteOffset: rest[0]!.length + 2 });
    }
  });

  test('broken UTF-8 costs the record it is in, and its excerpt can be shown', async () => {
    const text = Buffer.from(records([event(), event({ userAgent: 'BAD!' }), event()]));
    text[text.indexOf('BAD!')] = 0xff;
    const row = await importOne('utf8.json', text);
    expect(row).toMatchObject(imported(2, 1));
    expect((await rejectedOf(row.fileId))[0]).toMatchObject({ recordIndex: 1, reason: 'Not valid UTF-8' });
  });

  test('nesting 10,000 deep costs the record it is in', async () => {
    const deep = JSON.stringify(event({ requestParameters: 'DEEP' })).replace('"DEEP"', '['.repeat(10_000) + ']'.repeat(10_000)); // prettier-ignore
    const [before, after] = events(2).map((one) => JSON.stringify(one)) as [string, string];
    const row = await importOne('deep.json', `{"Records":[${before},${deep},${after}]}`);
    expect(row).toMatchObject(imported(2, 1));
    expect((await rejectedOf(row.fileId))[0]).toMatchObject({
      reason: expect.stringContaining('nested deeper than 200 levels') as string,
    });
    expect(await importOne('only deep.json', '{"a":'.repeat(10_000))).toMatchObject({
      ...nothing,
      verdict: 'rejected',
    });
  });

  test('records that are no objects, and objects that are no events, are listed one by one beside good ones', async () => {
    const row = await importOne('mixed.json', JSON.stringify({ Records: [event(), 5, null, 'x', [], {}, { a: 1 }, event()] })); // prettier-ignore
    expect(row).toMatchObject(imported(2, 6));
    expect((await rejectedOf(row.fileId)).map((bad) => bad['recordIndex'])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test(
    'damage made to take time is given up on, not searched with effort that grows with its square',
    { timeout: 60_000 },
    async () => {
      const broken = '{"eventVersion":x '.repeat(400_000);
      const row = await importOne('quadratic.json', `{"Records":[${JSON.stringify(event())},${broken}]}`);
      expect(row).toMatchObject({ verdict: 'imported', stored: 1 });
      expect(await importOne('quadratic.jsonl', `${lines(events(1))}${broken}`)).toMatchObject({ stored: 1 });
    },
  );
});

describe('what is no log', () => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), deflateSync(randomBytes(100))]);
  test.each([
    ['empty.json', '', 'The file is empty'],
    ['blank.json', ' \n\n', 'The file is empty'],
    ['empty.json.gz', gzipSync(''), 'The file is empty'],
    ['page.html', '<!doctype html><html><body>{"Records":[]}</body></html>', 'Not a log file: text that is not JSON'],
    ['picture.png', png, 'Not a log file: binary data'],
    ['notes.txt', 'some notes', 'Not a log file: text that is not JSON'],
    ['object.json', '{"a":1}', 'JSON, but not a CloudTrail record'],
    ['half.json', '{"eventName":"x"}', 'An eventName, but no other field of a CloudTrail record'],
  ])('%s is listed as other, with the reason', async (name, content, reason) => {
    expect(await importOne(name, content)).toMatchObject({ ...nothing, verdict: 'other', kind: 'other', reason });
  });

  test('text that is nearly JSON is rejected', async () => {
    expect(await importOne('keys.json', '{Records: [{eventName: 1}]}')).toMatchObject({
      ...nothing,
      verdict: 'rejected',
    });
    expect(await importOne('cut.json', '{"Records":[{"eventVersion":"1.0","even')).toMatchObject({ ...nothing, verdict: 'rejected' }); // prettier-ignore
  });
});
