import {
  BIGINT,
  DOUBLE,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  LIST,
  listValue,
  VARCHAR,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { QueryParameters } from '#shared/api/query.ts';

/** Values of a prepared statement, with the types that DuckDB can't tell from the values. */
export interface BoundValues {
  readonly values: Record<string, DuckDBValue>;
  readonly types: Record<string, DuckDBType | undefined>;
}

/**
 * The values of the parameters `names`, which a statement uses. Untyped text stays text: DuckDB casts it where it is used.
 * Throws SQL_FAILED for one without a value, BAD_INPUT for one that is not of its type.
 */
export function boundValues(names: readonly string[], parameters: QueryParameters): BoundValues {
  // The driver looks each name up in `types`: one without a prototype holds for `$toString`, too.
  const bound: BoundValues = { values: {}, types: Object.create(null) as BoundValues['types'] };
  for (const name of names) {
    const value = valueOf(name, parameters);
    if (value === undefined) {
      const shown = /^\d+$/.test(name) ? 'a parameter without a name (write $name)' : `the parameter $${name}`;
      throw new TrailbenchError('SQL_FAILED', `The statement uses ${shown}, which has no value. Give it one.`);
    }
    const found = duckdbValue(name, value);
    bound.values[name] = found.value;
    if (found.type) bound.types[name] = found.type;
  }
  return bound;
}

/** The given parameters that a statement uses, under the names they were given. */
export function usedParameters(names: readonly string[], parameters: QueryParameters): QueryParameters {
  const used = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => used.has(name.toLowerCase())));
}

function valueOf(name: string, parameters: QueryParameters): QueryParameters[string] | undefined {
  return Object.entries(parameters).find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1];
}

/** Left to itself the driver takes a bigint for a HUGEINT, a whole number for an INTEGER, an empty list for one of NULLs. */
interface Typed {
  readonly value: DuckDBValue;
  readonly type?: DuckDBType;
}

function duckdbValue(name: string, value: QueryParameters[string]): Typed {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { value: BigInt(value), type: BIGINT } : { value, type: DOUBLE };
  }
  if (typeof value !== 'object' || value === null) return { value };
  switch (value.type) {
    case 'list':
      return { value: listValue([...value.value]), type: LIST(VARCHAR) };
    case 'timestamp':
      return { value: new DuckDBTimestampValue(microsOf(name, value.value)) };
    case 'number':
      return numberOf(name, value.value);
  }
}

function microsOf(name: string, text: string): bigint {
  const [, second = '', fraction = ''] = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  const atMs = Date.parse(`${second.replace(' ', 'T')}Z`);
  if (Number.isNaN(atMs)) throw notOfType(name, text, 'time like 2023-07-10 12:04:47');
  return BigInt(atMs) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

/** Exactly, as long as 38 digits do; with an exponent as DOUBLE. */
function numberOf(name: string, text: string): Typed {
  const [, sign = '', whole = '', fraction = ''] = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  const width = Math.max(digits.length, fraction.length + 1);
  if (digits !== '' && width <= 38) {
    const scaled = BigInt(digits) * (sign === '-' ? -1n : 1n);
    if (fraction !== '') return { value: new DuckDBDecimalValue(scaled, width, fraction.length) };
    if (BigInt.asIntN(64, scaled) === scaled) return { value: scaled, type: BIGINT };
    return { value: new DuckDBDecimalValue(scaled, 38, 0) };
  }
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw notOfType(name, text, 'number');
  return { value, type: DOUBLE };
}

function notOfType(name: string, text: string, what: string): TrailbenchError {
  return new TrailbenchError('BAD_INPUT', `The value of $${name}, “${text}”, is no ${what}.`);
}
