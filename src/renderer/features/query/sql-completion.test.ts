import { describe, expect, it } from 'vitest';
import { caseTables } from '#shared/tables/case-tables.ts';
import { suggestSql } from './sql-completion.ts';

const catalogue = { tables: caseTables, functions: ['count', 'regexp_matches', '+', '!__postfix'] };

/** Suggestions at the `|` in the text. */
function at(marked: string) {
  const position = marked.indexOf('|');
  return suggestSql(marked.replace('|', ''), position, catalogue);
}
const labels = (marked: string): readonly string[] => at(marked)?.suggestions.map((entry) => entry.label) ?? [];

describe('suggestSql', () => {
  it('offers the columns of the tables in the statement, wherever the cursor stands', () => {
    expect(labels('SELECT | FROM files')).toContain('sourcePath');
    expect(labels('SELECT | FROM files')).not.toContain('userAgent');
    expect(labels('SELECT ev| FROM events')).toContain('eventName');
    expect(labels('SELECT |')).toContain('eventName');
  });

  it('gives columns their type and description', () => {
    const column = at('SELECT | FROM events')?.suggestions.find((entry) => entry.label === 'readOnly');
    expect(column).toMatchObject({ kind: 'column', detail: 'BOOLEAN' });
    expect(column?.description).toMatch(/only read/);
  });

  it('offers tables, functions that may be called, and keywords', () => {
    const all = labels('SELECT * FROM |');
    expect(all).toEqual(expect.arrayContaining(['events', 'files', 'count', 'GROUP']));
    expect(all).not.toContain('+');
  });

  it('completes struct fields after a dot, at any depth, by alias and through lists', () => {
    expect(labels('SELECT userIdentity.| FROM events')).toEqual(
      expect.arrayContaining(['type', 'arn', 'sessionContext']),
    );
    expect(labels('SELECT USERIDENTITY.sessionContext.sessionIssuer.u| FROM events')).toContain('userName');
    expect(labels('SELECT e.useridentity.| FROM events AS e')).toContain('arn');
    expect(labels('SELECT e.| FROM events e WHERE true')).toContain('eventName');
    expect(labels('SELECT resources[1].| FROM events')).toEqual(['ARN', 'accountId', 'type']);
    expect(labels('SELECT eventName.| FROM events')).toEqual([]);
  });

  it('knows which word is being typed', () => {
    expect(at('SELECT ev| FROM events')?.from).toBe(7);
    expect(at('SELECT userIdentity.ar| FROM events')?.from).toBe(20);
  });

  it('keeps still in strings, comments, numbers and parameters', () => {
    for (const text of [
      `SELECT 'ev|`,
      `SELECT 'ev|'`,
      'SELECT 1 -- ev|',
      'SELECT /* ev| */ 1',
      'SELECT $ev|',
      'SELECT 12|',
    ]) {
      expect(at(text), text).toBeNull();
    }
  });

  it('offers names given by WITH', () => {
    expect(labels('WITH first_seen AS (SELECT 1) SELECT * FROM |')).toContain('first_seen');
  });
});
