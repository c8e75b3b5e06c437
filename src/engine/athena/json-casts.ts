import type { Context } from './context.ts';
import { failure } from './failure.ts';
import { refuse, type Placed } from './problem.ts';
import { atom, nameText, textLiteral, type Sql } from './sql-text.ts';
import { describe, type Type } from './types.ts';

/**
 * CAST of a JSON value: objects by key (a row's fields without regard to case), lists by element, scalars from their text.
 * What Athena would not cast fails. `value` is repeated in the outcome.
 */
export function castFromJson(value: string, target: Type, place: Placed, context: Context): Sql {
  return atom(castText(value, target, place, context, 0), target);
}

function castText(value: string, target: Type, place: Placed, context: Context, depth: number): string {
  const cast = (inner: string, type: Type) => castText(inner, type, place, context, depth + 1);
  const item = depth === 0 ? 'item' : `item${depth}`;
  const when = (kind: string, outcome: string) =>
    `CASE WHEN json_type(${value}) = '${kind}' THEN ${outcome} WHEN json_type(${value}) <> 'NULL' THEN ${mismatch(target, context)} END`;
  switch (target.kind) {
    case 'json':
      return value;
    case 'varchar':
      return `CASE WHEN json_type(${value}) IN ('OBJECT', 'ARRAY') THEN ${mismatch(target, context)} ELSE ${value} ->> '$' END`;
    case 'boolean':
    case 'double':
    case 'integer':
    case 'decimal':
      return scalarText(value, target, context);
    case 'array':
      if (target.element.kind === 'json') return when('ARRAY', `CAST(${value} AS JSON[])`);
      return when('ARRAY', `list_transform(CAST(${value} AS JSON[]), lambda ${item}: ${cast(item, target.element)})`);
    case 'map':
      if (target.key.kind !== 'varchar') return refuse(place, 'The keys of a map from JSON are varchar.');
      if (target.value.kind === 'json') return when('OBJECT', `CAST(${value} AS MAP(VARCHAR, JSON))`);
      return when(
        'OBJECT',
        `map_from_entries(list_transform(map_entries(CAST(${value} AS MAP(VARCHAR, JSON))), lambda ${item}: row(${item}.key, ${cast(`${item}.value`, target.value)})))`,
      );
    case 'row': {
      const fields = target.fields.map(({ name, type }) => {
        if (name === null) return refuse(place, 'Name the fields of ROW(…): JSON objects are read by key.');
        return `${nameText(name)} := ${cast(memberText(value, name, item), type)}`;
      });
      return when('OBJECT', `struct_pack(${fields.join(', ')})`);
    }
    default:
      return refuse(place, `JSON is not cast to ${describe(target)}. Cast it to varchar first.`);
  }
}

/** The member of an object whose key equals `name` without regard to case. */
function memberText(value: string, name: string, item: string): string {
  const key = `list_filter(json_keys(${value}), lambda ${item}: lower(${item}) = ${textLiteral(name.toLowerCase())})[1]`;
  return `json_extract(${value}, '$."' || ${key} || '"')`;
}

function scalarText(value: string, target: Type, context: Context): string {
  const name = target.kind === 'integer' ? target.name.toUpperCase() : target.kind === 'decimal' ? `DECIMAL(${target.precision}, ${target.scale})` : target.kind.toUpperCase(); // prettier-ignore
  return `CASE WHEN json_type(${value}) IN ('OBJECT', 'ARRAY') THEN ${mismatch(target, context)} ELSE CAST(${value} ->> '$' AS ${name}) END`;
}

function mismatch(target: Type, context: Context): string {
  return failure(context, `This JSON is no ${describe(target)}`, target);
}
