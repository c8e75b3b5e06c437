const second = 1_000_000n;
const minute = 60n * second;
const hour = 60n * minute;
const day = 24n * hour;
const year = 365n * day;

/** Sizes that read well on an axis, smallest first. */
const niceSizes: readonly bigint[] = [
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((count) => count * second),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((count) => count * minute),
  ...[1n, 2n, 3n, 6n, 12n].map((count) => count * hour),
  ...[1n, 2n, 7n, 14n, 28n, 91n, 182n].map((count) => count * day),
  ...[1n, 2n, 5n, 10n, 20n, 50n, 100n, 200n, 500n, 1000n, 2000n, 5000n, 10_000n].map((count) => count * year),
];

export interface Buckets {
  /** Edge of the first bucket: a multiple of the size since 1970. */
  readonly fromMicros: bigint;
  readonly bucketMicros: bigint;
  readonly count: number;
}

/** The finest nice buckets that cover `[fromMicros, toMicros)` and are at most `maxCount`. */
export function bucketsFor(fromMicros: bigint, toMicros: bigint, maxCount: number): Buckets {
  for (const size of niceSizes) {
    const first = floorDivide(fromMicros, size);
    const count = toMicros > fromMicros ? floorDivide(toMicros - 1n, size) - first + 1n : 0n;
    if (count <= BigInt(maxCount)) return { fromMicros: first * size, bucketMicros: size, count: Number(count) };
  }
  // Only with one bucket around 1970, which every size splits.
  return { fromMicros, bucketMicros: toMicros - fromMicros, count: 1 };
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
