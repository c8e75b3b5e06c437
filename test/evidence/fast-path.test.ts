import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inflateWhole, isGzip } from '#engine/evidence/scan/inflate.ts';
import { makeScanners, type Scanners } from '#engine/evidence/scan/fast/scanners.ts';
import { recordFields } from '#engine/evidence/scan/record-layout.ts';
import { maximumDepth } from '#engine/evidence/scan/json-cursor.ts';
import { logFile, mutant, oddValues, recordWith } from '../support/mutants.ts';
import { depthOf, Seeded } from '../support/random-json.ts';
import { scannedFile, scannedInPieces } from '../support/scanned-rows.ts';

const root = resolve(import.meta.dirname, '../..');
const modulePath = new URL(`file://${root}/out/main/record-scanner.wasm`);
const real = resolve(root, '../shared/data/real');
const rounds = Number(process.env['TRAILBENCH_FUZZ_ROUNDS'] ?? 800);

/** Scanners with the fast path that count what it takes. */
function countingScanners(): Scanners & { readonly taken: () => number } {
  const scanners = makeScanners(modulePath);
  const { fast } = scanners;
  if (!fast) throw new Error(`no fast path: ${scanners.problem}`);
  const take = fast.take.bind(fast);
  let taken = 0;
  fast.take = (...where) => {
    const end = take(...where);
    if (end !== -1) taken += fast.taken;
    return end;
  };
  return { ...scanners, taken: () => taken };
}

const fast = countingScanners();
const plain = makeScanners(null);

describe('the fast path and the plain path', () => {
  test(`read ${rounds} mutants as the same rows, rejections and verdicts`, { timeout: 900_000 }, () => {
    const random = new Seeded(20261125);
    const before = fast.taken();
    const seen = new Map<string, number>();
    let rows = 0;
    let rejected = 0;
    for (let round = 0; round < rounds; round++) {
      // Sound records around it: damage must cost none of them on either path.
      const [first, changed, last] = [mutant(random), mutant(random), mutant(random)];
      const content = logFile([first.record, changed.record, last.record]);
      const expected = scannedFile(plain, content);
      expect(scannedFile(fast, content), Buffer.from(content).toString('latin1')).toEqual(expected);
      rows += expected.rows.length;
      rejected += expected.rejected.length;
      for (const { kind } of [first, changed, last]) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    const taken = fast.taken() - before;
    console.log(
      `${rounds * 3} records: ${rows} stored (${taken} by the fast path), ${rejected} rejected`,
      Object.fromEntries(seen),
    );
    expect(taken).toBeGreaterThan(rows / 5);
    expect(rejected).toBeGreaterThan(rounds / 10);
  });

  test('read every odd value in every field as the same rows', { timeout: 120_000 }, () => {
    const random = new Seeded(3);
    let fields = 0;
    for (const [key, field] of recordFields.entries) {
      const inner = field.kind === 'object' ? [...field.fields.entries.keys()].map((name) => [key, name] as const) : [];
      for (const path of [[key] as const, ...inner]) {
        fields++;
        for (const value of oddValues) {
          const content = logFile([recordWith(random, path, value)]);
          expect(scannedFile(fast, content), `${path.join('.')}: ${value}`).toEqual(scannedFile(plain, content));
        }
      }
    }
    expect(fields).toBeGreaterThan(40);
  });

  test(`store of ${rounds} mutants those that JSON.parse accepts`, { timeout: 900_000 }, () => {
    const random = new Seeded(4711);
    const seen = { stored: 0, refused: 0 };
    for (let round = 0; round < rounds; round++) {
      const { kind, record } = mutant(random);
      const verdict = isStorable(record);
      if (verdict === null) continue;
      // Alone in its file; what lies beyond the record's own end is the walker's business.
      const { rows } = scannedFile(fast, logFile([record]));
      const message = `${kind}: ${Buffer.from(record).toString('latin1')}`;
      if (verdict) expect(rows.length, message).toBe(1);
      else expect(rows.length, message).toBe(0);
      seen[verdict ? 'stored' : 'refused']++;
    }
    expect(seen.stored).toBeGreaterThan(rounds / 5);
    expect(seen.refused).toBeGreaterThan(rounds / 5);
  });

  test('fill chunks to the row and to the byte alike', () => {
    const random = new Seeded(99);
    const sound: Uint8Array[] = [];
    while (sound.length < 2049) {
      const { kind, record } = mutant(random);
      if (kind === 'untouched') sound.push(record);
    }
    const long = new TextEncoder().encode(
      `{"eventName":"A","eventID":"00000000-0000-4000-8000-000000000001","requestParameters":{"a":"${'x'.repeat(1_100_000)}"}}`,
    );
    const halfLong = Buffer.from(
      Buffer.from(long)
        .toString()
        .replace(/x{600000}/, ''),
    );
    for (const records of [
      sound,
      sound.slice(0, 2048),
      Array.from({ length: 20 }, () => halfLong),
      [long, ...sound.slice(0, 3), long],
    ]) {
      const content = logFile(records);
      const expected = scannedFile(plain, content);
      expect(expected.rows.length).toBe(records.length);
      expect(scannedFile(fast, content)).toEqual(expected);
    }
  });

  test('read what comes in pieces as the same rows, and as what comes whole', () => {
    const random = new Seeded(12);
    for (let round = 0; round < 40; round++) {
      const records = Array.from({ length: 60 }, () => mutant(random).record);
      // Every other file is sound, so that the windows hold long runs for the fast path.
      const content = logFile(
        round % 2 === 0 ? records : records.map(() => recordWith(random, ['apiVersion'], '"é—😀"')),
      );
      const pieceBytes = random.pick([700, 5_000, 60_001, content.length]);
      const expected = scannedInPieces(plain, content, pieceBytes);
      expect(scannedInPieces(fast, content, pieceBytes)).toEqual(expected);
      if (round % 2 === 1) expect(expected.rows).toEqual(scannedFile(fast, content).rows);
    }
  });

  test('stop at once where the module is not there: the plain path reads all', () => {
    const scanners = makeScanners(new URL('file:///nowhere/record-scanner.wasm'));
    expect(scanners.fast).toBeNull();
    expect(scanners.problem).toContain('no such file');
    const content = logFile([mutant(new Seeded(1)).record]);
    expect(scannedFile(scanners, content)).toEqual(scannedFile(plain, content));
  });

  test.skipIf(!existsSync(real))('read every real log as the same rows', { timeout: 300_000 }, async () => {
    const before = fast.taken();
    let records = 0;
    for (const entry of await readdir(real, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      const inflated = isGzip(bytes) ? inflateWhole(bytes) : null;
      const content = inflated?.kind === 'whole' ? inflated.bytes : bytes;
      if (content[0] !== 0x7b && content[0] !== 0x5b) continue;
      const expected = scannedFile(plain, content);
      records += expected.rows.length;
      expect(scannedFile(fast, content), entry.name).toEqual(expected);
    }
    const share = (fast.taken() - before) / records;
    console.log(`Of ${records} real records the fast path took ${(share * 100).toFixed(1)} %`);
    expect(share).toBeGreaterThan(0.95);
  });
});

/**
 * True: one sound event; false: no JSON. Null: not for JSON.parse to say: which sound record is an event, and where
 * reading resumes after damage (behind an object that closes early, at the next `{"eventVersion":`).
 */
function isStorable(record: Uint8Array): boolean | null {
  const latin1 = Buffer.from(record).toString('latin1');
  if (latin1.lastIndexOf('{"eventVersion":') > 0) return null;
  const early = firstObject(latin1);
  if (early !== null && early.length < latin1.length) return null;
  let value: Record<string, unknown> | null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
    value = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    // The file's own end may close it.
    return early === null && firstObject(`${latin1}]}`) !== null ? null : false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const depth = depthOf(text);
  if (depth > maximumDepth) return depth > maximumDepth + 2 ? false : null;
  const decisive = ['awsRegion', 'requestID', 'eventID', 'eventType'].filter((key) => typeof value[key] === 'string');
  const isBucketNotice = String(value['eventSource']).startsWith('aws:');
  return 'eventName' in value && decisive.length > 0 && !isBucketNotice ? true : null;
}

/** The text up to where its first object closes; null if none does. */
function firstObject(text: string): string | null {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if ((token === ']' || token === '}') && --depth === 0) return text.slice(0, index + 1);
  }
  return null;
}
