import type { DuckDBConnection } from '@duckdb/node-api';

/** SQL of two relations with the columns `rowNumber` and `cells` (VARCHAR[]). */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** Makes `table` of the rows that only one side has, counting equal ones: columns `change`, `rowNumber`, `cells`. */
export async function createSurplus(connection: DuckDBConnection, sides: Sides, table: string): Promise<number> {
  const counted = (rows: string) =>
    `(SELECT rowNumber, cells, row_number() OVER (PARTITION BY cells ORDER BY rowNumber) AS copy FROM ${rows})`;
  const surplus = (change: string, rows: string, others: string) =>
    `SELECT '${change}' AS change, rowNumber, cells FROM ${counted(rows)} AS one ANTI JOIN ${counted(others)} AS other USING (cells, copy)`;
  const { before, after } = sides;
  const created = await connection.run(
    `CREATE TABLE ${table} AS ${surplus('removed', before, after)} UNION ALL ${surplus('added', after, before)}`,
  );
  return Number((await created.getRows())[0]?.[0] ?? 0);
}

/**
 * The least number of leading columns that tell every row of a side from the others, on both sides, and are never empty;
 * 0 if there are none, or none are left beside them.
 */
export async function keyLength(connection: DuckDBConnection, sides: Sides, columnCount: number): Promise<number> {
  const relations = [sides.before, sides.after];

  async function filledColumns(rows: string): Promise<number> {
    const counts = Array.from({ length: columnCount }, (_, index) => `count(cells[${index + 1}])`);
    const reader = await connection.runAndReadAll(`SELECT count(*), ${counts.join(', ')} FROM ${rows}`);
    const [all, ...filled] = reader.getRows()[0] ?? [];
    const firstWithout = filled.findIndex((count) => count !== all);
    return firstWithout < 0 ? columnCount : firstWithout;
  }

  async function isUnique(length: number): Promise<boolean> {
    for (const rows of relations) {
      const twice = `SELECT 1 FROM ${rows} GROUP BY cells[1:${length}] HAVING count(*) > 1 LIMIT 1`;
      if ((await connection.runAndReadAll(twice)).currentRowCount > 0) return false;
    }
    return true;
  }

  let low = 1;
  let high = columnCount - 1;
  for (const rows of relations) high = Math.min(high, await filledColumns(rows));
  if (high < 1 || !(await isUnique(high))) return 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isUnique(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * SQL of the rows of a surplus with what became of them: columns `change` (removed, before, after or added), `place`,
 * `cells`. A row of each side with the same first `keyLength` cells are one row before and after, and have one place.
 */
export function changesSql(table: string, keyLength: number): string {
  if (keyLength === 0) return `(SELECT change, rowNumber AS place, cells FROM ${table})`;
  const before = `WHEN copies > 1 AND change = 'removed' THEN 'before'`;
  const after = `WHEN copies > 1 AND change = 'added' THEN 'after'`;
  return `(SELECT CASE ${before} ${after} ELSE change END AS change, coalesce(placeAfter, rowNumber) AS place, cells FROM (
    SELECT *, count(*) OVER twins AS copies, max(CASE WHEN change = 'added' THEN rowNumber END) OVER twins AS placeAfter
    FROM ${table} WINDOW twins AS (PARTITION BY cells[1:${keyLength}])))`;
}

/** The changes as rows to keep: `change`, then the cells as `typed` makes them, in the order of the results. */
export function differencesSql(changes: string, typed: readonly string[]): string {
  const order = `place, list_position(['removed', 'before', 'after', 'added'], change)`;
  const cells = typed.map((cell, index) => `${cell} AS c${index + 1}`);
  return `SELECT row_number() OVER (ORDER BY ${order}) AS rowNumber, change AS c0, ${cells.join(', ')} FROM ${changes}`;
}

export async function countChanges(
  connection: DuckDBConnection,
  changes: string,
): Promise<{ readonly added: number; readonly removed: number; readonly changed: number }> {
  const reader = await connection.runAndReadAll(`SELECT change, count(*) FROM ${changes} GROUP BY change`);
  const counts = new Map(reader.getRows().map(([change, count]) => [change, Number(count)]));
  const [added = 0, removed = 0, changed = 0] = ['added', 'removed', 'after'].map((change) => counts.get(change));
  return { added, removed, changed };
}
