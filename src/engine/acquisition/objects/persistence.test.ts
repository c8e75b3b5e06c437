import { expect, test } from 'vitest';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsFailure, FailureKind } from '../access/aws-failure.ts';
import { FailedCall, persist, Reachability, type Pace } from './persistence.ts';

function setUp() {
  let nowMs = 0;
  const delays: number[] = [];
  const pace: Pace = {
    nowMs: () => nowMs,
    sleep: (delayMs) => {
      delays.push(delayMs);
      nowMs += delayMs;
      return Promise.resolve();
    },
    random: () => 1,
  };
  const reachability = new Reachability(pace);
  const controller = new AbortController();
  const explain = (error: unknown): AwsFailure => (error as { failure: AwsFailure }).failure;
  const persistence = { signal: controller.signal, reachability, pace, explain };
  return { delays, pace, reachability, controller, persistence };
}

function failing(kind: FailureKind, httpStatus: number | null): () => Promise<never> {
  const failure: AwsFailure = { kind, code: kind, httpStatus, sentence: `It is ${kind}.` };
  return () => Promise.reject(Object.assign(new Error(kind), { failure }));
}

test('what passes is tried again, with growing delays up to a limit', async () => {
  const { persistence, delays } = setUp();
  let calls = 0;
  const work = () => (++calls <= 5 ? failing('connection', 500)() : Promise.resolve('done'));
  expect(await persist(work, persistence)).toBe('done');
  expect(delays).toEqual([250, 500, 1000, 2000, 4000]);
});

test('a server that answers and fails each time is given up on for this call only', async () => {
  const { persistence, delays } = setUp();
  await expect(persist(failing('connection', 500), persistence)).rejects.toMatchObject({
    concernsAll: false,
    failure: { kind: 'connection' },
  });
  expect(delays).toHaveLength(5);
});

test('throttling has more patience', async () => {
  const { persistence, delays } = setUp();
  await expect(persist(failing('throttled', 503), persistence)).rejects.toBeInstanceOf(FailedCall);
  expect(delays).toHaveLength(11);
  expect(Math.max(...delays)).toBe(15_000);
});

test('what stays as it is fails at once; what concerns every call says so', async () => {
  const { persistence, delays } = setUp();
  await expect(persist(failing('denied', 403), persistence)).rejects.toMatchObject({ concernsAll: false });
  await expect(persist(failing('gone', 404), persistence)).rejects.toMatchObject({ concernsAll: false });
  await expect(persist(failing('credentials', 403), persistence)).rejects.toMatchObject({ concernsAll: true });
  expect(delays).toEqual([]);
  // Once, as the credentials are renewed.
  await expect(persist(failing('expired', 400), persistence)).rejects.toMatchObject({ concernsAll: true });
  expect(delays).toEqual([250]);
});

test('a silent server is waited for two minutes, and then it is gone for all', async () => {
  const { persistence, pace, reachability } = setUp();
  const seen: boolean[] = [];
  const onRetry = () => seen.push(reachability.isAway);
  await expect(persist(failing('connection', null), { ...persistence, onRetry })).rejects.toMatchObject({
    concernsAll: true,
  });
  expect(pace.nowMs()).toBeGreaterThanOrEqual(120_000);
  expect(seen.length).toBeGreaterThan(6);
  expect(seen).not.toContain(false);
});

test('a call that alone gets no answer is given up on after six attempts', async () => {
  const { persistence, delays, reachability } = setUp();
  const work = () => {
    reachability.answered();
    return failing('connection', null)();
  };
  await expect(persist(work, persistence)).rejects.toMatchObject({ concernsAll: false });
  expect(delays).toHaveLength(5);
});

test('cancelling ends the wait; a full disk is no matter of the network', async () => {
  const { persistence, controller } = setUp();
  const pace: Pace = {
    ...persistence.pace,
    sleep: () => {
      controller.abort();
      return Promise.reject(new Error('aborted'));
    },
  };
  await expect(persist(failing('connection', null), { ...persistence, pace })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const full = new TrailbenchError('IO_FAILED', 'The disk is full.');
  await expect(persist(() => Promise.reject(full), setUp().persistence)).rejects.toBe(full);
});
