import type { Cell } from '../../api/query.ts';
import { microsFromText } from '../../utc.ts';

/** DuckDB's types of points in time. */
export function isTimeType(type: string): boolean {
  return /^(TIMESTAMP( WITH TIME ZONE|_S|_MS|_NS)?|DATE)$/.test(type);
}

export function isNumberType(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|FLOAT|DOUBLE|BIGNUM)\b[^[]*$/.test(type);
}

/**
 * Microseconds since 1970 of a time as DuckDB or ISO 8601 writes it: a date alone, with a `Z` or an offset (`+00`, `-07:30`),
 * digits beyond microseconds cut. Null for anything else.
 */
export function microsOfCell(cell: Cell): number | null {
  if (typeof cell !== 'string' || cell.length > 40) return null;
  const text = cell.trim().replace(/(\.\d{6})\d+/, '$1');
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return microsFromText(`${text} 00:00:00`);
  const [, before = text, sign, hours = '0', minutes = '0'] =
    /^(\S+[ T]\S+?) ?([+-])(\d\d)(?::?(\d\d))?$/.exec(text) ?? [];
  const micros = microsFromText(before);
  if (micros === null || sign === undefined) return micros;
  return micros - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000;
}

/** Only for drawing: digits may be lost. Null for what is no number, infinite or beyond 1e300. */
export function numberOfCell(cell: Cell): number | null {
  if (cell === null || typeof cell === 'boolean' || cell === '') return null;
  const value = Number(cell);
  return Math.abs(value) <= 1e300 ? value : null;
}
