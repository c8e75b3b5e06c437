import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventKeyOfRecord, eventKeyOfText, readUuid } from './event-identity.ts';

const encoder = new TextEncoder();

function uuid(text: string): readonly [string, string] {
  const target = new Uint8Array(16);
  const padded = encoder.encode(`"${text}"`);
  const form = readUuid(padded, 1, padded.length - 1, target);
  return [form, Buffer.from(target).toString('hex')];
}

test('a UUID is read to its bytes, and is exact only as DuckDB writes it', () => {
  const lower = '6f9619ff-8b86-d011-b42d-00cf4fc964ff';
  expect(uuid(lower)).toEqual(['exact', lower.replaceAll('-', '')]);
  expect(uuid(lower.toUpperCase())).toEqual(['other case', lower.replaceAll('-', '')]);
  expect(uuid(lower.replace('f', 'F'))[0]).toBe('other case');
});

test('what is no UUID of 36 characters is none', () => {
  const none = [
    '', '6f9619ff8b86d011b42d00cf4fc964ff', '6f9619ff-8b86-d011-b42d-00cf4fc964f', '6f9619ff-8b86-d011-b42d-00cf4fc964fff',
    '6f9619ffX8b86-d011-b42d-00cf4fc964ff', '6f9619fg-8b86-d011-b42d-00cf4fc964ff', '{6f9619ff-8b86-d011-b42d-00cf4fc964}',
    '6f9619ff-8b86-d011-b42d-00cf4fc964é', '-6f9619ff-8b86-d011-b42d-00cf4fc964f',
  ]; // prettier-ignore
  for (const text of none) expect(uuid(text)[0], text).toBe('none');
});

test('event keys are the first half of a SHA-256: over the identifier’s text, or over the record’s canonical content', () => {
  const half = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  expect(Buffer.from(eventKeyOfText('abc')).toString('hex')).toBe(half('eventID:abc'));
  const record = encoder.encode('{"eventName": "x", "awsRegion":"y"}');
  expect(Buffer.from(eventKeyOfRecord(record, 0, record.length)).toString('hex')).toBe(
    half('record:{"awsRegion":"y","eventName":"x"}'),
  );
});
