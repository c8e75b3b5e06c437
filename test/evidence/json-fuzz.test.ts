import { expect, test } from 'vitest';
import { JsonCursor, JsonError, maximumDepth } from '#engine/evidence/scan/json-cursor.ts';
import { depthOf, randomJson, Seeded } from '../support/random-json.ts';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True if the cursor takes the bytes for one JSON value; placed at odd offsets, as it looks at aligned words. */
function cursorAccepts(bytes: Uint8Array, offset = 0): boolean {
  const memory = new Uint8Array(bytes.length + 8).fill(0x22);
  memory.set(bytes, offset);
  const cursor = new JsonCursor(memory, offset, offset + bytes.length);
  try {
    if (cursor.peek() === -1) return false;
    cursor.skipValue();
    return cursor.peek() === -1 && cursor.position === offset + bytes.length;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

/** JSON.parse's word; null where the two differ on purpose: broken UTF-8 (checked elsewhere) and nesting beyond 200. */
function parserAccepts(bytes: Uint8Array): boolean | null {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return null;
  }
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  return depthOf(text) > maximumDepth ? null : true;
}

const record = (random: Seeded): string =>
  `{"eventVersion":"1.08","userIdentity":${randomJson(random)},"eventTime":"2024-01-01T00:00:00Z","requestParameters":${randomJson(random)},"responseElements":null}`;

const inserted = [
  ',', ':', '"', '\\', '{', '}', '[', ']', '0', '-', '.', 'e', '\u0000', '\u0001', '\u001f', '\u007f', ' ', '\n', '\u000b', '\u00a0',
  '\ufeff', '\\u', '\\ud800', '\\x', 'null', 'tru', 'NaN', 'Infinity', '1e400', '00', '+1', '1.', '.5', "'", '//', ',,', '"a":1,"a":2,',
].map((text) => encoder.encode(text)); // prettier-ignore

function mutate(random: Seeded, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0: {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << random.below(8);
      return flipped;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return bytes.slice(at);
    case 3: {
      const length = 1 + random.below(6);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
    }
    case 4: {
      const levels = random.below(260);
      const nested = '['.repeat(levels) + ']'.repeat(levels - (random.chance(0.2) && levels > 0 ? 1 : 0));
      return Buffer.concat([bytes.subarray(0, at), encoder.encode(nested), bytes.subarray(at)]);
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), random.pick(inserted), bytes.subarray(at)]);
  }
}

const rounds = Number(process.env['TRAILBENCH_FUZZ_ROUNDS'] ?? 800);

test(`agrees with JSON.parse on ${rounds} mutants of records`, { timeout: 600_000 }, () => {
  const random = new Seeded(20260302);
  const seen = { valid: 0, invalid: 0, apart: 0 };
  for (let round = 0; round < rounds; round++) {
    let bytes: Uint8Array = encoder.encode(record(random));
    expect(cursorAccepts(bytes, round & 3), strict.decode(bytes)).toBe(true);
    for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) bytes = mutate(random, bytes);
    const expected = parserAccepts(bytes);
    if (expected === null) seen.apart++;
    else {
      seen[expected ? 'valid' : 'invalid']++;
      expect(cursorAccepts(bytes, round & 3), Buffer.from(bytes).toString('latin1')).toBe(expected);
    }
  }
  expect(seen.valid).toBeGreaterThan(rounds / 100);
  expect(seen.invalid).toBeGreaterThan(rounds / 3);
});
