import type { DuckDBConnection } from '@duckdb/node-api';

/** A name that a statement compares with `eventName`, and the services it is about; empty if it does not say. */
export interface EventNameLiteral {
  readonly name: string;
  readonly how: 'equal' | 'prefix' | 'like';
  readonly eventSources: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

/**
 * Every text that the statement holds against a column called `eventName`, from DuckDB's own parse: by `=`, `IN`, `LIKE`,
 * `starts_with`, and the lists (VALUES) whose columns are called so. Beside it in the same AND, or in the same row, the
 * texts for `eventSource`.
 */
export async function eventNameLiterals(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly EventNameLiteral[]> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($sql::VARCHAR)', { sql });
  const tree = JSON.parse(String(reader.getRows()[0]?.[0])) as Node;
  if (tree['error'] === true) throw new Error(String(tree['error_message']));
  const found: EventNameLiteral[] = [];
  collect(tree['statements'], [], found);
  return found;
}

function collect(value: unknown, eventSources: readonly string[], found: EventNameLiteral[]): void {
  if (Array.isArray(value)) return value.forEach((item) => collect(item, eventSources, found));
  if (!isNode(value)) return;
  if (Array.isArray(value['column_name_alias'])) collectRows(value, found);
  const own = value['type'] === 'CONJUNCTION_AND' ? sourcesBeside(value) : [];
  const sources = own.length > 0 ? own : eventSources;
  for (const [how, name] of comparedWith(value, 'eventname')) found.push({ name, how, eventSources: sources });
  Object.values(value).forEach((part) => collect(part, sources, found));
}

/** What the members of an AND say about `eventSource`; an AND within it is one of its parts. */
function sourcesBeside(conjunction: Node): readonly string[] {
  return nodes(conjunction['children']).flatMap((child) =>
    child['type'] === 'CONJUNCTION_AND'
      ? sourcesBeside(child)
      : comparedWith(child, 'eventsource').map(([, text]) => text),
  );
}

function comparedWith(node: Node, column: string): readonly (readonly [EventNameLiteral['how'], string])[] {
  const children = nodes(node['children']);
  const type = node['type'];
  if (type === 'COMPARE_EQUAL' || type === 'COMPARE_NOTEQUAL') {
    const sides = [node['left'], node['right']].filter(isNode);
    return sides.some((side) => isColumn(side, column))
      ? sides.flatMap((side) => texts(side).map((text) => ['equal', text] as const))
      : [];
  }
  if (children[0] === undefined || !isColumn(children[0], column)) return [];
  const [, ...rest] = children;
  const given = rest.flatMap(texts);
  if (type === 'COMPARE_IN' || type === 'COMPARE_NOT_IN') return given.map((text) => ['equal', text] as const);
  if (type !== 'FUNCTION') return [];
  if (node['function_name'] === 'starts_with') return given.map((text) => ['prefix', text] as const);
  return node['function_name'] === '~~' ? given.map((text) => ['like', text] as const) : [];
}

/** `(VALUES (…), (…)) AS list(eventSource, eventName)`, which DuckDB reads as a query that selects from the rows. */
function collectRows(list: Node, found: EventNameLiteral[]): void {
  const columns = (list['column_name_alias'] as readonly string[]).map((name) => name.toLowerCase());
  const [nameAt, sourceAt] = [columns.indexOf('eventname'), columns.indexOf('eventsource')];
  const rows = part(part(part(list, 'subquery'), 'node'), 'from_table')['values'] ?? list['values'];
  if (nameAt < 0 || !Array.isArray(rows)) return;
  for (const row of rows as readonly (readonly Node[])[]) {
    const eventSources = row[sourceAt] === undefined ? [] : texts(row[sourceAt]);
    for (const name of row[nameAt] === undefined ? [] : texts(row[nameAt])) {
      found.push({ name, how: 'equal', eventSources });
    }
  }
}

function part(node: Node, name: string): Node {
  const value = node[name];
  return isNode(value) ? value : {};
}

function isColumn(node: Node, name: string): boolean {
  const path = node['column_names'];
  return node['class'] === 'COLUMN_REF' && Array.isArray(path) && String(path.at(-1)).toLowerCase() === name;
}

function texts(node: Node): readonly string[] {
  const value = node['value'];
  return node['class'] === 'CONSTANT' && isNode(value) && typeof value['value'] === 'string' ? [value['value']] : [];
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
