import { describe, expect, it } from 'vitest';
import type { SqlCatalogue } from './sql-catalogue.ts';
import { caseRelations } from './sql-catalogue.ts';
import { suggestSql } from './sql-completion.ts';

const catalogue: SqlCatalogue = {
  tables: caseRelations,
  functions: ['count', 'regexp_matches', '+', '!__postfix'],
  relations: [
    {
      name: 'first_seen',
      columns: [
        { name: 'actor', type: 'VARCHAR' },
        { name: 'first', type: 'TIMESTAMP' },
        { name: 'number of calls', type: 'BIGINT' },
        { name: 'order', type: 'STRUCT(a VARCHAR)' },
      ],
    },
  ],
  parameters: [
    { name: 'access_key', type: 'text', value: 'AKIA1' },
    { name: 'from', type: 'timestamp', value: null },
  ],
};

/** Suggestions at the `|` in the text. */
function at(marked: string, from = catalogue) {
  const position = marked.indexOf('|');
  return suggestSql(marked.replace('|', ''), position, from);
}
const labels = (marked: string, from = catalogue): readonly string[] =>
  at(marked, from)?.suggestions.map((entry) => entry.label) ?? [];

describe('suggestSql', () => {
  it('offers the columns of the tables in the statement, wherever the cursor stands', () => {
    expect(labels('SELECT | FROM files')).toContain('sourcePath');
    expect(labels('SELECT | FROM files')).not.toContain('userAgent');
    expect(labels('SELECT ev| FROM events')).toContain('eventName');
    expect(labels('SELECT |')).toContain('eventName');
    expect(labels('SELECT | FROM first_seen, files f')).toEqual(
      expect.arrayContaining(['number of calls', 'sourcePath']),
    );
  });

  it('gives columns their type and description', () => {
    const column = at('SELECT | FROM events')?.suggestions.find((entry) => entry.label === 'readOnly');
    expect(column).toMatchObject({ kind: 'column', detail: 'BOOLEAN' });
    expect(column?.description).toMatch(/only read/);
  });

  it('offers tables, named cells, functions that may be called, and keywords', () => {
    const all = labels('SELECT * FROM |');
    expect(all).toEqual(expect.arrayContaining(['events', 'files', 'cloudtrail_logs', 'first_seen', 'count', 'GROUP']));
    expect(all).not.toContain('+');
  });

  it('tells how a function is called and what it gives', () => {
    const found = at('SELECT regexp|')?.suggestions.find((entry) => entry.label === 'regexp_matches');
    expect(found).toMatchObject({ kind: 'function', detail: '(text, pattern)', insert: 'regexp_matches(' });
    expect(found?.description).toMatch(/anywhere/);
  });

  it('completes struct fields after a dot, at any depth, by alias and through lists', () => {
    expect(labels('SELECT userIdentity.| FROM events')).toEqual(
      expect.arrayContaining(['type', 'arn', 'sessionContext']),
    );
    expect(labels('SELECT USERIDENTITY.sessionContext.sessionIssuer.u| FROM events')).toContain('userName');
    expect(labels('SELECT e.useridentity.| FROM events AS e')).toContain('arn');
    expect(labels('SELECT e.| FROM events e WHERE true')).toContain('eventName');
    expect(labels('SELECT f.| FROM events e, files f')).toContain('sourcePath');
    expect(labels('SELECT x.| FROM trailbench.main.files "x"')).toContain('sourcePath');
    expect(labels('SELECT resources[1].| FROM events')).toEqual(['ARN', 'accountId', 'type']);
    expect(labels('SELECT "order".| FROM first_seen')).toEqual(['a']);
    expect(labels('SELECT eventName.| FROM events')).toEqual([]);
  });

  it('writes names that are no plain words in quotes', () => {
    const inserts = Object.fromEntries(
      at('SELECT | FROM first_seen')?.suggestions.map(({ label, insert }) => [label, insert]) ?? [],
    );
    expect(inserts).toMatchObject({ actor: 'actor', 'number of calls': '"number of calls"', order: '"order"' });
  });

  it('knows which word is being typed', () => {
    expect(at('SELECT ev| FROM events')?.from).toBe(7);
    expect(at('SELECT ev|ent FROM events')?.from).toBe(7);
    expect(at('SELECT userIdentity.ar| FROM events')?.from).toBe(20);
    expect(at('SELECT count(ev| FROM events')?.from).toBe(13);
    expect(at('SELECT a |')?.from).toBe(9);
    expect(at('|SELECT')?.from).toBe(0);
  });

  it('offers parameters with type and present value, once a $ is typed', () => {
    for (const text of ['SELECT $|', 'SELECT $acc|', 'SELECT $|acc FROM events']) {
      expect(at(text), text).toEqual({
        from: 7,
        suggestions: [
          { label: '$access_key', kind: 'parameter', detail: 'text', description: 'Now AKIA1' },
          { label: '$from', kind: 'parameter', detail: 'timestamp', description: 'NULL: nothing is filled in.' },
        ],
      });
    }
    expect(labels('SELECT |')).not.toContain('$from');
  });

  it('keeps still in strings, comments, quoted names and numbers', () => {
    for (const text of [
      `SELECT 'ev|`,
      `SELECT 'ev|'`,
      `SELECT 'ev'|`,
      'SELECT 1 -- ev|',
      'SELECT /* ev| */ 1',
      'SELECT "ev|"',
      'SELECT $$ ev| $$',
      'SELECT 12|',
    ]) {
      expect(at(text), text).toBeNull();
    }
  });

  it('offers names given by WITH', () => {
    expect(labels('WITH earliest AS (SELECT 1) SELECT * FROM |')).toContain('earliest');
  });

  it('speaks Athena’s dialect', () => {
    const athena = { ...catalogue, dialect: 'athena' } as const;
    expect(labels('SELECT |', athena)).toEqual(
      expect.arrayContaining(['eventname', 'json_extract_scalar', 'from_iso8601_timestamp']),
    );
    expect(labels('SELECT |', athena)).not.toContain('regexp_matches');
    expect(labels('SELECT |', athena)).not.toContain('fileId');
  });
});
