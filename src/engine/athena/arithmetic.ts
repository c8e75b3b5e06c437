import type { Context } from './context.ts';
import { failure } from './failure.ts';
import { refuse } from './problem.ts';
import { atom, bracketed, levels, type Sql } from './sql-text.ts';
import type { Expression } from './syntax.ts';
import { addInterval, subtractTimes } from './times.ts';
import { translateExpression } from './translate-expression.ts';
import { asDecimal, commonType, decimal, describe, double, isNumber, isTime, isUnknown, unknown, type Type } from './types.ts'; // prettier-ignore

type Arithmetic = Extract<Expression, { kind: 'arithmetic' }>;

export function translateArithmetic(expression: Arithmetic, context: Context): Sql {
  const left = translateExpression(expression.left, context);
  const right = translateExpression(expression.right, context);
  const { operator } = expression;
  if (operator === '+' || operator === '-') {
    if (isTime(left.type) && right.type.kind === 'interval') return addInterval(left, right, operator, expression);
    if (left.type.kind === 'interval' && isTime(right.type) && operator === '+') {
      return addInterval(right, left, operator, expression);
    }
    if (isTime(left.type) && isTime(right.type) && operator === '-') return subtractTimes(left, right);
  }
  if (left.type.kind === 'interval' || right.type.kind === 'interval') return scaleInterval(expression, left, right);
  for (const [side, sql] of [
    [expression.left, left],
    [expression.right, right],
  ] as const) {
    if (isNumber(sql.type) || isUnknown(sql.type)) continue;
    refuse(
      side,
      isTime(sql.type)
        ? `A ${describe(sql.type)} is moved by an interval: + INTERVAL '1' DAY, or date_add('day', 1, …).`
        : `${operator} calculates with numbers; this is ${describe(sql.type)}: cast it.`,
    );
  }
  if (operator === '/') return divide(expression, left, right, context);
  if (operator === '%') return remainder(expression, left, right, context);
  const level = operator === '*' ? levels.product : levels.sum;
  const text = `${bracketed(left, level)} ${operator} ${bracketed(right, level + 1)}`;
  return { text, level, type: resultType(operator, left.type, right.type) };
}

function scaleInterval(expression: Arithmetic, left: Sql, right: Sql): Sql {
  const { operator } = expression;
  const isInterval = [left, right].map(({ type }) => type.kind === 'interval' || isUnknown(type));
  const isSum = (operator === '+' || operator === '-') && isInterval[0] && isInterval[1];
  const isMultiple = operator === '*' && [left, right].some(({ type }) => type.kind === 'integer' || isUnknown(type));
  if (!isSum && !isMultiple)
    refuse(expression, `${describe(left.type)} ${operator} ${describe(right.type)} is not translated.`);
  const level = isSum ? levels.sum : levels.product;
  const type = left.type.kind === 'interval' ? left.type : right.type;
  return { text: `${bracketed(left, level)} ${operator} ${bracketed(right, level + 1)}`, level, type };
}

function resultType(operator: string, left: Type, right: Type): Type {
  if (isUnknown(left) || isUnknown(right)) return unknown;
  if (left.kind !== 'decimal' && right.kind !== 'decimal') return commonType(left, right);
  if (left.kind === 'double' || right.kind === 'double') return double;
  const [a, b] = [asDecimal(left), asDecimal(right)];
  if (operator === '*') return decimal(a.precision + b.precision, a.scale + b.scale);
  const scale = Math.max(a.scale, b.scale);
  return decimal(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
}

const zero = 'Division by zero';

/** Athena divides whole numbers to a whole number and decimals to a decimal of their scale; DuckDB's / always to a double. */
function divide(expression: Arithmetic, left: Sql, right: Sql, context: Context): Sql {
  if (isUnknown(left.type) || isUnknown(right.type)) {
    refuse(
      expression,
      'Athena divides whole numbers without a remainder, and what these are is not known here. Write CAST(… AS double) / CAST(… AS double), or / CAST(… AS bigint) between whole numbers.',
    );
  }
  const [a, b] = [bracketed(left, levels.product), bracketed(right, levels.sign)];
  if (left.type.kind === 'double' || right.type.kind === 'double') {
    return { text: `${a} / ${b}`, level: levels.product, type: double };
  }
  const type = resultType('+', left.type, right.type);
  if (left.type.kind === 'integer' && right.type.kind === 'integer') {
    return withoutZero(right, { text: `${a} // ${b}`, level: levels.product, type }, context);
  }
  const { scale } = asDecimal(type);
  // Through six more digits: a half that binary can't hold is rounded up all the same.
  const text = `CAST(CAST(${a} / ${b} AS DECIMAL(38, ${scale + 6})) AS DECIMAL(38, ${scale}))`;
  return withoutZero(right, atom(text, decimal(38, scale)), context);
}

function remainder(expression: Arithmetic, left: Sql, right: Sql, context: Context): Sql {
  const isDecimal = [left, right].some(({ type }) => type.kind === 'decimal');
  if (isDecimal) refuse(expression, '% of decimals is not translated. Cast to bigint or double.');
  const text = `${bracketed(left, levels.product)} % ${bracketed(right, levels.sign)}`;
  const sql = { text, level: levels.product, type: commonType(left.type, right.type) };
  return sql.type.kind === 'double' ? sql : withoutZero(right, sql, context);
}

/** DuckDB makes NULL of what Athena fails for. */
function withoutZero(divisor: Sql, sql: Sql, context: Context): Sql {
  if (/^\d*\.?\d+$/.test(divisor.text) && Number(divisor.text) !== 0) return sql;
  const text = `CASE WHEN ${bracketed(divisor, levels.concat)} = 0 THEN ${failure(context, zero, sql.type)} ELSE ${sql.text} END`;
  return atom(text, sql.type);
}

/** For mod(). */
export const translateRemainder = remainder;
