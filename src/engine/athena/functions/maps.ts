import type { FunctionCall, FunctionRule } from '../call.ts';
import { asAtom, atom, type Sql } from '../sql-text.ts';
import { arrayOf, bigint, describe, isUnknown, type Type } from '../types.ts';

export const mapFunctions: Readonly<Record<string, FunctionRule>> = {
  map: (call) => {
    if (call.count === 0) return call.refuse('An empty map is not translated.');
    call.expect(2);
    const [keys, values] = [call.list(0), call.list(1)];
    return call.make('map', { kind: 'map', key: keys.element, value: values.element }, keys.sql.text, values.sql.text);
  },
  map_keys: (call) => ofMap(call, 'map_keys', ({ key }) => arrayOf(key)),
  map_values: (call) => ofMap(call, 'map_values', ({ value }) => arrayOf(value)),
  element_at: (call) => elementAt(call),
  cardinality: (call) => {
    call.expect(1);
    const value = call.argument(0);
    if (value.type.kind === 'array') return call.make('len', bigint, value.text);
    if (value.type.kind === 'map') return atom(`CAST(cardinality(${value.text}) AS BIGINT)`, bigint);
    return call.refuse(
      `cardinality() takes an array or a map; this is ${typeName(value.type)}. length() is for text, json_array_length() for JSON.`,
    );
  },
};

function ofMap(call: FunctionCall, name: string, typeOf: (type: Extract<Type, { kind: 'map' }>) => Type): Sql {
  call.expect(1);
  const value = call.argument(0);
  if (value.type.kind !== 'map') return call.refuse(`${name}() takes a map; this is ${typeName(value.type)}.`);
  return call.make(name, typeOf(value.type), value.text);
}

/** Of a list: from the end if negative, empty beyond it. Of a map: empty if the key is missing. */
function elementAt(call: FunctionCall): Sql {
  call.expect(2);
  const [value, index] = [call.argument(0), call.argument(1)];
  if (value.type.kind === 'map') return atom(`${asAtom(value)}[${index.text}]`, value.type.value);
  if (value.type.kind !== 'array') {
    const hint = value.type.kind === 'json' ? ' Use json_extract_scalar().' : '';
    return call.refuse(`element_at() takes an array or a map; this is ${typeName(value.type)}.${hint}`);
  }
  if (index.text === '0') call.refuse('Arrays are counted from 1.');
  return atom(`${asAtom(value)}[${index.text}]`, value.type.element);
}

const typeName = (type: Type) => (isUnknown(type) ? 'of a type that is not known here' : describe(type));
