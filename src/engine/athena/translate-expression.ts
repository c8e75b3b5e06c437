import { translateCall } from './translate-call.ts';
import { translateCast } from './casts.ts';
import type { Context } from './context.ts';
import { translateArithmetic } from './arithmetic.ts';
import { translateComparison, translatePredicate } from './predicates.ts';
import { parameterType } from './parameter-types.ts';
import { refuse } from './problem.ts';
import { asAtom, atom, bracketed, indented, levels, nameText, textLiteral, type Sql } from './sql-text.ts';
import type { Expression, Name } from './syntax.ts';
import { atZone } from './times.ts';
import { typedLiteral, intervalLiteral } from './literals.ts';
import { translateSubquery } from './translate-query.ts';
import { arrayOf, bigint, boolean, commonType, decimal, describe, double, integer, isText, isUnknown, unknown, varchar, type RowField, type Type } from './types.ts'; // prettier-ignore

/** An expression of Athena's in DuckDB's SQL. Throws SqlProblem where it has no exact counterpart. */
export function translateExpression(expression: Expression, context: Context): Sql {
  switch (expression.kind) {
    case 'null':
      return atom('NULL', unknown);
    case 'boolean':
      return atom(expression.value ? 'true' : 'false', boolean);
    case 'string':
      return atom(textLiteral(expression.value), varchar);
    case 'number':
      return numberLiteral(expression.text);
    case 'typed':
      return typedLiteral(expression);
    case 'interval':
      return intervalLiteral(expression.count, expression.unit);
    case 'parameter':
      return atom(`$${expression.name}`, parameterType(expression.name, context.parameters));
    case 'name':
    case 'field':
      return translateReference(expression, context);
    case 'subscript':
      return translateSubscript(expression, context);
    case 'unary':
      return translateSign(expression, context);
    case 'arithmetic':
      return translateArithmetic(expression, context);
    case 'concat':
      return translateConcat(expression.operands, context);
    case 'comparison':
      return translateComparison(expression, context);
    case 'logical':
    case 'not':
    case 'between':
    case 'in':
    case 'like':
    case 'isNull':
    case 'isDistinct':
    case 'quantified':
    case 'exists':
      return translatePredicate(expression, context);
    case 'subquery': {
      const { text, columns } = translateSubquery(expression.query, context);
      if (columns && columns.length !== 1) refuse(expression, 'A subquery that stands for a value has one column.');
      return atom(text, columns?.[0]?.type ?? unknown);
    }
    case 'case':
      return translateCase(expression, context);
    case 'cast':
      return translateCast(expression, context);
    case 'atTimeZone':
      return atZone(translateExpression(expression.operand, context), expression.zone, expression);
    case 'array':
      return translateArray(expression.items, context);
    case 'row':
      return translateRow(expression.items, context);
    case 'lambda':
      return refuse(expression, 'A function (x -> …) can only be given to functions that take one, e.g. filter().');
    case 'call':
      return translateCall(expression, context);
  }
}

function numberLiteral(written: string): Sql {
  const text = written.replaceAll('_', '');
  if (/e/i.test(text)) return atom(text, double);
  const [whole = '', fraction] = text.split('.');
  if (fraction !== undefined)
    return atom(text, decimal(Math.max(whole.replace(/^0+/, '').length + fraction.length, 1), fraction.length));
  return atom(text, Number(text) > 2_147_483_647 ? bigint : integer);
}

/** A column, a lambda's parameter or a field of one: `a`, `t.a`, `a.b.c`. */
function translateReference(expression: Expression, context: Context): Sql {
  const names: Name[] = [];
  let base = expression;
  for (; base.kind === 'field'; base = base.base) names.unshift(base.name);
  let sql: Sql;
  if (base.kind === 'name') {
    names.unshift(base.name);
    const alias = names.length === 1 && context.aliases.find(({ name }) => sameName(name.text, names[0]!.text));
    if (alias) return translateExpression(alias.expression, { ...context, aliases: [] });
    const { parts, relation, taken, type } = context.scope.resolve(names);
    const isTaken = relation !== null && context.takenNames.some((name) => sameName(name, parts[0]!));
    sql = atom((isTaken ? [relation, ...parts] : parts).map(nameText).join('.'), type);
    names.splice(0, taken);
  } else {
    sql = translateExpression(base, context);
  }
  return names.reduce(fieldOf, sql);
}

function fieldOf(base: Sql, name: Name): Sql {
  const text = `${asAtom(base)}.${nameText(name.text)}`;
  if (isUnknown(base.type)) return atom(text, unknown);
  if (base.type.kind === 'json') {
    refuse(name, `A field of JSON is read with json_extract_scalar(…, '$.${name.text}').`);
  }
  if (isText(base.type)) {
    refuse(name, `Text has no fields. For text that holds JSON: json_extract_scalar(…, '$.${name.text}').`);
  }
  if (base.type.kind !== 'row') return refuse(name, `A value of type ${describe(base.type)} has no fields.`);
  const field = base.type.fields.find((candidate) => candidate.name !== null && sameName(candidate.name, name.text));
  if (!field) {
    const names = base.type.fields.map((candidate) => candidate.name ?? '?').join(', ');
    return refuse(name, `There is no field “${name.text}”. There are ${names}.`);
  }
  return atom(text, field.type);
}

export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

const outOfRange =
  'Where a subscript is out of range, Athena fails; here the value is empty. element_at() is what Athena has for that.';

function translateSubscript(expression: Extract<Expression, { kind: 'subscript' }>, context: Context): Sql {
  const base = translateExpression(expression.base, context);
  const index = translateExpression(expression.index, context);
  if (base.type.kind === 'map') {
    context.notes.add(outOfRange);
    return atom(`${asAtom(base)}[${index.text}]`, base.type.value);
  }
  if (base.type.kind === 'row') return fieldAt(expression, base, base.type.fields);
  if (base.type.kind !== 'array') {
    return refuse(
      expression,
      `Only arrays and maps have subscripts; this is ${isUnknown(base.type) ? 'of a type that is not known here' : describe(base.type)}.`,
    );
  }
  context.notes.add(outOfRange);
  const isPositive = /^[1-9]\d*$/.test(index.text);
  if (!isPositive && /^-?\d+$/.test(index.text)) {
    refuse(expression.index, 'Athena counts from 1 and fails for less. element_at(…, -1) is the last element.');
  }
  // DuckDB counts from the end where an index is negative.
  const position = isPositive ? index.text : `CASE WHEN ${bracketed(index, levels.concat)} > 0 THEN ${index.text} END`;
  return atom(`${asAtom(base)}[${position}]`, base.type.element);
}

/** `row[2]`: the second field. */
function fieldAt(expression: Extract<Expression, { kind: 'subscript' }>, base: Sql, fields: readonly RowField[]): Sql {
  const { index } = expression;
  const field = index.kind === 'number' ? fields[Number(index.text) - 1] : undefined;
  if (!field?.name) return refuse(index, `The number of a field is written out, from 1 to ${fields.length}.`);
  return atom(`${asAtom(base)}.${nameText(field.name)}`, field.type);
}

function translateSign(expression: Extract<Expression, { kind: 'unary' }>, context: Context): Sql {
  const operand = translateExpression(expression.operand, context);
  if (isText(operand.type)) refuse(expression, 'Text has no sign. Cast it to a number.');
  if (expression.operator === '+') return operand;
  return { text: `-${bracketed(operand, levels.atom)}`, level: levels.sign, type: operand.type };
}

function translateConcat(operands: readonly Expression[], context: Context): Sql {
  const parts = operands.map((operand) => translateExpression(operand, context));
  const lists = parts.filter((part) => part.type.kind === 'array');
  if (lists.length > 0) {
    if (lists.length < parts.length)
      refuse(operands[0]!, '|| joins arrays with arrays. Write ARRAY[…] around a single element.');
    return {
      text: parts.map((part) => bracketed(part, levels.sum)).join(' || '),
      level: levels.concat,
      type: lists[0]!.type,
    };
  }
  parts.forEach((part, index) => {
    if (!isText(part.type) && !isUnknown(part.type)) {
      refuse(operands[index]!, `|| joins texts; this is ${describe(part.type)}: cast it to varchar.`);
    }
  });
  return { text: parts.map((part) => bracketed(part, levels.sum)).join(' || '), level: levels.concat, type: varchar };
}

function translateCase(expression: Extract<Expression, { kind: 'case' }>, context: Context): Sql {
  const operand = expression.operand && translateExpression(expression.operand, context);
  const branches = expression.branches.map(({ when, then }) => ({
    when: translateExpression(when, context),
    then: translateExpression(then, context),
  }));
  const otherwise = expression.otherwise && translateExpression(expression.otherwise, context);
  const type = [...branches.map(({ then }) => then), ...(otherwise ? [otherwise] : [])].reduce<Type>(
    (common, { type: next }) => commonType(common, next),
    unknown,
  );
  const parts = branches.map(({ when, then }) => `WHEN ${indented(when.text)} THEN ${indented(then.text)}`);
  const words = ['CASE', ...(operand ? [operand.text] : []), ...parts, ...(otherwise ? [`ELSE ${indented(otherwise.text)}`] : []), 'END']; // prettier-ignore
  const isLong = branches.length > 1 && words.join(' ').length > 90;
  return atom(isLong ? words.join('\n  ').replace(/\n {2}END$/, '\nEND') : words.join(' '), type);
}

function translateArray(items: readonly Expression[], context: Context): Sql {
  const parts = items.map((item) => translateExpression(item, context));
  const element = parts.reduce<Type>((common, { type }) => commonType(common, type), unknown);
  return atom(`[${parts.map(({ text }) => text).join(', ')}]`, arrayOf(element));
}

function translateRow(items: readonly Expression[], context: Context): Sql {
  const parts = items.map((item) => translateExpression(item, context));
  const fields = parts.map(({ type }) => ({ name: null, type }));
  const list = parts.map(({ text }) => text).join(', ');
  return atom(parts.length === 1 ? `row(${list})` : `(${list})`, { kind: 'row', fields });
}
