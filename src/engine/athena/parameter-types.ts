import type { QueryParameters } from '#shared/api/query.ts';
import { arrayOf, bigint, boolean, decimal, double, unknown, varchar, type Type } from './types.ts';

/** The type of a parameter's value as it will be bound. Untyped text is cast where it is used: it may be of any type. */
export function parameterType(name: string, parameters: QueryParameters): Type {
  const value = Object.entries(parameters).find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1];
  if (typeof value === 'boolean') return boolean;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? bigint : double;
  if (typeof value !== 'object' || value === null) return unknown;
  switch (value.type) {
    case 'list':
      return arrayOf(varchar);
    case 'timestamp':
      return { kind: 'timestamp', precision: 6 };
    case 'number': {
      const [, whole, fraction] = /^[-+]?(\d*)(?:\.(\d*))?$/.exec(value.value) ?? [];
      if (whole === undefined || whole.length > 18) return double;
      return fraction ? decimal(whole.length + fraction.length, fraction.length) : bigint;
    }
  }
}
