import type { DuckDBConnection } from '@duckdb/node-api';
import type { ResultColumn } from '#shared/api/query.ts';
import { isStorable } from '#engine/query/cells.ts';
import { checkStatement } from '#engine/query/fence.ts';
import { parseStatement, type StatementTree } from '#engine/query/statement-tree.ts';

/**
 * SQL expressions over `cells` (VARCHAR[]) that give each column its type back, so that rows sort by value. A column whose
 * texts would not all come back the same stays text. `rows` is SQL of a relation with `cells`.
 */
export async function typedCells(
  connection: DuckDBConnection,
  rows: string,
  columns: readonly ResultColumn[],
): Promise<readonly string[]> {
  const known = new Map<string, boolean>();
  for (const { type } of columns) if (!known.has(type)) known.set(type, await isTypeName(connection, type));
  const candidates = columns.map((column, index) => {
    const isNested = column.encoding === 'json' && column.type !== 'JSON';
    const cell = `cells[${index + 1}]`;
    const typed = isNested
      ? `TRY_CAST(TRY_CAST(${cell} AS JSON) AS ${column.type})`
      : `TRY_CAST(${cell} AS ${column.type})`;
    return [
      ...(known.get(column.type)
        ? [{ typed, text: isNested ? `CAST(to_json(${typed}) AS VARCHAR)` : `CAST(${typed} AS VARCHAR)` }]
        : []),
      ...(isNested ? [{ typed: `TRY_CAST(${cell} AS JSON)`, text: `CAST(TRY_CAST(${cell} AS JSON) AS VARCHAR)` }] : []),
      { typed: cell, text: cell },
    ];
  });
  const checks = candidates.flatMap((each, index) =>
    each.map(({ text }) => `coalesce(bool_and(${text} IS NOT DISTINCT FROM cells[${index + 1}]), true)`),
  );
  const reader = await connection.runAndReadAll(`SELECT ${checks.join(', ')} FROM ${rows}`);
  const returns = [...(reader.getRows()[0] ?? [])];
  return candidates.map((each, index) => {
    const fits = returns.splice(0, each.length);
    return each.find((_, at) => fits[at] === true)?.typed ?? `cells[${index + 1}]`;
  });
}

/**
 * Whether a text is the name of a type and nothing else, as DuckDB writes it. It comes from the case, so it may be any
 * text: only what parses as the type of one cast is asked about.
 */
async function isTypeName(connection: DuckDBConnection, type: string): Promise<boolean> {
  const sql = castTo(type);
  const tree = await parseStatement(connection, sql).catch(() => null);
  const model = await parseStatement(connection, castTo('INTEGER'));
  if (!tree || withoutType(tree) !== withoutType(model)) return false;
  try {
    checkStatement(sql, tree);
    const [described] = (await connection.runAndReadAll(sql)).columnTypes();
    return described !== undefined && (described.alias ?? described.toString()) === type && isStorable(described);
  } catch {
    return false;
  }
}

function castTo(type: string): string {
  return `SELECT CAST(NULL AS ${type})`;
}

function withoutType(tree: StatementTree): string {
  return JSON.stringify(tree, (key, item: unknown) =>
    key === 'query_location' || key === 'cast_type' ? undefined : item,
  );
}
