import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryParameters, Translation } from '#shared/api/query.ts';
import { knownRelations, type OfferedRelation } from './catalogue.ts';
import { withPostponed, type Context } from './context.ts';
import { Cursor } from './cursor.ts';
import { parseQuery } from './parse-query.ts';
import { refuse, SqlProblem } from './problem.ts';
import { Scope } from './scope.ts';
import { otherStatement } from './statement-kinds.ts';
import type { Query } from './syntax.ts';
import { translateQuery } from './translate-query.ts';

const maxStatementCharacters = 200_000;

/**
 * A statement of Athena's dialect as DuckDB runs it, with the same meaning: what has none is refused. `offered` are the
 * relations beside the case's tables that it may read, `parameters` the values it will be given. Throws SQL_FAILED (it is not Athena's SQL), SQL_REFUSED (with the
 * reason), both with the place in `sql`.
 */
export function translateAthena(
  sql: string,
  offered: readonly OfferedRelation[] = [],
  parameters: QueryParameters = {},
): Promise<Translation> {
  return Promise.resolve().then(() => translate(sql, offered, parameters));
}

function translate(sql: string, offered: readonly OfferedRelation[], parameters: QueryParameters): Translation {
  try {
    if (sql.length > maxStatementCharacters) {
      throw new SqlProblem('The statement is longer than 200,000 characters. Shorten it.', 0, 0, 'SQL_REFUSED');
    }
    const control = sql.search(/[^\P{Cc}\t\n\v\f\r]/u);
    if (control >= 0)
      throw new SqlProblem('The statement contains a control character. Remove it.', control, 1, 'SQL_REFUSED');
    const context: Context = {
      scope: new Scope(null),
      ctes: [],
      offered: knownRelations(offered),
      notes: new Set(),
      parameters,
      postponed: [],
      isInTry: false,
      takenNames: [],
      aliases: [],
    };
    const { text } = translateQuery(parseStatement(sql), context, true);
    return { sql: withPostponed(text, context.postponed), notes: [...context.notes] };
  } catch (error) {
    if (error instanceof SqlProblem) throw error.asError();
    // Recursion is bounded by the parser but for chains such as a + b + c …, which only a machine writes that long.
    if (error instanceof RangeError) {
      throw new TrailbenchError('SQL_REFUSED', 'The statement is nested too deeply. Split it into steps.', undefined, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Exactly one query, with or without a semicolon after it. */
function parseStatement(sql: string): Query {
  const cursor = new Cursor(sql);
  if (cursor.peek().kind === 'end') cursor.fail('A query is expected');
  const reason = otherStatement(cursor);
  if (reason !== null) refuse(cursor.peek(), reason);
  const query = parseQuery(cursor);
  let hasSemicolon = false;
  while (cursor.accept(';')) hasSemicolon = true;
  if (cursor.peek().kind === 'end') return query;
  if (hasSemicolon) refuse(cursor.peek(), 'There is more than one statement here. Run them one at a time.');
  return cursor.fail('The end of the statement is expected');
}
