import { TrailbenchError } from '#shared/api/errors.ts';
import type { Translation } from '#shared/api/query.ts';

/** A statement of Athena's dialect as DuckDB runs it. Throws SQL_FAILED, SQL_REFUSED (with the reason). */
export async function translateAthena(sql: string): Promise<Translation> {
  throw new TrailbenchError('SQL_REFUSED', `Not yet: ${sql.length}`);
}
