import { arrayOf, bigint, boolean, date, decimal, double, integer, json, unknown, varbinary, varchar, type RowField, type Type } from './types.ts'; // prettier-ignore

const simple: Readonly<Record<string, Type>> = {
  BOOLEAN: boolean,
  TINYINT: { kind: 'integer', name: 'tinyint' },
  SMALLINT: { kind: 'integer', name: 'smallint' },
  INTEGER: integer,
  BIGINT: bigint,
  HUGEINT: bigint,
  UBIGINT: bigint,
  UINTEGER: bigint,
  DOUBLE: double,
  FLOAT: double,
  VARCHAR: varchar,
  BLOB: varbinary,
  DATE: date,
  JSON: json,
  TIMESTAMP: { kind: 'timestamp', precision: 6 },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamptz', precision: 6, zone: 'UTC' },
};

/** The type of a column whose DuckDB type is given in DDL's words; unknown if Athena has none like it. */
export function typeOfDuckdb(text: string): Type {
  const type = text.trim();
  if (type.endsWith('[]')) return arrayOf(typeOfDuckdb(type.slice(0, -2)));
  const [, name = type, inner = ''] = /^(\w+)\s*\(([^]*)\)$/.exec(type) ?? [];
  const parts = splitParts(inner);
  switch (name.toUpperCase()) {
    case 'DECIMAL':
      return decimal(Number(parts[0]), Number(parts[1] ?? 0));
    case 'MAP':
      return { kind: 'map', key: typeOfDuckdb(parts[0] ?? ''), value: typeOfDuckdb(parts[1] ?? '') };
    case 'STRUCT':
      return { kind: 'row', fields: parts.map(fieldOf) };
    default:
      return simple[type.toUpperCase()] ?? unknown;
  }
}

function fieldOf(part: string): RowField {
  const [, quoted, plain, type = ''] = /^(?:"((?:[^"]|"")*)"|(\w+))\s+([^]*)$/.exec(part) ?? [];
  return { name: quoted?.replaceAll('""', '"') ?? plain ?? null, type: typeOfDuckdb(type) };
}

/** Parts between commas that stand in no brackets or quotes. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  const last = text.slice(start).trim();
  return last ? [...parts, last] : parts;
}

/** DuckDB's name of a type; null if it has none to cast to. */
export function nameInDuckdb(type: Type): string | null {
  switch (type.kind) {
    case 'integer':
      return type.name.toUpperCase();
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'varbinary':
      return 'BLOB';
    case 'timestamptz':
      return 'TIMESTAMPTZ';
    case 'array':
      return within([type.element], ([element]) => `${element}[]`);
    case 'map':
      return within([type.key, type.value], (names) => `MAP(${names.join(', ')})`);
    case 'row':
      return within(
        type.fields.map((field) => field.type),
        (names) => `STRUCT(${names.map((name, index) => `${fieldName(type.fields[index]!)} ${name}`).join(', ')})`,
      );
    case 'jsonText':
      return 'VARCHAR';
    case 'unknown':
    case 'interval':
      return null;
    default:
      return type.kind.toUpperCase();
  }
}

const fieldName = ({ name }: RowField) => `"${(name ?? '').replaceAll('"', '""')}"`;

function within(types: readonly Type[], make: (names: readonly string[]) => string): string | null {
  const names = types.map(nameInDuckdb);
  return names.every((name) => name !== null) ? make(names) : null;
}
