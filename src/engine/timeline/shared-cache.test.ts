import { expect, test } from 'vitest';
import { SharedCache } from './shared-cache.ts';

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test('callers of one key share one run, and its outcome is kept', async () => {
  const cache = new SharedCache<number>(2);
  const work = deferred<number>();
  let runs = 0;
  const make = () => {
    runs++;
    return work.promise;
  };
  const callers = [cache.get('a', make), cache.get('a', make)];
  work.resolve(7);
  expect(await Promise.all(callers)).toEqual([7, 7]);
  expect(await cache.get('a', make)).toBe(7);
  expect(runs).toBe(1);
});

test('the run is aborted only when every caller has gone', async () => {
  const cache = new SharedCache<number>(2);
  const [first, second] = [new AbortController(), new AbortController()];
  let inner: AbortSignal | undefined;
  const work = deferred<number>();
  const make = (signal: AbortSignal) => {
    inner = signal;
    return work.promise;
  };
  const one = cache.get('a', make, first.signal).catch((error: unknown) => error);
  const two = cache.get('a', make, second.signal).catch((error: unknown) => error);
  first.abort();
  expect(await one).toMatchObject({ code: 'CANCELLED' });
  expect(inner?.aborted).toBe(false);
  second.abort();
  expect(await two).toMatchObject({ code: 'CANCELLED' });
  expect(inner?.aborted).toBe(true);
  expect(await cache.get('a', () => Promise.resolve(3))).toBe(3);
});

test('failures are not kept', async () => {
  const cache = new SharedCache<number>(2);
  await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await cache.get('a', () => Promise.resolve(1))).toBe(1);
});

test('the least recently used outcome is disposed of', async () => {
  const disposed: number[] = [];
  const cache = new SharedCache<number>(2, (value) => disposed.push(value));
  await cache.get('a', () => Promise.resolve(1));
  await cache.get('b', () => Promise.resolve(2));
  await cache.get('a', () => Promise.reject(new Error('kept')));
  await cache.get('c', () => Promise.resolve(3));
  await new Promise((resolve) => setImmediate(resolve));
  expect(disposed).toEqual([2]);
});
