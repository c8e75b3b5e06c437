import { describe, expect, test } from 'vitest';
import { clipToHistory, dayWindow, isSettled, selectDays } from './history-days.ts';

const noon = new Date('2024-03-01T12:00:00Z');

describe('selectDays', () => {
  test('90 times 24 hours back touch 91 days, over a leap day and in order', () => {
    const { days, notes } = selectDays(null, null, noon);
    expect(days).toHaveLength(91);
    expect(days[0]).toBe('2023-12-02');
    expect(days.slice(-3)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(notes).toEqual([]);
  });

  test('what is asked for and kept', () => {
    expect(selectDays('2024-02-28', '2024-03-01', noon).days).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
  });

  test('older days are left out, with a note', () => {
    const { days, notes } = selectDays('2023-11-01', '2023-12-03', noon);
    expect(days).toEqual(['2023-12-02', '2023-12-03']);
    expect(notes).toEqual([expect.stringContaining('2023-11-01 to 2023-12-01 can’t be had')]);
    expect(selectDays('2023-12-01', null, noon).notes).toEqual([expect.stringContaining(': 2023-12-01 can’t be had')]);
    const gone = selectDays('2023-10-01', '2023-10-31', noon);
    expect(gone.days).toEqual([]);
    expect(gone.notes).toEqual([expect.stringContaining('2023-10-01 to 2023-10-31 can’t be had')]);
  });

  test('days to come are left out, with a note', () => {
    const { days, notes } = selectDays('2024-03-01', '2024-03-05', noon);
    expect(days).toEqual(['2024-03-01']);
    expect(notes).toEqual([expect.stringContaining('2024-03-01')]);
  });
});

describe('dayWindow', () => {
  const instants = ({ startAt, endAt }: { startAt: Date; endAt: Date }) => [startAt.toISOString(), endAt.toISOString()];

  test('a past day goes to the next midnight', () => {
    expect(instants(dayWindow('2024-02-28', noon))).toEqual(['2024-02-28T00:00:00.000Z', '2024-02-29T00:00:00.000Z']);
  });

  test('today goes to the present, in whole seconds', () => {
    const now = new Date('2024-03-01T12:00:00.001Z');
    expect(instants(dayWindow('2024-03-01', now))).toEqual(['2024-03-01T00:00:00.000Z', '2024-03-01T12:00:01.000Z']);
  });

  test('at midnight it is not empty', () => {
    const now = new Date('2024-03-01T00:00:00Z');
    expect(instants(dayWindow('2024-03-01', now))).toEqual(['2024-03-01T00:00:00.000Z', '2024-03-01T00:00:01.000Z']);
  });
});

test('a day is settled a while after its end', () => {
  expect(isSettled('2024-02-29', new Date('2024-03-01T00:00:00Z'))).toBe(false);
  expect(isSettled('2024-02-29', new Date('2024-03-01T01:59:59Z'))).toBe(false);
  expect(isSettled('2024-02-29', new Date('2024-03-01T02:00:00Z'))).toBe(true);
});

test('only a window that lies across the oldest second is clipped', () => {
  expect(clipToHistory(dayWindow('2023-12-02', noon), noon)?.startAt).toEqual(new Date('2023-12-02T12:00:00Z'));
  expect(clipToHistory(dayWindow('2023-12-03', noon), noon)).toBeNull();
  expect(clipToHistory(dayWindow('2023-12-01', noon), noon)).toBeNull();
});
