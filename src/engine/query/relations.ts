import type { ResultRelation } from '#shared/api/query.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { caseTables } from '#shared/tables/case-tables.ts';
import { athenaViews, viewSql } from '#shared/tables/cloudtrail-logs.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import type { ResultStore, StoredResult } from './result-store.ts';
import type { StatementTree, TreeValue } from './statement-tree.ts';

/** A relation that a statement sees beside the case's tables: one of Athena's views, or a kept result. */
export interface Relation {
  readonly name: string;
  /** A SELECT, on one line. */
  readonly sql: string;
  /** Null for a view. */
  readonly result: StoredResult | null;
}

/** All that a statement may name. Throws RESULT_GONE, BAD_INPUT. */
export function relationsFor(store: ResultStore, given: readonly ResultRelation[]): readonly Relation[] {
  const taken = new Set([...athenaViews, ...caseTables].map((relation) => relation.name.toLowerCase()));
  const results = given.map(({ name, resultId }): Relation => {
    if (taken.has(name.toLowerCase())) {
      throw new TrailbenchError('BAD_INPUT', `There are two relations called “${name}”. Give one another name.`);
    }
    taken.add(name.toLowerCase());
    const result = store.get(resultId);
    const columns = result.columns.map((column, index) => `c${index} AS ${quoteIdentifier(column.name)}`);
    return { name, sql: `SELECT ${columns.join(', ')} FROM ${result.relation}`, result };
  });
  const views = athenaViews.map((view): Relation => ({ name: view.name, sql: viewSql(view), result: null }));
  return [...views, ...results];
}

/** Those that the statement names anywhere as a table; one that a WITH of its own hides may be among them. */
export function usedRelations(tree: StatementTree, relations: readonly Relation[]): readonly Relation[] {
  const names = new Set<string>();
  const pending: TreeValue[] = [tree.node];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && 'type' in value && value['type'] === 'BASE_TABLE') {
      names.add(String((value as { table_name?: TreeValue }).table_name).toLowerCase());
    }
    pending.push(...Object.values(value));
  }
  return relations.filter((relation) => names.has(relation.name.toLowerCase()));
}

/** `WITH …` to put before a statement, on one line; empty without relations. Each is read where it is used, not copied. */
export function withClause(relations: readonly Relation[]): string {
  if (relations.length === 0) return '';
  const named = relations.map(({ name, sql }) => `${quoteIdentifier(name)} AS NOT MATERIALIZED (${sql})`);
  return `WITH ${named.join(', ')} `;
}
