import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { emitInParallel, Limiter } from './parallel.ts';

async function* numbers(count: number, taken: number[] = []): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) {
    await tick();
    taken.push(number);
    yield number;
  }
}

test('no more than the limit run at once, and every result comes back', async () => {
  const limiter = new Limiter(3);
  let running = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, (_unused, index) =>
      limiter
        .run(async () => {
          most = Math.max(most, ++running);
          await tick();
          running--;
          if (index === 7) throw new Error('seven');
          return index;
        })
        .catch(() => -1),
    ),
  );
  expect(most).toBe(3);
  expect(results.filter((result) => result === -1)).toHaveLength(1);
  expect(new Set(results).size).toBe(20);
});

test('emits everything, at most so many at once', async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number, emit: (text: string) => Promise<void>) => {
    most = Math.max(most, ++running);
    await emit(`${item}a`);
    for (let turn = 0; turn < 10; turn++) await tick();
    await emit(`${item}b`);
    running--;
  };
  const seen: string[] = [];
  for await (const text of emitInParallel(numbers(50), work, { most: 4, capacity: 3, stop: () => undefined })) {
    seen.push(text);
  }
  expect(seen.sort()).toEqual([...Array(50).keys()].flatMap((number) => [`${number}a`, `${number}b`]).sort());
  expect(most).toBe(4);
});

test('while nobody reads, nothing further is taken', async () => {
  const taken: number[] = [];
  const work = (item: number, emit: (item: number) => Promise<void>) => emit(item);
  const emissions = emitInParallel(numbers(1000, taken), work, { most: 4, capacity: 2, stop: () => undefined });
  await emissions.next();
  for (let turn = 0; turn < 100; turn++) await tick();
  expect(taken.length).toBeLessThanOrEqual(9);
  await emissions.return(undefined);
  expect(taken.length).toBeLessThanOrEqual(10);
});

test('the first error stops the rest and is thrown when all has come to rest', async () => {
  const stopping = new AbortController();
  let unfinished = 0;
  const work = async (item: number) => {
    unfinished++;
    try {
      if (item === 5) throw new Error('five');
      while (!stopping.signal.aborted) await tick();
      throw new Error('stopped');
    } finally {
      unfinished--;
    }
  };
  const emissions = emitInParallel(numbers(100), work, { most: 8, capacity: 2, stop: () => stopping.abort() });
  await expect(emissions.next()).rejects.toThrowError('five');
  expect(unfinished).toBe(0);
});
