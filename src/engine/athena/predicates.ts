import type { Context } from './context.ts';
import { typedLiteral } from './literals.ts';
import { refuse, type Placed } from './problem.ts';
import { atom, bracketed, indented, levels, type Sql } from './sql-text.ts';
import type { Expression } from './syntax.ts';
import { translateExpression } from './translate-expression.ts';
import { translateSubquery } from './translate-query.ts';
import { areComparable, boolean, describe, isText, isTime, isUnknown, varchar, type Type } from './types.ts';

type Predicate = Extract<
  Expression,
  { kind: 'logical' | 'not' | 'between' | 'in' | 'like' | 'isNull' | 'isDistinct' | 'quantified' | 'exists' }
>;

const predicate = (text: string): Sql => ({ text, level: levels.predicate, type: boolean });

export function translateComparison(expression: Extract<Expression, { kind: 'comparison' }>, context: Context): Sql {
  const left = translateExpression(expression.left, context);
  const right = translateExpression(expression.right, context);
  const [a, b] = [
    besides(expression.left, left, right, expression.right),
    besides(expression.right, right, left, expression.left),
  ];
  checkComparable(expression, a.type, b.type);
  return predicate(`${operand(a)} ${expression.operator} ${operand(b)}`);
}

/** A side of a comparison, as it must be written beside the other. */
function besides(expression: Expression, sql: Sql, other: Sql, otherExpression: Expression): Sql {
  // Text that is written out beside a time: CloudTrail Lake reads it as a time, and it can mean nothing else.
  if (expression.kind === 'string' && isTime(other.type)) {
    return typedLiteral({ ...expression, kind: 'typed', type: other.type.kind === 'date' ? 'date' : 'timestamp' });
  }
  // A notebook's time beside eventtime, which is text.
  if (
    expression.kind === 'parameter' &&
    sql.type.kind === 'timestamp' &&
    isText(other.type) &&
    isEventTime(otherExpression)
  ) {
    return atom(`strftime(${sql.text}, '%Y-%m-%dT%H:%M:%SZ')`, varchar);
  }
  return sql;
}

function isEventTime(expression: Expression): boolean {
  return (expression.kind === 'name' || expression.kind === 'field') && /^eventtime$/i.test(expression.name.text);
}

const operand = (sql: Sql) => bracketed(sql, levels.concat);

export function translatePredicate(expression: Predicate, context: Context): Sql {
  const translate = (part: Expression) => translateExpression(part, context);
  switch (expression.kind) {
    case 'logical':
      return translateLogical(expression, context);
    case 'not':
      return {
        text: `NOT ${bracketed(condition(expression.operand, context), levels.not)}`,
        level: levels.not,
        type: boolean,
      };
    case 'between': {
      const [value, low, high] = [expression.operand, expression.low, expression.high].map(translate) as [
        Sql,
        Sql,
        Sql,
      ];
      const [from, to] = [
        besides(expression.low, low, value, expression.operand),
        besides(expression.high, high, value, expression.operand),
      ];
      checkComparable(expression, value.type, from.type);
      checkComparable(expression, value.type, to.type);
      return predicate(`${operand(value)} ${not(expression)}BETWEEN ${operand(from)} AND ${operand(to)}`);
    }
    case 'in':
      return translateIn(expression, context);
    case 'like':
      return translateLike(expression, context);
    case 'isNull':
      return predicate(`${operand(translate(expression.operand))} IS ${not(expression)}NULL`);
    case 'isDistinct': {
      const [left, right] = [translate(expression.left), translate(expression.right)];
      checkComparable(expression, left.type, right.type);
      return predicate(`${operand(left)} IS ${not(expression)}DISTINCT FROM ${operand(right)}`);
    }
    case 'quantified': {
      const left = translate(expression.left);
      const { text, columns } = translateSubquery(expression.query, context);
      if (columns?.[0]) checkComparable(expression, left.type, columns[0].type);
      return predicate(`${operand(left)} ${expression.operator} ${expression.quantifier} ${text}`);
    }
    case 'exists':
      return atom(`EXISTS ${translateSubquery(expression.query, context).text}`, boolean);
  }
}

const not = ({ isNot }: { readonly isNot: boolean }) => (isNot ? 'NOT ' : '');

/** An expression where Athena takes nothing but a boolean. */
export function condition(expression: Expression, context: Context): Sql {
  const sql = translateExpression(expression, context);
  if (sql.type.kind === 'boolean' || isUnknown(sql.type)) return sql;
  return refuse(expression, `A condition is expected here; this is ${describe(sql.type)}. Compare it with something.`);
}

function translateLogical(expression: Extract<Expression, { kind: 'logical' }>, context: Context): Sql {
  const level = expression.operator === 'AND' ? levels.and : levels.or;
  const parts = expression.operands.map((part) => bracketed(condition(part, context), level + 1));
  const line = parts.join(` ${expression.operator} `);
  const text = line.length > 90 || line.includes('\n') ? parts.map(indented).join(`\n  ${expression.operator} `) : line;
  return { text, level, type: boolean };
}

function translateIn(expression: Extract<Expression, { kind: 'in' }>, context: Context): Sql {
  const left = translateExpression(expression.operand, context);
  if ('body' in expression.values) {
    const { text, columns } = translateSubquery(expression.values, context);
    if (columns?.length === 1) checkComparable(expression, left.type, columns[0]!.type);
    return predicate(`${operand(left)} ${not(expression)}IN ${text}`);
  }
  const values = expression.values.map((value) => {
    const sql = translateExpression(value, context);
    checkComparable(value, left.type, sql.type);
    return sql.text;
  });
  const line = values.join(', ');
  const list = line.length > 100 ? `(\n  ${values.join(',\n  ')}\n)` : `(${line})`;
  return predicate(`${operand(left)} ${not(expression)}IN ${list}`);
}

function translateLike(expression: Extract<Expression, { kind: 'like' }>, context: Context): Sql {
  const value = translateExpression(expression.operand, context);
  const pattern = translateExpression(expression.pattern, context);
  for (const [part, sql] of [
    [expression.operand, value],
    [expression.pattern, pattern],
  ] as const) {
    if (!isText(sql.type) && !isUnknown(sql.type)) refuse(part, `LIKE compares texts; this is ${describe(sql.type)}.`);
  }
  const escape = expression.escape && translateExpression(expression.escape, context);
  const suffix = escape ? ` ESCAPE ${operand(escape)}` : '';
  return predicate(`${operand(value)} ${not(expression)}LIKE ${operand(pattern)}${suffix}`);
}

/** Athena compares values of one kind only, where DuckDB would cast one of them. */
export function checkComparable(place: Placed, left: Type, right: Type): void {
  if (areComparable(left, right)) return;
  const types = [left, right];
  const names = `${describe(left)} with ${describe(right)}`;
  if (types.some(isText) && types.some(isTime)) {
    refuse(
      place,
      `Athena does not compare ${names}. eventtime is text: write from_iso8601_timestamp(eventtime), or compare it with text such as '2023-07-10T12:00:00Z'.`,
    );
  }
  if (types.some(isText) && types.some(({ kind }) => kind === 'boolean')) {
    refuse(
      place,
      `Athena does not compare ${names}. readonly, managementevent and mfaauthenticated are text: write = 'true' or = 'false'.`,
    );
  }
  if (types.some(({ kind }) => kind === 'json')) {
    refuse(place, `Athena does not compare ${names}. json_extract_scalar() gives text.`);
  }
  refuse(place, `Athena does not compare ${names}. Cast one of them.`);
}
