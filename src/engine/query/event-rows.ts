import type { DuckDBConnection } from '@duckdb/node-api';
import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { deserializeStatement, type StatementTree, type TreeNode, type TreeValue } from './statement-tree.ts';

/**
 * `SELECT * FROM events WHERE …` copies the case if it is materialised: gigabytes, of which a person looks at a page. For
 * statements that pick whole rows or plain columns of `events`, it is enough to keep which rows they are, in order, and to
 * read the columns of a window when it is shown. Evidence tables only grow, so a row keeps its `rowid`.
 */
export interface EventRows {
  /** The same statement, selecting `rowid` instead of its columns. */
  readonly sql: string;
  readonly tree: StatementTree;
  /** The columns it selects, in order. */
  readonly columns: readonly string[];
}

/** Null if the statement is not of that form, or orders rows so that a window's would lie scattered over the case. */
export async function eventRowsOf(connection: DuckDBConnection, tree: StatementTree): Promise<EventRows | null> {
  const { node } = tree;
  const isPlain =
    node['type'] === 'SELECT_NODE' &&
    isEmptyList((node['cte_map'] as TreeNode | null)?.['map']) &&
    isEmptyList(node['group_expressions']) &&
    isEmptyList(node['group_sets']) &&
    node['aggregate_handling'] === 'STANDARD_HANDLING' &&
    node['having'] === null &&
    node['qualify'] === null &&
    node['sample'] === null &&
    isEvents(node['from_table'] as TreeNode) &&
    (node['modifiers'] as readonly TreeNode[]).every(keepsEvidenceOrder);
  if (!isPlain) return null;
  const columns = (node['select_list'] as readonly TreeNode[]).map(columnsOf);
  if (columns.some((names) => names === null)) return null;
  const rowIds = { ...node, select_list: [rowIdColumn] };
  const outcome = await deserializeStatement(connection, { node: rowIds, parameters: tree.parameters });
  return outcome && { ...outcome, columns: columns.flatMap((names) => names ?? []) };
}

const rowIdColumn: TreeNode = {
  class: 'COLUMN_REF',
  type: 'COLUMN_REF',
  alias: '',
  query_location: 0,
  column_names: ['rowid'],
};

/** SQL of a relation with `rowNumber`, `c0`, `c1` …, for a table with `rowNumber` and `event`. */
export function eventRowsRelation(table: string, columns: readonly string[]): string {
  const named = columns.map((column, index) => `events.${quoteIdentifier(column)} AS c${index}`);
  return `(SELECT rowNumber, ${named.join(', ')} FROM ${table} AS picked JOIN trailbench.main.events AS events ON events.rowid = picked.event)`;
}

function isEvents(from: TreeNode): boolean {
  return (
    from['type'] === 'BASE_TABLE' &&
    String(from['table_name']).toLowerCase() === eventsTable.name &&
    from['sample'] === null &&
    isEmptyList(from['column_name_alias'])
  );
}

/** LIMIT, and ORDER BY eventTime: files are imported in the order of their times. */
function keepsEvidenceOrder(modifier: TreeNode): boolean {
  if (modifier['type'] === 'LIMIT_MODIFIER') return true;
  if (modifier['type'] !== 'ORDER_MODIFIER') return false;
  const columns = (modifier['orders'] as readonly TreeNode[]).map((order) =>
    columnName(order['expression'] as TreeNode),
  );
  return columns[0] === 'eventtime' && columns.every((name) => name !== null);
}

function columnsOf(expression: TreeNode): readonly string[] | null {
  if (expression['alias'] !== '') return null;
  if (expression['class'] === 'STAR') {
    const isAll =
      expression['relation_name'] === '' &&
      expression['columns'] === false &&
      ['exclude_list', 'replace_list', 'qualified_exclude_list', 'rename_list'].every((key) =>
        isEmptyList(expression[key]),
      );
    return isAll ? eventsTable.columns.map((column) => column.name) : null;
  }
  const name = columnName(expression);
  const column = eventsTable.columns.find((each) => each.name.toLowerCase() === name);
  return column ? [column.name] : null;
}

/** Lower-case name of a reference to a column of its own (not to a field in it), else null. */
function columnName(expression: TreeNode): string | null {
  const names = expression['column_names'] as readonly string[] | undefined;
  if (expression['class'] !== 'COLUMN_REF' || names?.length !== 1) return null;
  return names[0]?.toLowerCase() ?? null;
}

function isEmptyList(value: TreeValue | undefined): boolean {
  return Array.isArray(value) && value.length === 0;
}
