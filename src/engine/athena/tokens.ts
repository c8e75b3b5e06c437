import { SqlProblem } from './problem.ts';

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Words as written, the content of quoted names and strings, else the characters themselves. */
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

const symbols = ['->', '<>', '!=', '<=', '>=', '||', '=>', ...'()[],.;*+-/%=<>?:{}$@#&|^~!\\'];
const typographic = /[‘’‚“”„«»]/;

/** Athena's tokens; comments and white space (also the no-break spaces of web pages) are left out. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const add = (kind: TokenKind, text: string, offset: number, end: number): number => {
    tokens.push({ kind, text, offset, length: end - offset });
    return end;
  };
  let position = 0;
  while (position < sql.length) {
    const rest = sql.slice(position, position + 200);
    const space = /^[\s\u00a0\u200b\ufeff]+/.exec(rest);
    if (space) {
      position += space[0].length;
    } else if (rest.startsWith('--')) {
      const end = sql.indexOf('\n', position);
      position = end < 0 ? sql.length : end;
    } else if (rest.startsWith('/*')) {
      const end = sql.indexOf('*/', position + 2);
      if (end < 0) throw new SqlProblem('This comment is never closed: */ is missing.', position, 2);
      position = end + 2;
    } else if (/^['"`]/.test(rest)) {
      position = readQuoted(sql, position, add);
    } else {
      position = readPlain(sql, position, add);
    }
  }
  add('end', '', sql.length, sql.length);
  return tokens;
}

type Add = (kind: TokenKind, text: string, offset: number, end: number) => number;

function readQuoted(sql: string, start: number, add: Add): number {
  const quote = sql.charAt(start);
  let text = '';
  let position = start + 1;
  for (;;) {
    const end = sql.indexOf(quote, position);
    if (end < 0) throw new SqlProblem(`This ${quote} is never closed.`, start, 1);
    text += sql.slice(position, end);
    if (sql[end + 1] !== quote) return add(quote === `'` ? 'string' : 'quoted', text, start, end + 1);
    text += quote;
    position = end + 2;
  }
}

const number = /^(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/;
const word = /^[\p{L}_][\p{L}\p{N}_]*/u;

function readPlain(sql: string, start: number, add: Add): number {
  const found = (kind: TokenKind, pattern: RegExp, skipped = 0) => {
    // Of a word or a number that long, only the beginning matters: it is refused.
    const match = pattern.exec(sql.slice(start + skipped, start + 2000));
    return match ? add(kind, match[0], start, start + skipped + match[0].length) : null;
  };
  const character = sql.charAt(start);
  const isParameter = character === '$' && word.test(sql.slice(start + 1, start + 3));
  const end = isParameter ? found('parameter', word, 1) : (found('word', word) ?? found('number', number));
  if (end !== null) return end;
  const symbol = symbols.find((candidate) => sql.startsWith(candidate, start));
  if (symbol) return add('symbol', symbol, start, start + symbol.length);
  throw new SqlProblem(
    typographic.test(character)
      ? `${character} is a typographic quote, as word processors and web pages make them. Type ' around text, " around names.`
      : `“${character}” has no meaning in Athena’s SQL.`,
    start,
    1,
  );
}
