import {
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
  const bound: BoundValues = { values: {}, types: {} };
  for (const name of names) {
    const value = valueOf(name, parameters);
    if (value === undefined) {
      const shown = /^\d+$/.test(name) ? 'a parameter without a name (write $name)' : `the parameter $${name}`;
      throw new TrailbenchError('SQL_FAILED', `The statement uses ${shown}, which has no value. Give it one.`);
    }
    if (typeof value === 'object' && value?.type === 'list') bound.types[name] = LIST(VARCHAR);
    bound.values[name] = duckdbValue(name, value);
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

function duckdbValue(name: string, value: QueryParameters[string]): DuckDBValue {
  if (typeof value !== 'object' || value === null) {
    return Number.isSafeInteger(value) ? BigInt(value as number) : value;
  }
  switch (value.type) {
    case 'list':
      return listValue([...value.value]);
    case 'timestamp':
      return new DuckDBTimestampValue(microsOf(name, value.value));
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
function numberOf(name: string, text: string): DuckDBValue {
  const [, sign = '', whole, fraction = ''] = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  const digits = `${whole ?? ''}${fraction}`;
  if (digits !== '' && digits.length <= 38) {
    const scaled = BigInt(digits) * (sign === '-' ? -1n : 1n);
    if (fraction !== '') return new DuckDBDecimalValue(scaled, Math.max(digits.length, 1), fraction.length);
    if (BigInt.asIntN(64, scaled) === scaled) return scaled;
    return new DuckDBDecimalValue(scaled, 38, 0);
  }
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw notOfType(name, text, 'number');
  return value;
}

function notOfType(name: string, text: string, what: string): TrailbenchError {
  return new TrailbenchError('BAD_INPUT', `The value of $${name}, “${text}”, is no ${what}.`);
}
