import type { DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import { utf16OffsetOfCharacter } from './text-position.ts';

/** DuckDB's parse tree, as `json_serialize_sql` writes it: plain objects, read with the helpers of the fence. */
export type TreeValue = string | number | boolean | null | readonly TreeValue[] | TreeNode;
export interface TreeNode {
  readonly [key: string]: TreeValue;
}

export interface StatementTree {
  readonly node: TreeNode;
  /** Names of the statement's parameters, in lower case as DuckDB keeps them. */
  readonly parameters: readonly string[];
}

type Serialized =
  | { error: false; statements: { node: TreeNode; named_param_map: { key: string }[] }[] }
  | { error: true; error_type: string; error_message: string; position?: string };

/** Longer texts only serve to exhaust the parser. */
const maxStatementCharacters = 200_000;

const otherKinds =
  'Trailbench runs statements that only read: SELECT, FROM, WITH, VALUES, DESCRIBE and SUMMARIZE, and PIVOT with its values listed (PIVOT … ON column IN (…)).';

/**
 * Parses `sql` with DuckDB's own parser, without binding or running it.
 * Throws SQL_REFUSED unless it is exactly one SELECT, SQL_FAILED with a position if it does not parse.
 */
export async function parseStatement(connection: DuckDBConnection, sql: string): Promise<StatementTree> {
  if (sql.length > maxStatementCharacters) {
    throw new TrailbenchError('SQL_REFUSED', 'The statement is longer than 200,000 characters. Shorten it.');
  }
  if (sql.includes('\0')) {
    throw new TrailbenchError('SQL_REFUSED', 'The statement contains a NUL character. Remove it.');
  }
  const serialized = await serialize(connection, sql);
  if (serialized.error) {
    if (serialized.error_type === 'parser') throw parserError(sql, serialized.error_message, serialized.position);
    throw new TrailbenchError('SQL_REFUSED', otherKinds);
  }
  const [statement, second] = serialized.statements;
  if (!statement) throw new TrailbenchError('SQL_FAILED', 'There is no statement to run.');
  if (second) {
    throw new TrailbenchError('SQL_REFUSED', 'There is more than one statement here. Run them one at a time.');
  }
  return { node: statement.node, parameters: statement.named_param_map.map((parameter) => parameter.key) };
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<Serialized> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [sql]);
  return JSON.parse(String(reader.getRows()[0]?.[0])) as Serialized;
}

function parserError(sql: string, message: string, position: string | undefined): TrailbenchError {
  if (/^A CTE needs a SELECT/.test(message)) return new TrailbenchError('SQL_REFUSED', otherKinds);
  const offset = position === undefined ? sql.length : utf16OffsetOfCharacter(sql, Number(position));
  return new TrailbenchError('SQL_FAILED', message.trim(), { position: { offset, length: tokenLength(sql, offset) } });
}

/** Length of the word, quoted text or operator at `offset`, for marking it; 0 at the end of the text. */
export function tokenLength(sql: string, offset: number): number {
  return /^(?:[\p{L}\p{N}_]+|"[^"\n]*"?|'[^'\n]*'?|[-+*/<>=~!@%^&|:]+|.)/u.exec(sql.slice(offset))?.[0].length ?? 0;
}

/**
 * Puts the user's statement into one of ours, as a subquery: `before + statement + after`. Proves by parsing the outcome
 * that the subquery is the very tree that was checked, so that no comment, semicolon or bracket can reach beyond it.
 * `before` and `after` must form a SELECT whose FROM is only that subquery. `before` ends with its only line break, so
 * that line n of the statement is line n + 1 of the outcome.
 */
export async function embedStatement(
  connection: DuckDBConnection,
  sql: string,
  tree: StatementTree,
  before: string,
  after: string,
): Promise<string> {
  const expected = frameOf(await parseStatement(connection, `${before}SELECT 1${after}`));
  const checked = withoutLocations(tree.node);
  for (const candidate of [sql, withoutSemicolons(sql)]) {
    // The line break ends a trailing `--` comment.
    const text = `${before}${candidate}\n${after}`;
    const outcome = await parseStatement(connection, text).catch(() => null);
    if (!outcome) continue;
    const frame = frameOf(outcome);
    if (frame?.inner === checked && frame.outer === expected?.outer) return text;
  }
  throw new TrailbenchError('SQL_REFUSED', 'Remove the semicolons and comments after the statement and run it again.');
}

/** Quoted text, comments, or a semicolon between statements. Where this errs, the proof by parsing fails. */
const quotedOrSemicolon = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|;/g;

function withoutSemicolons(sql: string): string {
  return sql.replace(quotedOrSemicolon, (match) => (match === ';' ? ' ' : match));
}

function frameOf(tree: StatementTree): { outer: string; inner: string } | null {
  const from = tree.node['from_table'] as TreeNode | undefined;
  const subquery = from?.['subquery'] as TreeNode | undefined;
  if (from?.['type'] !== 'SUBQUERY' || !subquery?.['node']) return null;
  const frame = { ...tree.node, from_table: { ...from, subquery: null } };
  return { outer: withoutLocations(frame), inner: withoutLocations(subquery['node']) };
}

function withoutLocations(value: TreeValue): string {
  return JSON.stringify(value, (key, item: unknown) => (key === 'query_location' ? undefined : item));
}

/** A tree as SQL text. Null unless parsing that text gives the very same tree. */
export async function deserializeStatement(
  connection: DuckDBConnection,
  tree: StatementTree,
): Promise<{ sql: string; tree: StatementTree } | null> {
  const named_param_map = tree.parameters.map((key, index) => ({ key, value: index + 1 }));
  const serialized = JSON.stringify(
    { error: false, statements: [{ node: tree.node, named_param_map }] },
    (key, item: unknown) => (key === 'query_location' ? 0 : item),
  );
  try {
    const reader = await connection.runAndReadAll('SELECT json_deserialize_sql($1::VARCHAR::JSON)', [serialized]);
    const sql = String(reader.getRows()[0]?.[0]);
    const outcome = await parseStatement(connection, sql);
    return withoutLocations(outcome.node) === withoutLocations(tree.node) ? { sql, tree: outcome } : null;
  } catch {
    return null;
  }
}
