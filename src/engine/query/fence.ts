import { TrailbenchError } from '#shared/api/errors.ts';
import { caseTables } from '#shared/tables/case-tables.ts';
import { exclusionReason, isAllowedInExpression, isAllowedInFrom } from './function-list.ts';
import { tokenLength, type StatementTree, type TreeNode, type TreeValue } from './statement-tree.ts';
import { utf16OffsetOfByte } from './text-position.ts';

/**
 * The second fence around a user's SQL (the first is the locked instance, the third the engine's own process): the whole
 * parse tree is walked, and what is not known to be harmless is refused. Every base table must be a relation of the case or
 * a common table expression in scope, every function must be on the reviewed list, every kind of node must be known here.
 */

/** Expression classes. All but the ones in `expressionChecks` are harmless by themselves; their children are walked. */
const harmlessExpressions = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'LAMBDA',
  'OPERATOR',
  'PARAMETER',
  'POSITIONAL_REFERENCE',
  'STAR',
  'SUBQUERY',
]);

/** Query nodes, table references, modifiers and types that are harmless by themselves. */
const harmlessNodes = new Set([
  'SELECT_NODE',
  'SET_OPERATION_NODE',
  'RECURSIVE_CTE_NODE',
  'EMPTY',
  'EXPRESSION_LIST',
  'JOIN',
  'SUBQUERY',
  'LIMIT_MODIFIER',
  'LIMIT_PERCENT_MODIFIER',
  'ORDER_MODIFIER',
  'DISTINCT_MODIFIER',
  'ASCENDING',
  'DESCENDING',
  'ORDER_DEFAULT',
  'ARRAY_TYPE_INFO',
  'DECIMAL_TYPE_INFO',
  'ENUM_TYPE_INFO',
  'GENERIC_TYPE_INFO',
  'LIST_TYPE_INFO',
  'STRING_TYPE_INFO',
  'STRUCT_TYPE_INFO',
  'UNBOUND_TYPE_INFO',
]);

/** DuckDB stops expressions at a depth of 1,000 (two levels of JSON each); a chain of UNIONs is stopped here. */
const maxTreeDepth = 2_500;

const tableNames = new Set(caseTables.map((table) => table.name.toLowerCase()));

/** Names of common table expressions that a part of the tree can see, in lower case. */
type Scope = ReadonlySet<string>;

interface Visit {
  readonly value: TreeValue;
  readonly scope: Scope;
  readonly depth: number;
  /** The call of a table function: its name was checked against the list for FROM. */
  readonly isTableFunction?: boolean;
}

/**
 * Throws SQL_REFUSED, with the place in `sql`, unless the statement can only read the case and `relations` (lower-case
 * names of what it is offered beside the case's tables).
 */
export function checkStatement(sql: string, tree: StatementTree, relations: ReadonlySet<string> = new Set()): void {
  const pending: Visit[] = [{ value: tree.node, scope: relations, depth: 0 }];
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    if (visit.depth > maxTreeDepth) {
      throw new TrailbenchError('SQL_REFUSED', 'The statement is nested too deeply. Split it into steps.');
    }
    pending.push(...visitsBelow(sql, visit));
  }
}

function visitsBelow(sql: string, visit: Visit): Visit[] {
  const { value, scope } = visit;
  const depth = visit.depth + 1;
  if (typeof value !== 'object' || value === null) return [];
  if (isList(value)) return value.map((item) => ({ value: item, scope, depth }));
  if (!visit.isTableFunction) checkNode(sql, value, scope);
  const { scope: inner, definitions } = scopeOf(value, scope);
  const children = Object.entries(value)
    .filter(([key]) => key !== 'cte_map')
    .map(([key, child]) => ({
      value: child,
      scope: childScope(value, key, inner),
      depth,
      isTableFunction: value['type'] === 'TABLE_FUNCTION' && key === 'function',
    }));
  return [...children, ...definitions.map((definition) => ({ ...definition, depth }))];
}

/** A recursive expression sees itself in its right-hand side only. */
function childScope(node: TreeNode, key: string, scope: Scope): Scope {
  if (node['type'] !== 'RECURSIVE_CTE_NODE' || key !== 'right') return scope;
  return new Set([...scope, textOf(node, 'cte_name')]);
}

/** WITH: an expression sees those before it; the statement sees all. */
function scopeOf(node: TreeNode, outer: Scope): { scope: Scope; definitions: { value: TreeValue; scope: Scope }[] } {
  const map = (node['cte_map'] as { map?: readonly TreeNode[] } | undefined)?.map ?? [];
  const definitions: { value: TreeValue; scope: Scope }[] = [];
  let scope = outer;
  for (const entry of map) {
    definitions.push({ value: entry['value'] ?? null, scope });
    scope = new Set([...scope, textOf(entry, 'key')]);
  }
  return { scope, definitions };
}

function checkNode(sql: string, node: TreeNode, scope: Scope): void {
  if (typeof node['class'] === 'string') return checkExpression(sql, node);
  if (typeof node['type'] !== 'string') return;
  switch (node['type']) {
    case 'BASE_TABLE':
      return checkBaseTable(sql, node, scope);
    case 'TABLE_FUNCTION':
      return checkTableFunction(sql, node);
    case 'SHOW_REF':
      return checkShow(sql, node);
    case 'PIVOT':
      return checkPivot(sql, node);
    default:
      if (!harmlessNodes.has(node['type']))
        refuse(sql, node, `${node['type']} is not something Trailbench’s SQL knows.`);
  }
}

function checkExpression(sql: string, node: TreeNode): void {
  const kind = String(node['class']);
  if (kind === 'FUNCTION' || kind === 'WINDOW') {
    const name = String(node['function_name']);
    if (!isAllowedInExpression(name)) refuseFunction(sql, node, name);
    if (node['export_state'] === true) refuse(sql, node, 'EXPORT_STATE is not available here.');
    return;
  }
  if (!harmlessExpressions.has(kind)) refuse(sql, node, `${kind} is not something Trailbench’s SQL knows.`);
}

function checkBaseTable(sql: string, node: TreeNode, scope: Scope): void {
  const name = String(node['table_name']);
  const catalog = textOf(node, 'catalog_name');
  const schema = textOf(node, 'schema_name');
  const isOfCase =
    (catalog === '' && ['', 'main', 'trailbench'].includes(schema)) || (catalog === 'trailbench' && schema === 'main');
  if (node['at_clause'] !== null)
    refuse(sql, node, 'AT is not available: a case keeps no older versions of its tables.');
  if (isOfCase && tableNames.has(name.toLowerCase())) return;
  // `recurring.name` is DuckDB's way to read what a recursive expression with USING KEY has gathered so far.
  if (catalog === '' && (schema === '' || schema === 'recurring') && scope.has(name.toLowerCase())) return;
  const shown = [catalog, schema, name].filter(Boolean).join('.');
  refuse(
    sql,
    node,
    `“${shown}” is not a table of this case. Its tables are ${[...tableNames].join(', ')}. Files are queried once they are imported.`,
  );
}

function checkTableFunction(sql: string, node: TreeNode): void {
  const call = node['function'] as TreeNode;
  const name = String(call['function_name']);
  if (call['class'] !== 'FUNCTION') refuse(sql, node, 'This is not a relation that Trailbench’s SQL knows.');
  if (!isAllowedInFrom(name)) refuseFunction(sql, node, name);
}

function checkShow(sql: string, node: TreeNode): void {
  const kind = String(node['show_type']);
  if ((kind === 'DESCRIBE' || kind === 'SUMMARY') && node['query'] !== null) return;
  refuse(sql, node, 'SHOW is not available. DESCRIBE events lists a table’s columns; the Schema page explains them.');
}

function checkPivot(sql: string, node: TreeNode): void {
  const pivots = (node['pivots'] ?? []) as readonly TreeNode[];
  if (pivots.some((pivot) => pivot['pivot_enum'] !== '')) {
    refuse(sql, node, 'PIVOT over an enum is not available. List the values: ON column IN (…).');
  }
}

function refuseFunction(sql: string, node: TreeNode, name: string): never {
  const reason = exclusionReason(name);
  refuse(
    sql,
    node,
    reason
      ? `${name}() is not available: it ${reason}. SQL here reads the tables of the case and nothing else.`
      : `There is no function ${name}() here. The editor completes the names of those there are.`,
  );
}

function refuse(sql: string, node: TreeNode, sentence: string): never {
  const location = Number(node['query_location'] ?? Number.NaN);
  if (!(location < sql.length * 4)) throw new TrailbenchError('SQL_REFUSED', sentence);
  const offset = utf16OffsetOfByte(sql, location);
  throw new TrailbenchError('SQL_REFUSED', sentence, { position: { offset, length: tokenLength(sql, offset) } });
}

function textOf(node: TreeNode, key: string): string {
  return String(node[key] ?? '').toLowerCase();
}

function isList(value: TreeValue): value is readonly TreeValue[] {
  return Array.isArray(value);
}
