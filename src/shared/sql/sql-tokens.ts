export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'comment' | 'parameter' | 'number' | 'mark';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** False for a string, quoted name or comment that the text ends within. */
  readonly isClosed: boolean;
}

const space = /\s+/y;
const quote = /[eE]?'|"/y;
const dollarQuote = /\$(?:[A-Za-z_]\w*)?\$/y;
const patterns: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['comment', /--[^\n]*/y],
  ['parameter', /\$\w+/y],
  ['number', /\d[\w.]*/y],
];

/** Tokens of the last texts, least recently used first: the cells of a page, of which one changes at a key. */
const kept = new Map<string, readonly SqlToken[]>();
const mostKept = 64;

/** Cuts SQL into tokens, well enough to find parameters and what completion needs; never fails. */
export function sqlTokens(text: string): readonly SqlToken[] {
  const tokens = kept.get(text) ?? cut(text);
  kept.delete(text);
  kept.set(text, tokens);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return tokens;
}

function cut(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    at += matchAt(space, text, at).length;
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
  const opening = matchAt(quote, text, from);
  if (opening !== '') return quotedToken(text, from, opening);
  const tag = matchAt(dollarQuote, text, from);
  if (tag !== '') return dollarQuotedToken(text, from, tag);
  for (const [kind, pattern] of patterns) {
    const match = matchAt(pattern, text, from);
    if (match === '') continue;
    const to = from + match.length;
    // A line comment goes on until its line ends.
    return { kind, text: match, from, to, isClosed: kind !== 'comment' || to < text.length };
  }
  return { kind: 'mark', text: text.charAt(from), from, to: from + 1, isClosed: true };
}

/** A pattern would run out of stack in a string of millions of quotes. */
function quotedToken(text: string, from: number, opening: string): SqlToken {
  const mark = opening.slice(-1);
  const hasEscapes = opening.length > 1;
  let at = from + opening.length;
  let isClosed = false;
  while (at < text.length && !isClosed) {
    const isPair = text[at] === mark && text[at + 1] === mark;
    isClosed = text[at] === mark && !isPair;
    at += isPair || (hasEscapes && text[at] === '\\') ? 2 : 1;
  }
  const to = Math.min(at, text.length);
  return { kind: mark === '"' ? 'quoted' : 'string', text: text.slice(from, to), from, to, isClosed };
}

function dollarQuotedToken(text: string, from: number, tag: string): SqlToken {
  const end = text.indexOf(tag, from + tag.length);
  const to = end < 0 ? text.length : end + tag.length;
  return { kind: 'string', text: text.slice(from, to), from, to, isClosed: end >= 0 };
}

/** Empty if the pattern does not match there. */
function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? '';
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
