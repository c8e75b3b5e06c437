import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WorkQueue } from './work-queue.ts';

test('items come out in order, to whoever asks; a full queue keeps its filler waiting', async () => {
  const queue = new WorkQueue<number>(2000);
  let put = 0;
  const filling = (async () => {
    for (; put < 20; put++) await queue.put(Array.from({ length: 1000 }, (_unused, index) => put * 1000 + index));
    queue.close();
  })();
  await turn();
  expect(put).toBe(1);
  const taken: number[] = [];
  const take = async (): Promise<void> => {
    for (let item = await queue.take(); item !== null; item = await queue.take()) {
      taken.push(item);
      expect(queue.length).toBeLessThan(3000);
    }
  };
  await Promise.all([filling, take(), take()]);
  expect(taken.sort((left, right) => left - right)).toEqual([...Array(20_000).keys()]);
});

test('an abandoned queue lets everybody go', async () => {
  const queue = new WorkQueue<number>(2);
  const waiting = queue.take();
  queue.abandon();
  expect(await waiting).toBeNull();
  await queue.put([1, 2, 3]);
});
