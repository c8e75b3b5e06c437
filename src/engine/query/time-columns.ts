import { TrailbenchError } from '#shared/api/errors.ts';
import { isTimeType } from '#shared/notebook/charts/cell-values.ts';
import type { StoredColumn } from './result-store.ts';

/** Years 1 to 9999: what else a result holds is a sentinel or a mistake, and no calendar shows it. */
const firstMicros = -62_135_596_800_000_000n;
const lastMicros = 253_402_300_799_999_999n;

/**
 * Column number `index` of a kept result as microseconds since 1970 UTC (BIGINT); NULL where it is empty, can't be read or is
 * out of range. Text is read as ISO 8601, in UTC if it names no offset. Throws BAD_INPUT for a type that holds no times.
 */
export function timeSql(column: StoredColumn, index: number): string {
  if (column.type !== 'VARCHAR' && !isTimeType(column.type)) {
    throw new TrailbenchError('BAD_INPUT', `The column “${column.name}” is ${column.type} and holds no times.`);
  }
  // As TIMESTAMP, an offset in a text would be read over.
  const time = column.type === 'VARCHAR' ? `TRY_CAST(c${index} AS TIMESTAMPTZ)` : `c${index}`;
  return `CASE WHEN epoch_us(${time}) BETWEEN ${firstMicros} AND ${lastMicros} THEN epoch_us(${time}) END`;
}
