import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineMessage, HostMessage } from './engine-messages.ts';
import { EngineSupervisor, type EngineChildEvents } from './engine-supervisor.ts';

class FakeEngine {
  readonly casePath: string | null;
  readonly received: HostMessage[] = [];
  readonly #events: EngineChildEvents;

  constructor(casePath: string | null, events: EngineChildEvents) {
    this.casePath = casePath;
    this.#events = events;
  }

  say(message: EngineMessage): void {
    this.#events.onMessage(message);
  }

  die(): void {
    this.#events.onExit(null);
  }

  send(message: HostMessage): void {
    this.received.push(message);
  }

  kill(): void {
    this.die();
  }
}

let started: FakeEngine[];
const ready = { type: 'ready', caseProblem: null } as const;

function supervise(casePath: string | null): EngineSupervisor<FakeEngine> {
  return new EngineSupervisor((path, events) => {
    started.push(new FakeEngine(path, events));
    return started.at(-1)!;
  }, casePath);
}

beforeEach(() => {
  started = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('a dead engine is followed by one that opens the case that was open', async () => {
  const supervisor = supervise(null);
  started[0]?.say(ready);
  expect(await supervisor.ready()).toBe(started[0]);
  started[0]?.say({ type: 'case', path: '/cases/a' });
  started[0]?.die();
  const next = supervisor.ready();
  await vi.runAllTimersAsync();
  expect(started.map((engine) => engine.casePath)).toEqual([null, '/cases/a']);
  started[1]?.say(ready);
  expect(await next).toBe(started[1]);
});

test('a case that was closed is not opened again', async () => {
  supervise('/cases/a');
  started[0]?.say({ type: 'case', path: '/cases/a' });
  started[0]?.say(ready);
  started[0]?.say({ type: 'case', path: null });
  started[0]?.die();
  await vi.runAllTimersAsync();
  expect(started[1]?.casePath).toBeNull();
});

test('a case that kills the engine is left out of the next start, and the host is told', async () => {
  const supervisor = supervise('/cases/a');
  started[0]?.die();
  await vi.runAllTimersAsync();
  expect(started[1]?.casePath).toBeNull();
  started[1]?.say(ready);
  expect(await supervisor.firstStart()).toMatchObject({
    code: 'CASE_DAMAGED',
    message: expect.stringContaining('/cases/a'),
  });
});

test('an engine that never starts is told of, and tried again less and less often', async () => {
  const supervisor = supervise(null);
  const startedAt: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    started.at(-1)?.die();
    const before = Date.now();
    await vi.runAllTimersAsync();
    startedAt.push(Date.now() - before);
  }
  expect(await supervisor.firstStart()).toMatchObject({ code: 'INTERNAL' });
  expect(startedAt).toEqual([...startedAt].sort((left, right) => left - right));
  expect(startedAt[1]).toBeGreaterThan(startedAt[0] ?? 0);
  expect(startedAt.at(-1)).toBe(startedAt.at(-2));
});

test('stopping asks the engine to close its case, kills one that does not end, and starts no other', async () => {
  const supervisor = supervise('/cases/a');
  started[0]?.say(ready);
  const stopped = supervisor.stop();
  expect(started[0]?.received).toEqual([{ type: 'stop' }]);
  await vi.runAllTimersAsync();
  await stopped;
  expect(started.length).toBe(1);
});
