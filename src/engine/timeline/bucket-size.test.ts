import { expect, test } from 'vitest';
import { bucketsFor } from './bucket-size.ts';

const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;

test('buckets cover the span exactly, on round edges, and are as fine as allowed', () => {
  const day = bucketsFor(micros('2024-03-01T00:00:00Z'), micros('2024-03-02T00:00:00Z'), 24);
  expect(day).toEqual({ fromMicros: micros('2024-03-01T00:00:00Z'), bucketMicros: 3_600_000_000n, count: 24 });
  const odd = bucketsFor(micros('2024-03-01T00:59:59Z'), micros('2024-03-01T03:00:00Z') + 1n, 4);
  expect(odd).toEqual({ fromMicros: micros('2024-03-01T00:00:00Z'), bucketMicros: 3_600_000_000n, count: 4 });
});

test('spans of every size, before 1970 too, fit into the buckets asked for', () => {
  for (const from of [
    micros('0001-01-01T00:00:00Z'),
    micros('1969-12-31T23:59:59Z'),
    0n,
    micros('2024-02-29T12:34:56Z'),
  ]) {
    for (const span of [1n, 999_999n, 1_000_000n, 86_400_000_000n, 31_536_000_000_000n, 63_000_000_000_000_000n]) {
      for (const maxCount of [1, 2, 7, 200, 2000]) {
        const { fromMicros, bucketMicros, count } = bucketsFor(from, from + span, maxCount);
        expect(count).toBeLessThanOrEqual(maxCount);
        expect(fromMicros <= from && from < fromMicros + bucketMicros).toBe(true);
        const last = fromMicros + BigInt(count) * bucketMicros;
        expect(last >= from + span && last - bucketMicros < from + span).toBe(true);
      }
    }
  }
});

test('an empty span has no bucket', () => {
  expect(bucketsFor(5n, 5n, 10).count).toBe(0);
});
