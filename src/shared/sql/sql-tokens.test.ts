import { describe, expect, it } from 'vitest';
import { parameterNames, sqlTokens } from './sql-tokens.ts';

describe('parameterNames', () => {
  it('finds each name once, in order', () => {
    expect(parameterNames('SELECT $to, $from_time FROM events WHERE x = $to AND y=$a1')).toEqual([
      'to',
      'from_time',
      'a1',
    ]);
  });

  it('finds none in strings, quoted names, comments and dollar quotes', () => {
    const text = `SELECT '$a', "$b", E'it\\'s $c', $$ $d $$, $tag$ $e $tag$ -- $f
      /* $g /* $h */ $i */ FROM t WHERE k = $real`;
    expect(parameterNames(text)).toEqual(['real']);
  });
});

describe('sqlTokens', () => {
  it('covers every character that is no space, once', () => {
    const text = `SELECT a.b, 'it''s', 1.5e3 FROM "x""y" -- end`;
    let at = 0;
    for (const token of sqlTokens(text)) {
      expect(text.slice(at, token.from).trim()).toBe('');
      expect(text.slice(token.from, token.to)).toBe(token.text);
      at = token.to;
    }
    expect(at).toBe(text.length);
  });

  it('knows when the text ends inside a string or a comment', () => {
    expect(sqlTokens(`SELECT 'abc`).at(-1)).toMatchObject({ kind: 'string', isClosed: false });
    expect(sqlTokens(`SELECT '`).at(-1)).toMatchObject({ kind: 'string', isClosed: false });
    expect(sqlTokens(`SELECT 'abc'`).at(-1)).toMatchObject({ kind: 'string', isClosed: true });
    expect(sqlTokens('SELECT /* a').at(-1)).toMatchObject({ kind: 'comment', isClosed: false });
    expect(sqlTokens('SELECT 1 -- a').at(-1)).toMatchObject({ kind: 'comment', isClosed: false });
    expect(sqlTokens('SELECT 1 -- a\n').at(-1)).toMatchObject({ kind: 'comment', isClosed: true });
  });

  it('knows where strings of every kind end', () => {
    for (const text of [`'it''s'`, `''`, `E'a\\'b'`, `e'\\\\'`, '$$ a $b$ $$', '$t$ $$ $t$', '"a""b"']) {
      expect(sqlTokens(`${text} x`)[0], text).toMatchObject({ text, isClosed: true });
    }
    for (const text of [`'it''`, `E'a\\'`, `E'a\\`, '$$ a $', '$t$ $$', '$t$', '"a""']) {
      expect(sqlTokens(text), text).toMatchObject([{ text, isClosed: false }]);
    }
  });

  it('copes with millions of quotes', () => {
    for (const quotes of [`'${"''".repeat(2_000_000)}`, `E'${"\\'".repeat(2_000_000)}`, `"${'""'.repeat(2_000_000)}`]) {
      expect(sqlTokens(quotes)).toHaveLength(1);
    }
  });
});
