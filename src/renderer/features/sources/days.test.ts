import { describe, expect, it } from 'vitest';
import { addDays, dayOf, daysIn, historyRangeProblem, rangeProblem, rangeWords } from './days.ts';

describe('days', () => {
  it('are UTC days, whatever the machine’s zone', () => {
    expect(dayOf(new Date('2023-07-10T23:59:59.999Z'))).toBe('2023-07-10');
    expect(dayOf(new Date('2023-07-11T01:30:00+02:00'))).toBe('2023-07-10');
  });

  it('cross months, leap days and the change to summer time', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(addDays('2025-12-31', 1)).toBe('2026-01-01');
    expect(daysIn('2026-03-28', '2026-03-30')).toBe(3);
    expect(daysIn('2024-01-01', '2024-12-31')).toBe(366);
  });
});

describe('ranges', () => {
  it('may be open at either end, and must not be turned round', () => {
    expect(rangeProblem('', '')).toBeNull();
    expect(rangeProblem('2023-07-10', '')).toBeNull();
    expect(rangeProblem('2023-07-10', '2023-07-10')).toBeNull();
    expect(rangeProblem('2023-07-11', '2023-07-10')).toMatch(/first day is after the last/);
  });

  it('of Event history reach back 90 days', () => {
    const today = '2026-11-24';
    // `date -u -d '2026-11-24 - 90 days' +%F`
    expect(historyRangeProblem('2026-08-26', '', today)).toBeNull();
    expect(historyRangeProblem('2026-08-25', '', today)).toContain('from 2026-08-26 on');
    expect(historyRangeProblem('', '2026-01-01', today)).toContain('90 days');
    expect(historyRangeProblem('2026-11-25', '', today)).toMatch(/future/);
    expect(historyRangeProblem('2026-11-20', '2026-11-10', today)).toMatch(/after the last/);
  });

  it('are put in words', () => {
    expect(rangeWords('2023-07-10', '2023-07-12')).toBe('2023-07-10 to 2023-07-12');
    expect(rangeWords('2023-07-10', '2023-07-10')).toBe('2023-07-10');
    expect(rangeWords('2023-07-10', null)).toBe('from 2023-07-10');
    expect(rangeWords(null, '2023-07-12')).toBe('until 2023-07-12');
    expect(rangeWords(null, null)).toBe('all days');
  });
});
