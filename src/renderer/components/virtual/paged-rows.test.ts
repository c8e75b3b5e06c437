import { describe, expect, it } from 'vitest';
import { PagedRows } from './paged-rows.ts';

interface Call {
  readonly offset: number;
  readonly signal: AbortSignal;
  answer(): Promise<void>;
  fail(error: Error): Promise<void>;
}

function pagedNumbers(
  total: number,
  options: { maximumPages?: number; maximumLoads?: number; settleMs?: number } = {},
) {
  const calls: Call[] = [];
  let changes = 0;
  const rows = new PagedRows<number>({
    pageSize: 10,
    maximumPages: options.maximumPages ?? 5,
    maximumLoads: options.maximumLoads ?? 2,
    settleMs: options.settleMs ?? 0,
    onChange: () => (changes += 1),
    load: (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        const length = Math.max(0, Math.min(limit, total - offset));
        calls.push({
          offset,
          signal,
          answer: async () => {
            resolve({ total, rows: Array.from({ length }, (_, index) => offset + index) });
            await settle();
          },
          fail: async (error) => {
            reject(error);
            await settle();
          },
        });
      }),
  });
  return { rows, calls, changes: () => changes };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const offsets = (calls: readonly Call[]): number[] => calls.map((call) => call.offset);

describe('PagedRows', () => {
  it('fetches the page looked at first, then its neighbours, and never what lies beyond the end', async () => {
    const { rows, calls, changes } = pagedNumbers(15);
    rows.show(0, 8);
    expect(offsets(calls)).toEqual([0]);
    expect(rows.rowAt(3)).toBeUndefined();
    await calls[0]?.answer();
    expect(rows.total).toBe(15);
    expect(rows.rowAt(3)).toBe(3);
    expect(changes()).toBe(1);
    expect(offsets(calls)).toEqual([0, 10]);
    await calls[1]?.answer();
    expect(rows.rowAt(14)).toBe(14);
    expect(rows.rowAt(15)).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('aborts fetches of pages that are not looked at any more and ignores their answers', async () => {
    const { rows, calls } = pagedNumbers(1000);
    rows.show(0, 5);
    await calls[0]?.answer();
    rows.show(500, 510);
    const stale = calls.find((call) => call.offset === 10);
    expect(stale?.signal.aborted).toBe(true);
    await stale?.answer();
    expect(rows.rowAt(12)).toBeUndefined();
    const wanted = calls.find((call) => call.offset === 500);
    expect(wanted?.signal.aborted).toBe(false);
    await wanted?.answer();
    expect(rows.rowAt(505)).toBe(505);
  });

  it('keeps the pages used last and drops the oldest', async () => {
    const { rows, calls } = pagedNumbers(1000, { maximumPages: 4, maximumLoads: 9 });
    rows.show(0, 10);
    for (const start of [0, 100, 200]) {
      rows.show(start, start + 10);
      for (let index = 0; index < calls.length; index += 1) await calls[index]?.answer();
    }
    expect(rows.rowAt(205)).toBe(205);
    expect(rows.rowAt(5)).toBeUndefined();
    const held = Array.from({ length: 100 }, (_, page) => rows.rowAt(page * 10)).filter((row) => row !== undefined);
    expect(held.length).toBeLessThanOrEqual(4);
  });

  it('stops after an error until it is told to retry', async () => {
    const { rows, calls } = pagedNumbers(100);
    rows.show(0, 5);
    await calls[0]?.fail(new Error('disk'));
    expect(rows.error).toEqual(new Error('disk'));
    rows.show(20, 25);
    expect(calls).toHaveLength(1);
    rows.retry();
    expect(rows.error).toBeNull();
    expect(offsets(calls)).toEqual([0, 20]);
  });

  it('fetches only the last of the places passed by while dragging the scroll bar', async () => {
    const { rows, calls } = pagedNumbers(1000, { settleMs: 5 });
    rows.show(0, 5);
    for (const start of [100, 200, 300, 400]) rows.show(start, start + 5);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(offsets(calls)).toEqual([0, 400]);
  });

  it('aborts everything when closed', async () => {
    const { rows, calls } = pagedNumbers(100);
    rows.show(0, 5);
    rows.close();
    expect(calls[0]?.signal.aborted).toBe(true);
    rows.show(50, 55);
    expect(calls).toHaveLength(1);
  });
});
