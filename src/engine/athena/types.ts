/**
 * Types of Athena's expressions, as far as the translation depends on them. A time with a zone is an instant in DuckDB;
 * `zone` is what Athena would show it in: null if that differs from row to row.
 */
export type Type =
  | { readonly kind: 'unknown' | 'boolean' | 'double' | 'varchar' | 'jsonText' | 'varbinary' | 'date' | 'json' }
  | { readonly kind: 'integer'; readonly name: 'tinyint' | 'smallint' | 'integer' | 'bigint' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly precision: number }
  | { readonly kind: 'timestamptz'; readonly precision: number; readonly zone: string | null }
  | { readonly kind: 'interval'; readonly unit: 'second' | 'month' }
  | { readonly kind: 'array'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] };

export interface RowField {
  readonly name: string | null;
  readonly type: Type;
}

export const unknown: Type = { kind: 'unknown' };
export const boolean: Type = { kind: 'boolean' };
export const double: Type = { kind: 'double' };
export const varchar: Type = { kind: 'varchar' };
/** Text that is known to be JSON: the view's open-ended columns. */
export const jsonText: Type = { kind: 'jsonText' };
export const varbinary: Type = { kind: 'varbinary' };
export const date: Type = { kind: 'date' };
export const json: Type = { kind: 'json' };
export const integer: Type = { kind: 'integer', name: 'integer' };
export const bigint: Type = { kind: 'integer', name: 'bigint' };
export const timestamp: Type = { kind: 'timestamp', precision: 3 };
export const utcTimestamp: Type = { kind: 'timestamptz', precision: 3, zone: 'UTC' };
export const arrayOf = (element: Type): Type => ({ kind: 'array', element });
export const decimal = (precision: number, scale: number): Type => ({
  kind: 'decimal',
  precision: Math.min(precision, 38),
  scale,
});

export const isUnknown = (type: Type) => type.kind === 'unknown';
export const isText = (type: Type) => type.kind === 'varchar' || type.kind === 'jsonText';
export const isNumber = (type: Type) => ['integer', 'decimal', 'double'].includes(type.kind);
export const isTime = (type: Type) => ['date', 'timestamp', 'timestamptz'].includes(type.kind);

/** Types that Athena compares with each other. */
function family(type: Type): string {
  if (isText(type)) return 'varchar';
  if (isNumber(type)) return 'number';
  if (isTime(type)) return 'time';
  return type.kind === 'interval' ? `interval ${type.unit}` : type.kind;
}

export function areComparable(left: Type, right: Type): boolean {
  return isUnknown(left) || isUnknown(right) || family(left) === family(right);
}

/** Athena's name of a type, for sentences. */
export function describe(type: Type): string {
  switch (type.kind) {
    case 'jsonText':
      return 'varchar';
    case 'integer':
      return type.name;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'timestamptz':
      return 'timestamp with time zone';
    case 'interval':
      return type.unit === 'second' ? 'interval day to second' : 'interval year to month';
    case 'array':
      return `array(${describe(type.element)})`;
    case 'map':
      return `map(${describe(type.key)}, ${describe(type.value)})`;
    case 'row':
      return 'row';
    default:
      return type.kind;
  }
}

const integerNames = ['tinyint', 'smallint', 'integer', 'bigint'] as const;

/** The type that values of both types have together: of CASE, UNION, COALESCE. */
export function commonType(left: Type, right: Type): Type {
  if (isUnknown(left)) return right;
  if (isUnknown(right)) return left;
  if (left.kind === 'integer' && right.kind === 'integer') {
    return integerNames.indexOf(left.name) > integerNames.indexOf(right.name) ? left : right;
  }
  if (isNumber(left) && isNumber(right))
    return left.kind === 'double' || right.kind === 'double' ? double : commonDecimal(left, right);
  if (isText(left) && isText(right)) return left.kind === right.kind ? left : varchar;
  if (left.kind === 'timestamptz' || right.kind === 'timestamptz') return commonZone(left, right);
  if (isTime(left) && isTime(right)) return left.kind === 'timestamp' ? left : right;
  if (left.kind === 'array' && right.kind === 'array') return arrayOf(commonType(left.element, right.element));
  return left;
}

function commonDecimal(left: Type, right: Type): Type {
  const [a, b] = [asDecimal(left), asDecimal(right)];
  const scale = Math.max(a.scale, b.scale);
  return decimal(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

function commonZone(left: Type, right: Type): Type {
  const zones = [left, right].map((type) => (type.kind === 'timestamptz' ? type.zone : 'UTC'));
  return { kind: 'timestamptz', precision: 3, zone: zones[0] === zones[1] ? zones[0]! : null };
}

const integerDigits = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };

/** A whole number or a decimal as a decimal. */
export function asDecimal(type: Type): { readonly precision: number; readonly scale: number } {
  if (type.kind === 'decimal') return type;
  return { precision: type.kind === 'integer' ? integerDigits[type.name] : 38, scale: 0 };
}
