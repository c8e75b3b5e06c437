import { expect, test } from 'vitest';
import { keyPeriod, narrowKeyPeriod } from './public-keys.ts';

const now = new Date('2024-08-20T12:00:00.400Z');
const instants = ({ startAt, endAt }: { startAt: Date; endAt: Date }) => [startAt.toISOString(), endAt.toISOString()];

test('keys of digests made up later are within the period', () => {
  expect(instants(keyPeriod('2024-08-01', now))).toEqual(['2024-07-31T00:00:00.000Z', '2024-08-20T14:00:01.000Z']);
});

test('without a first day it goes back to the first digests there were', () => {
  expect(keyPeriod(null, now).startAt.toISOString()).toBe('2015-09-30T00:00:00.000Z');
});

test('the narrow period ends two hours past the last day, and never in the future', () => {
  const narrow = (to: string | null) => instants(narrowKeyPeriod('2024-08-01', to, now))[1];
  expect(narrow('2024-08-03')).toBe('2024-08-04T02:00:00.000Z');
  expect(narrow('2024-08-20')).toBe('2024-08-20T12:00:00.000Z');
  expect(narrow(null)).toBe('2024-08-20T12:00:00.000Z');
});

test('days to come never make the start lie after the end', () => {
  for (const period of [keyPeriod('2030-01-01', now), narrowKeyPeriod('2030-01-01', '2030-01-02', now)]) {
    expect(period.startAt.getTime()).toBeLessThan(period.endAt.getTime());
  }
});
