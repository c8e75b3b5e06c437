import { sqlTokens, type SqlToken } from '#shared/sql/sql-tokens.ts';

/** How a statement names a relation: where a table stands, or only somewhere (a column may be called the same). */
export type Mention = 'table' | 'word';

/** Words that end a FROM clause's list of tables. */
const clauseWords = new Set(
  'select where group order having limit offset qualify window union intersect except on using set values'.split(' '),
);

/**
 * The names in a statement that could be those of earlier cells, in lower case. Well enough to know what to run first: a
 * name too many costs a run, and the engine alone decides what is read.
 */
export function mentionedNames(sql: string): ReadonlyMap<string, Mention> {
  const tokens = sqlTokens(sql).filter((token) => token.kind !== 'comment' && token.kind !== 'string');
  const mentions = new Map<string, Mention>();
  // Whether a table may stand here, for each open parenthesis.
  const isInFrom: boolean[] = [false];
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (token.text === '(') isInFrom.push(isInFrom.at(-1) === true && isTablePlace(before, true));
    else if (token.text === ')') {
      if (isInFrom.length > 1) isInFrom.pop();
    } else if (isWord(token, 'from', 'join')) isInFrom[isInFrom.length - 1] = true;
    else if (token.kind === 'word' && clauseWords.has(token.text.toLowerCase())) isInFrom[isInFrom.length - 1] = false;
    else if (token.kind === 'word' || token.kind === 'quoted') {
      if (before?.text === '.') return;
      const isTable = tokens[index + 1]?.text !== '(' && isTablePlace(before, isInFrom.at(-1) === true);
      const name = nameOf(token);
      if (isTable || !mentions.has(name)) mentions.set(name, isTable ? 'table' : 'word');
    }
  });
  return mentions;
}

function isTablePlace(before: SqlToken | undefined, isInFrom: boolean): boolean {
  if (before === undefined) return false;
  return isWord(before, 'from', 'join') || (isInFrom && (before.text === ',' || before.text === '('));
}

function isWord(token: SqlToken, ...words: readonly string[]): boolean {
  return token.kind === 'word' && words.includes(token.text.toLowerCase());
}

function nameOf(token: SqlToken): string {
  const name = token.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
  return name.toLowerCase();
}
