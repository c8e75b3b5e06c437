import { describe, expect, it } from 'vitest';
import { PagedList } from './paged-list.svelte.ts';
import type { RowPage } from './paged-rows.ts';

interface Call {
  readonly signal: AbortSignal;
  answer(rows: readonly string[]): Promise<void>;
  fail(): Promise<void>;
}

/** A load that is answered by hand. */
function handLoad() {
  const calls: Call[] = [];
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  const load = (_offset: number, _limit: number, signal: AbortSignal): Promise<RowPage<string>> =>
    new Promise((resolve, reject) => {
      calls.push({
        signal,
        answer: async (rows) => {
          resolve({ total: rows.length, rows });
          await settled();
        },
        fail: async () => {
          reject(new Error('disk'));
          await settled();
        },
      });
    });
  return { calls, load };
}

describe('PagedList', () => {
  it('keeps the rows on show until the first of the new ones are there', async () => {
    const list = new PagedList<string>();
    expect(list.total).toBeNull();
    const first = handLoad();
    list.restart(first.load);
    await first.calls[0]?.answer(['a', 'b']);
    expect([list.total, list.rowAt(1)]).toEqual([2, 'b']);

    const second = handLoad();
    list.restart(second.load);
    expect([list.total, list.rowAt(1)]).toEqual([2, 'b']);
    await second.calls[0]?.answer(['c']);
    expect([list.total, list.rowAt(0), list.rowAt(1)]).toEqual([1, 'c', undefined]);
  });

  it('drops a list that is overtaken before it is there', async () => {
    const list = new PagedList<string>();
    const overtaken = handLoad();
    list.restart(overtaken.load);
    const last = handLoad();
    list.restart(last.load);
    expect(overtaken.calls[0]?.signal.aborted).toBe(true);
    await last.calls[0]?.answer(['new']);
    await overtaken.calls[0]?.answer(['old', 'older']);
    expect([list.total, list.rowAt(0)]).toEqual([1, 'new']);
  });

  it('tells why the new list could not be had, and fetches it again when asked to', async () => {
    const list = new PagedList<string>();
    const { calls, load } = handLoad();
    list.restart(load);
    await calls[0]?.fail();
    expect(list.error).toEqual(new Error('disk'));
    list.retry();
    await calls[1]?.answer(['a']);
    expect([list.error, list.rowAt(0)]).toEqual([null, 'a']);
  });
});
