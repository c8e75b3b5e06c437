import type { Context } from './context.ts';
import { nameInDuckdb } from './duckdb-types.ts';
import { failure } from './failure.ts';
import { castFromJson } from './json-casts.ts';
import { own } from './own.ts';
import { refuse } from './problem.ts';
import { atom, bracketed, levels, textLiteral, type Sql } from './sql-text.ts';
import type { Expression, TypeName } from './syntax.ts';
import { localTime, timeAsText } from './times.ts';
import { translateExpression } from './translate-expression.ts';
import { arrayOf, bigint, boolean, date, decimal, describe, double, integer, isText, json, varbinary, varchar, type Type } from './types.ts'; // prettier-ignore

type Cast = Extract<Expression, { kind: 'cast' }>;

/** CAST and TRY_CAST. Athena takes fewer texts than DuckDB; what it would not take fails, or is empty in TRY_CAST. */
export function translateCast(expression: Cast, context: Context): Sql {
  const target = typeNamed(expression.type);
  const value = translateExpression(expression.operand, context);
  if (!expression.isTry) return castTo(value, target, expression, context);
  if (isText(value.type) && target.kind in textForms) {
    const form = textForms[target.kind] ?? '';
    const name = duckdbName(target, expression);
    const text = `CASE WHEN ${isOfForm(value, form)} THEN TRY_CAST(${value.text} AS ${name}) END`;
    return atom(text, target);
  }
  const cast = castTo(value, target, expression, { ...context, isInTry: true });
  return isText(target) && isText(value.type) ? cast : atom(`TRY(${cast.text})`, cast.type);
}

function isOfForm(value: Sql, form: string): string {
  return `regexp_full_match(${value.text}, ${textLiteral(form)})`;
}

const namedTypes: Readonly<Record<string, Type>> = {
  boolean,
  tinyint: { kind: 'integer', name: 'tinyint' },
  smallint: { kind: 'integer', name: 'smallint' },
  int: integer,
  integer,
  bigint,
  real: double,
  float: double,
  double,
  varchar,
  string: varchar,
  varbinary,
  date,
  json,
};

/** The type that is written there. */
export function typeNamed(name: TypeName): Type {
  const [first, second] = name.numbers;
  switch (name.name) {
    case 'decimal':
      return decimal(first ?? 38, second ?? 0);
    case 'timestamp':
      return { kind: 'timestamp', precision: first ?? 3 };
    case 'timestamp with time zone':
      return { kind: 'timestamptz', precision: first ?? 3, zone: 'UTC' };
    case 'array':
      return arrayOf(typeNamed(name.types[0] ?? refuse(name, 'ARRAY(…) names the type of its elements.')));
    case 'map': {
      const [key, value] = name.types;
      if (!key || !value) return refuse(name, 'MAP(…, …) names the types of its keys and values.');
      return { kind: 'map', key: typeNamed(key), value: typeNamed(value) };
    }
    case 'row':
    case 'struct':
      return { kind: 'row', fields: name.fields.map((field) => ({ name: field.name, type: typeNamed(field.type) })) };
    default:
      return own(namedTypes, name.name) ?? refuse(name, `The type ${name.name} is not translated.`);
  }
}

function castTo(value: Sql, target: Type, expression: Cast, context: Context): Sql {
  const { type } = value;
  if (type.kind === 'json') return castFromJson(value.text, target, expression, context);
  if (target.kind === 'json') {
    if (type.kind === 'row')
      refuse(expression, 'What a row becomes as JSON differs between versions of Athena. Cast its fields one by one.');
    return atom(`to_json(${value.text})`, json);
  }
  if (isText(type)) return castFromText(value, target, expression, context);
  if (value.text === 'NULL') return atom(`CAST(NULL AS ${duckdbName(target, expression)})`, target);
  switch (target.kind) {
    case 'varchar':
      return castToText(value, expression);
    case 'date':
      return atom(`CAST(${localTime(value, expression)} AS DATE)`, date);
    case 'timestamp':
      return atom(`CAST(${localTime(value, expression)} AS TIMESTAMP)`, keptPrecision(target, type));
    case 'timestamptz':
      return atom(`CAST(${value.text} AS TIMESTAMPTZ)`, type.kind === 'timestamptz' ? type : target);
    case 'integer':
      // DuckDB rounds a half of a double to the even number.
      if (type.kind === 'double') return atom(`CAST(round(${value.text}) AS ${target.name.toUpperCase()})`, target);
      return atom(`CAST(${value.text} AS ${target.name.toUpperCase()})`, target);
    case 'row':
      return nameFields(value, target, expression);
    default:
      return atom(`CAST(${value.text} AS ${duckdbName(target, expression)})`, target);
  }
}

/** DuckDB keeps the digits that a cast to fewer takes away; there are none beyond milliseconds in what Athena makes. */
function keptPrecision(target: Extract<Type, { kind: 'timestamp' }>, from: Type): Type {
  return 'precision' in from && from.kind !== 'decimal'
    ? { ...target, precision: Math.min(target.precision, from.precision) }
    : target;
}

/** CAST(ROW(…) AS ROW(a …, b …)) */
function nameFields(value: Sql, target: Extract<Type, { kind: 'row' }>, expression: Cast): Sql {
  if (value.type.kind !== 'row' || value.type.fields.length !== target.fields.length) {
    return refuse(expression, 'Only a row of as many fields is cast to a row.');
  }
  return atom(`CAST(${value.text} AS ${duckdbName(target, expression)})`, target);
}

function castToText(value: Sql, expression: Cast): Sql {
  const limit = expression.type.numbers[0];
  const short = (text: string) => atom(limit === undefined ? text : `left(${text}, ${limit})`, varchar);
  switch (value.type.kind) {
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return short(timeAsText(value, expression));
    case 'integer':
    case 'decimal':
    case 'boolean':
      return short(`CAST(${value.text} AS VARCHAR)`);
    case 'unknown':
      return short(`CAST(${value.text} AS VARCHAR)`);
    case 'double':
      return refuse(expression, 'Athena writes a double as text in its own way (1.5E10). Cast it to decimal(…) first.');
    default:
      return refuse(
        expression,
        `A value of type ${describe(value.type)} is not cast to text. json_format(CAST(… AS json)) writes it as JSON.`,
      );
  }
}

/** What Athena takes as a text of a type: a condition over it, on RE2. */
const textForms: Readonly<Record<string, string>> = {
  integer: '[+-]?\\d+',
  decimal: '[+-]?(\\d+(\\.\\d*)?|\\.\\d+)',
  double: '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*',
  date: '\\s*\\d{4,}-\\d{1,2}-\\d{1,2}\\s*',
  timestamp: '\\s*\\d{4,}-\\d{1,2}-\\d{1,2}( \\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d+)?)?)?\\s*',
};

function castFromText(value: Sql, target: Type, expression: Cast, context: Context): Sql {
  const limit = expression.type.numbers[0];
  switch (target.kind) {
    case 'varchar':
      return limit === undefined ? value : atom(`left(${value.text}, ${limit})`, varchar);
    case 'varbinary':
      return atom(`encode(${value.text})`, varbinary);
    case 'boolean': {
      const truth = `CASE WHEN lower(${value.text}) IN ('true', 't', '1') THEN true WHEN lower(${value.text}) IN ('false', 'f', '0') THEN false WHEN ${bracketed(value, levels.concat)} IS NOT NULL THEN ${failure(context, 'This text is no boolean', boolean)} END`;
      return atom(truth, boolean);
    }
    case 'integer':
    case 'decimal':
    case 'double':
    case 'date':
      return castChecked(value, target, expression, context);
    case 'timestamp':
      // CAST takes more texts than Athena's: 2023-07-10T12:04:47Z, a time in UTC, is one that Athena fails for.
      context.notes.add('CAST(… AS timestamp) of 2023-07-10T12:04:47Z fails in Athena; here it is read, as UTC.');
      return context.isInTry
        ? castChecked(value, target, expression, context)
        : atom(`CAST(${value.text} AS TIMESTAMP)`, target);
    case 'timestamptz':
      return refuse(expression, 'Text is read as a time with a zone by from_iso8601_timestamp() or parse_datetime().');
    default:
      return refuse(expression, `Text is not cast to ${describe(target)}. json_parse() reads JSON.`);
  }
}

function castChecked(value: Sql, target: Type, expression: Cast, context: Context): Sql {
  const name = duckdbName(target, expression);
  const cast = `CAST(${value.text} AS ${name})`;
  const form = new RegExp(`^(?:${textForms[target.kind]})$`);
  const literal = expression.operand.kind === 'string' ? expression.operand.value : null;
  if (literal !== null && form.test(literal)) return atom(cast, target);
  const isForm = isOfForm(value, textForms[target.kind] ?? '');
  const problem = failure(context, `This text is no ${describe(target)}`, target);
  return atom(
    `CASE WHEN ${isForm} THEN ${cast} WHEN ${bracketed(value, levels.concat)} IS NOT NULL THEN ${problem} END`,
    target,
  );
}

function duckdbName(type: Type, place: Cast): string {
  return nameInDuckdb(type) ?? refuse(place, `A cast to ${describe(type)} is not translated.`);
}
