import { describe, expect, it } from 'vitest';
import { StreamedCall } from './streamed-call.svelte.ts';

type Counting =
  { readonly type: 'progress'; readonly count: number } | { readonly type: 'done'; readonly total: number };

const counting = (): StreamedCall<Counting, number> =>
  new StreamedCall((event) => (event.type === 'done' ? event.total : null));

async function* events(...list: readonly (Counting | Error)[]): AsyncGenerator<Counting> {
  for (const event of list) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (event instanceof Error) throw event;
    yield event;
  }
}

describe('a call that tells how far it is', () => {
  it('shows its progress and then its result', async () => {
    const call = counting();
    const pending = call.run(() => Promise.resolve(events({ type: 'progress', count: 1 }, { type: 'done', total: 7 })));
    expect(call.isRunning).toBe(true);
    expect(await pending).toBe(7);
    expect([call.isRunning, call.progress?.count, call.result, call.error]).toEqual([false, 1, 7, null]);
  });

  it('keeps why it failed, until it is run again', async () => {
    const call = counting();
    const denied = new Error('denied');
    expect(await call.run(() => Promise.resolve(events({ type: 'progress', count: 1 }, denied)))).toBeNull();
    expect([call.isRunning, call.error, call.result]).toEqual([false, denied, null]);
    await call.run(() => Promise.resolve(events({ type: 'done', total: 2 })));
    expect([call.error, call.result]).toEqual([null, 2]);
  });

  it('says why it ended when the person gave up a question of the engine’s, not the call itself', async () => {
    const call = counting();
    const givenUp = Object.assign(new Error('No MFA code was given.'), { code: 'CANCELLED' });
    expect(await call.run(() => Promise.resolve(events(givenUp)))).toBeNull();
    expect(call.error).toBe(givenUp);
  });

  it('tells the engine when it is given up, and takes nothing that comes after', async () => {
    const call = counting();
    let given: AbortSignal | undefined;
    const pending = call.run((signal) => {
      given = signal;
      return Promise.resolve(events({ type: 'progress', count: 1 }, { type: 'done', total: 7 }));
    });
    call.cancel();
    expect(given?.aborted).toBe(true);
    expect(await pending).toBeNull();
    expect([call.isRunning, call.result, call.error]).toEqual([false, null, null]);
  });

  it('belongs to the last one that was started', async () => {
    const call = counting();
    const first = call.run(() => Promise.resolve(events({ type: 'progress', count: 1 }, { type: 'done', total: 1 })));
    const second = call.run(() => Promise.resolve(events({ type: 'progress', count: 2 }, { type: 'done', total: 2 })));
    expect(await first).toBeNull();
    expect(call.isRunning).toBe(true);
    expect(await second).toBe(2);
    expect([call.isRunning, call.result]).toEqual([false, 2]);
  });
});
