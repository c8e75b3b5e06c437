export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'comment' | 'parameter' | 'number' | 'mark';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** False for a string, quoted name or comment that the text ends within. */
  readonly isClosed: boolean;
}

const space = /\s+/y;
const patterns: readonly (readonly [SqlToken['kind'], RegExp, RegExp | null])[] = [
  ['comment', /--[^\n]*/y, null],
  ['string', /[eE]'(?:[^'\\]|\\.|'')*('|$)/sy, /'$/],
  ['string', /'(?:[^']|'')*('|$)/y, /'$/],
  ['quoted', /"(?:[^"]|"")*("|$)/y, /"$/],
  ['string', /\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)/y, /\$$/],
  ['parameter', /\$\w+/y, null],
  ['number', /\d[\w.]*/y, null],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy, null],
];

/** Cuts SQL into tokens, well enough to find parameters and what completion needs; never fails. */
export function sqlTokens(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    space.lastIndex = at;
    at += space.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = text.startsWith('/*', at) ? blockComment(text, at) : nextToken(text, at);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

/** Names of the `$name` parameters, in the order they first occur. */
export function parameterNames(text: string): readonly string[] {
  const names = sqlTokens(text)
    .filter((token) => token.kind === 'parameter')
    .map((token) => token.text.slice(1));
  return [...new Set(names)];
}

function nextToken(text: string, from: number): SqlToken {
  for (const [kind, pattern, closing] of patterns) {
    pattern.lastIndex = from;
    const match = pattern.exec(text)?.[0];
    if (match === undefined) continue;
    const isClosed = closing === null || (match.length > 1 && closing.test(match));
    // A line comment goes on until its line ends.
    const isOpenComment = kind === 'comment' && from + match.length === text.length;
    return { kind, text: match, from, to: from + match.length, isClosed: isClosed && !isOpenComment };
  }
  return { kind: 'mark', text: text.charAt(from), from, to: from + 1, isClosed: true };
}

/** Block comments nest, as in PostgreSQL's grammar that DuckDB took over. */
function blockComment(text: string, from: number): SqlToken {
  let depth = 0;
  let at = from;
  do {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
    } else at += 1;
  } while (depth > 0 && at < text.length);
  const to = Math.min(at, text.length);
  return { kind: 'comment', text: text.slice(from, to), from, to, isClosed: depth === 0 };
}
