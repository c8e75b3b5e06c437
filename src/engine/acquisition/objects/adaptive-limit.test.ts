import { expect, test } from 'vitest';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { realPace } from './persistence.ts';

test('one wave of throttling halves, successes bring back one at a time, never above the most or below one', async () => {
  let nowMs = 0;
  const limit = new AdaptiveLimit(8, { ...realPace, nowMs: () => nowMs });
  for (let answer = 0; answer < 5; answer++) limit.throttled();
  expect(limit.limit).toBe(4);
  for (const expected of [2, 1, 1]) {
    nowMs += 1500;
    limit.throttled();
    expect(limit.limit).toBe(expected);
  }
  const limits: number[] = [];
  for (let success = 0; success < 60; success++) {
    limit.succeeded();
    limits.push(limit.limit);
  }
  expect(limits.slice(0, 6)).toEqual([2, 2, 3, 3, 3, 4]);
  expect(limits.at(-1)).toBe(8);

  let running = 0;
  const admit = async (): Promise<void> => {
    await limit.acquire();
    running++;
  };
  for (let worker = 0; worker < 20; worker++) void admit();
  await Promise.resolve();
  expect(running).toBe(8);
  nowMs += 1500;
  limit.throttled();
  for (let release = 0; release < 4; release++) limit.release();
  await new Promise((resolve) => setTimeout(resolve));
  expect(running).toBe(8);
  limit.release();
  await new Promise((resolve) => setTimeout(resolve));
  expect(running).toBe(9);
});
