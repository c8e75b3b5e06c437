import type { Context } from './context.ts';
import { nameInDuckdb } from './duckdb-types.ts';
import { textLiteral } from './sql-text.ts';
import { isText, type Type } from './types.ts';

/** An expression that fails the statement with a sentence when it is reached, where a value of `type` is expected. */
export function failure(context: Context, sentence: string, type: Type): string {
  if (!context.isInTry) return `error(${textLiteral(sentence)})`;
  // TRY takes no volatile function, and error() is one; a cast that can't succeed is none.
  const cast = (name: string) => `CAST(${textLiteral(sentence)} AS ${name})`;
  return isText(type) ? `CAST(${cast('INTEGER')} AS VARCHAR)` : cast(nameInDuckdb(type) ?? 'INTEGER');
}
