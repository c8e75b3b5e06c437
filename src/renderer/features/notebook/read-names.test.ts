import { describe, expect, it } from 'vitest';
import { mentionedNames } from './read-names.ts';

function tables(sql: string): readonly string[] {
  return [...mentionedNames(sql)].filter(([, mention]) => mention === 'table').map(([name]) => name);
}

describe('mentionedNames', () => {
  it('finds tables where tables stand', () => {
    expect(
      tables('SELECT a, b FROM First_Seen f JOIN "other ""one""" o ON f.a = o.a WHERE f.a IN (FROM third)'),
    ).toEqual(['first_seen', 'other "one"', 'third']);
    expect(tables('FROM one, (two JOIN three USING (k)), four')).toEqual(['one', 'two', 'three', 'four']);
    expect(tables('WITH x AS (SELECT * FROM inner_one) SELECT a, b FROM x ORDER BY a, b')).toEqual(['x', 'inner_one']);
  });

  it('takes a column or a table function for neither', () => {
    const mentions = mentionedNames('SELECT activity, e.activity2 FROM events e, range(3), unnest(list)');
    expect(mentions.get('activity')).toBe('word');
    expect(mentions.has('activity2')).toBe(false);
    expect(mentions.get('range')).toBe('word');
    expect(mentions.get('list')).toBe('word');
    expect(mentions.get('events')).toBe('table');
  });

  it('reads no names in strings, comments and parameters', () => {
    expect(tables("SELECT 'FROM a' -- FROM b\n /* FROM c */ FROM d WHERE x = $e")).toEqual(['d']);
  });
});
