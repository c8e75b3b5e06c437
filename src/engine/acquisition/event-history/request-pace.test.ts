import { expect, test } from 'vitest';
import type { Clock } from '#engine/jobs/clock.ts';
import { RequestPace } from './request-pace.ts';

/** Time that a test moves by hand. */
class HandClock implements Clock {
  #nowMs = 1000;
  readonly #timers = new Set<{ dueAtMs: number; work: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, work: () => void): () => void {
    const timer = { dueAtMs: this.#nowMs + delayMs, work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  async advance(delayMs: number): Promise<void> {
    this.#nowMs += delayMs;
    for (const timer of [...this.#timers]) {
      if (timer.dueAtMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.work();
    }
    await new Promise(setImmediate);
  }
}

function start(): { clock: HandClock; pace: RequestPace; take: (name: string) => void; taken: string[] } {
  const clock = new HandClock();
  const pace = new RequestPace(500, clock);
  const taken: string[] = [];
  const take = (name: string): void =>
    void pace.take(new AbortController().signal).then(() => taken.push(`${name} ${clock.nowMs()}`));
  return { clock, pace, take, taken };
}

test('requests start in the order they ask, half a second apart; after a rest the first goes at once', async () => {
  const { clock, take, taken } = start();
  for (const name of ['a', 'b', 'c']) take(name);
  await clock.advance(0);
  expect(taken).toEqual(['a 1000']);
  await clock.advance(499);
  expect(taken).toHaveLength(1);
  await clock.advance(1);
  await clock.advance(500);
  expect(taken).toEqual(['a 1000', 'b 1500', 'c 2000']);
  await clock.advance(5000);
  take('d');
  take('e');
  await clock.advance(0);
  expect(taken.slice(3)).toEqual(['d 7000']);
  await clock.advance(500);
  expect(taken.slice(4)).toEqual(['e 7500']);
});

test('held off, the next one waits that long', async () => {
  const { clock, pace, take, taken } = start();
  pace.holdOff(3000);
  take('a');
  await clock.advance(2999);
  expect(taken).toEqual([]);
  await clock.advance(1);
  expect(taken).toEqual(['a 4000']);
});

test('who gives up stops waiting and leaves no timer', async () => {
  const { clock, pace } = start();
  const abort = new AbortController();
  await pace.take(abort.signal);
  const waiting = pace.take(abort.signal);
  abort.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  expect(clock.timers).toBe(0);
  await expect(pace.take(abort.signal)).rejects.toThrow('given up');
});
