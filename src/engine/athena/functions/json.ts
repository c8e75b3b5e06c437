import type { FunctionCall, FunctionRule } from '../call.ts';
import { fromJsonPath } from '../json-paths.ts';
import { atom, bracketed, levels, textLiteral, type Sql } from '../sql-text.ts';
import { bigint, boolean, describe, isText, isUnknown, json, varchar } from '../types.ts';

export const jsonFunctions: Readonly<Record<string, FunctionRule>> = {
  json_extract: (call) => {
    call.expect(2);
    return extracted(call, (value, path) => atom(`json_extract(${value}, ${path})`, json));
  },
  // Objects and lists have no text: json_value() leaves them out, ->> takes the quotes away.
  json_extract_scalar: (call) => {
    call.expect(2);
    return extracted(call, (value, path) => atom(`(json_value(${value}, ${path}) ->> '$')`, varchar));
  },
  json_array_length: (call) => {
    call.expect(1);
    return ofJson(call, (value) =>
      atom(`CASE json_type(${value}) WHEN 'ARRAY' THEN CAST(json_array_length(${value}) AS BIGINT) END`, bigint),
    );
  },
  json_size: (call) => {
    call.expect(2);
    return extracted(call, (value, path) => {
      const part = `json_extract(${value}, ${path})`;
      const sizes = `WHEN 'ARRAY' THEN CAST(json_array_length(${part}) AS BIGINT) WHEN 'OBJECT' THEN len(json_keys(${part}))`;
      return atom(`CASE json_type(${part}) ${sizes} ELSE CASE WHEN ${part} IS NOT NULL THEN 0 END END`, bigint);
    });
  },
  json_array_contains: (call) => {
    call.expect(2);
    const wanted = call.argument(1);
    const test = wanted.type.kind === 'boolean' || wanted.type.kind === 'integer' || isText(wanted.type);
    if (!test) call.refuse(`json_array_contains() of ${describe(wanted.type)} is not translated.`);
    return ofJson(call, (value) => {
      const contains = `list_contains(CAST(${value} AS JSON[]), to_json(${wanted.text}))`;
      return atom(`CASE json_type(${value}) WHEN 'ARRAY' THEN ${contains} END`, boolean);
    });
  },
  json_parse: (call) => {
    call.expect(1);
    return atom(`CAST(${call.text(0).text} AS JSON)`, json);
  },
  json_format: (call) => {
    call.expect(1);
    const value = call.argument(0);
    if (value.type.kind !== 'json' && !isUnknown(value.type)) {
      call.refuse(`json_format() takes JSON; this is ${describe(value.type)}.`);
    }
    return atom(`CAST(${value.text} AS VARCHAR)`, { kind: 'jsonText' });
  },
  is_json_scalar: (call) => {
    call.expect(1);
    return ofJson(call, (value) => atom(`json_type(${value}) NOT IN ('OBJECT', 'ARRAY')`, boolean));
  },
};

/** A function of the JSON at argument 0 and the path at argument 1. */
function extracted(call: FunctionCall, make: (value: string, path: string) => Sql): Sql {
  const path = textLiteral(fromJsonPath(call.literal(1, 'The path'), call.expression(1)));
  return ofJson(call, (value) => make(value, path));
}

/** What is no JSON has no value in Athena; DuckDB would fail the query. */
function ofJson(call: FunctionCall, make: (value: string) => Sql): Sql {
  const value = call.argument(0);
  const { kind } = value.type;
  if (kind === 'json' || kind === 'jsonText') return make(value.text);
  if (!isText(value.type) && !isUnknown(value.type)) {
    call.refuse(`${call.node.name}() takes JSON or text; this is ${describe(value.type)}.`);
  }
  const outcome = make(value.text);
  return atom(`CASE WHEN json_valid(${bracketed(value, levels.or)}) THEN ${outcome.text} END`, outcome.type);
}
