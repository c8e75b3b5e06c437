import { duckdb, formatDialect, trino, type DialectOptions } from 'sql-formatter';
import type { SqlDialect } from '#shared/api/query.ts';
import { sqlTokens } from '#shared/sql/sql-tokens.ts';

/** `$name`, and DuckDB's `#1`: the first column of the result. */
const paramTypes = { named: ['$' as const], numbered: ['$' as const], custom: [{ regex: String.raw`#\d+` }] };
const dialects: Readonly<Record<SqlDialect, DialectOptions>> = {
  duckdb: { ...duckdb, tokenizerOptions: { ...duckdb.tokenizerOptions, paramTypes } },
  athena: { ...trino, tokenizerOptions: { ...trino.tokenizerOptions, paramTypes } },
};

/**
 * The statement laid out anew: line breaks and spaces change, no other character. Null if the formatter does not
 * understand it, or if more than its layout would change.
 */
export function formatSql(text: string, dialect: SqlDialect): string | null {
  let formatted: string;
  try {
    formatted = formatDialect(text, { dialect: dialects[dialect], tabWidth: 2, expressionWidth: 90 });
  } catch {
    return null;
  }
  return isSameStatement(text, formatted) ? formatted : null;
}

/** Whether two texts differ in nothing but the spaces between tokens. */
export function isSameStatement(first: string, second: string): boolean {
  return signature(first) === signature(second);
}

/** The tokens, a line each. Marks that touch may be one operator (`->>`, `::`), so that they stay together. */
function signature(text: string): string {
  const lines: string[] = [];
  let end = -1;
  let isOperator = false;
  for (const token of sqlTokens(text)) {
    const isMark = token.kind === 'mark' && !'()[]{},;.'.includes(token.text);
    if (isMark && isOperator && token.from === end) lines[lines.length - 1] += token.text;
    else lines.push(`${token.kind} ${token.text.trimEnd()}`);
    isOperator = isMark;
    end = token.to;
  }
  return lines.join('\n');
}
