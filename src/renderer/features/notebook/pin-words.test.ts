import { describe, expect, it } from 'vitest';
import type { Pin, PinComparison } from '#shared/api/index.ts';
import { comparisonWords, evidenceChangeWords, pinnedWhen } from './pin-words.ts';

const evidence = { importIds: [1], fileCount: 2, eventCount: 10, filesHash: 'a' };
const pin: Pin = {
  ...{ pinId: 1, notebook: 'n.md', cell: null, title: 'Cell 1', note: '', sql: 'SELECT 1', dialect: 'duckdb' },
  ...{ translatedSql: null, parameters: {}, upstream: [], columns: [], rowCount: 3, contentHash: '', evidence },
  ...{ ranAt: '2026-03-02T14:00:00Z', elapsedMs: 1, pinnedAt: '2026-03-02T14:02:11Z', operator: 'me' },
};
const comparison: PinComparison = {
  ...{ pin, rowCount: 4, contentHash: '', isSame: false, isOrderOnly: false, evidence, evidenceChanged: false },
  ...{ columnsChanged: false, unchanged: 2, added: 1, removed: 0, changed: 1, keyColumns: ['eventName'] },
  differences: null,
};

describe('comparisonWords', () => {
  it('says what changed', () => {
    expect(comparisonWords(comparison)).toBe(
      '1 added, 0 removed, 1 changed, 2 as they were. Rows were matched by eventName.',
    );
    expect(comparisonWords({ ...comparison, keyColumns: [] })).toBe(
      '1 added, 0 removed, 2 as they were. Whole rows were compared.',
    );
    expect(comparisonWords({ ...comparison, isSame: true })).toBe('The same 3 rows.');
    expect(comparisonWords({ ...comparison, isSame: true, isOrderOnly: true })).toContain('another order');
    expect(comparisonWords({ ...comparison, columnsChanged: true })).toContain('columns are others');
  });
});

describe('evidenceChangeWords', () => {
  it('says by how much', () => {
    expect(evidenceChangeWords(comparison)).toBe('The evidence is the same as then.');
    const now = { ...evidence, eventCount: 12, fileCount: 1 };
    expect(evidenceChangeWords({ ...comparison, evidenceChanged: true, evidence: now })).toBe(
      'The evidence has changed since: +2 events, −1 file.',
    );
  });
});

describe('pinnedWhen', () => {
  it('is the time of the newest of today, else its day', () => {
    expect(pinnedWhen([], new Date('2026-03-02T20:00:00Z'))).toBeNull();
    expect(pinnedWhen([pin], new Date('2026-03-02T20:00:00Z'))).toBe('14:02');
    expect(pinnedWhen([pin], new Date('2026-03-03T00:00:00Z'))).toBe('2026-03-02');
  });
});
