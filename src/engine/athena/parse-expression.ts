import type { Cursor } from './cursor.ts';
import { parseCall } from './parse-call.ts';
import { parseQuery, parseQueryAfter, seesQueryAfter } from './parse-query.ts';
import { parseTypeName } from './parse-type.ts';
import { refuse, type Placed } from './problem.ts';
import type { Expression, Name, Query } from './syntax.ts';

/** Reads an expression, with Trino's precedences. */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => chain(cursor, 'OR', () => chain(cursor, 'AND', () => parseNot(cursor))));
}

function chain(cursor: Cursor, operator: 'AND' | 'OR', parse: () => Expression): Expression {
  const start = cursor.peek();
  const operands = [parse()];
  while (cursor.accept(operator.toLowerCase())) operands.push(parse());
  return operands.length === 1 ? operands[0]! : { kind: 'logical', operator, operands, ...cursor.placeFrom(start) };
}

function parseNot(cursor: Cursor): Expression {
  const start = cursor.peek();
  if (!cursor.accept('not')) return parsePredicate(cursor);
  const operand = cursor.nested(() => parseNot(cursor));
  return { kind: 'not', operand, ...cursor.placeFrom(start) };
}

const comparisons = ['=', '<>', '!=', '<', '>', '<=', '>='];

function parsePredicate(cursor: Cursor): Expression {
  const start = cursor.peek();
  let left = parseValue(cursor);
  for (;;) {
    const next = parsePredicateAfter(cursor, left, start);
    if (next === null) return left;
    left = next;
  }
}

function parsePredicateAfter(cursor: Cursor, left: Expression, start: Placed): Expression | null {
  const place = () => cursor.placeFrom(start);
  if (cursor.peek().kind === 'symbol' && comparisons.includes(cursor.peek().text)) {
    const operator = cursor.next().text.replace('!=', '<>');
    const quantifier = ['any', 'some', 'all'].find((word) => cursor.sees(word, '('));
    if (!quantifier) {
      const right = parseValue(cursor);
      return { kind: 'comparison', operator, left, right, ...place() };
    }
    cursor.next();
    const query = parseBracketedQuery(cursor);
    return { kind: 'quantified', operator, quantifier: quantifier === 'all' ? 'ALL' : 'ANY', left, query, ...place() };
  }
  if (cursor.accept('is')) {
    const isNot = cursor.accept('not');
    if (cursor.accept('null')) return { kind: 'isNull', operand: left, isNot, ...place() };
    cursor.expect('distinct', 'from');
    return { kind: 'isDistinct', left, right: parseValue(cursor), isNot, ...place() };
  }
  const isNot = cursor.sees('not') && ['between', 'in', 'like'].some((word) => cursor.sees('not', word));
  if (isNot) cursor.next();
  if (cursor.accept('between')) {
    const low = parseValue(cursor);
    cursor.expect('and');
    return { kind: 'between', operand: left, low, high: parseValue(cursor), isNot, ...place() };
  }
  if (cursor.accept('in')) return { kind: 'in', operand: left, values: parseInValues(cursor), isNot, ...place() };
  if (cursor.accept('like')) {
    const pattern = parseValue(cursor);
    const escape = cursor.accept('escape') ? parseValue(cursor) : null;
    return { kind: 'like', operand: left, pattern, escape, isNot, ...place() };
  }
  return null;
}

function parseInValues(cursor: Cursor): readonly Expression[] | Query {
  const token = cursor.peek();
  if (token.kind === 'parameter') {
    refuse(
      token,
      `Write (${cursor.sql.substr(token.offset, token.length)}), or contains(${cursor.sql.substr(token.offset, token.length)}, …) for a list.`,
    );
  }
  if (seesQuery(cursor, 1)) return parseBracketedQuery(cursor);
  cursor.expect('(');
  const values = parseList(cursor);
  cursor.expect(')');
  return values;
}

export function parseBracketedQuery(cursor: Cursor): Query {
  cursor.expect('(');
  const query = cursor.nested(() => parseQuery(cursor));
  cursor.expect(')');
  return query;
}

/** Whether a query begins at the token `ahead`. */
export function seesQuery(cursor: Cursor, ahead: number): boolean {
  const { kind, text } = cursor.peek(ahead);
  return kind === 'word' && ['select', 'with', 'values', 'table'].includes(text.toLowerCase());
}

/** One expression or more, with commas between. */
export function parseList(cursor: Cursor): Expression[] {
  const items = [parseExpression(cursor)];
  while (cursor.accept(',')) items.push(parseExpression(cursor));
  return items;
}

/** A value: || binds least, then + and -, then * / and %, then a sign, then AT TIME ZONE. */
export function parseValue(cursor: Cursor): Expression {
  const start = cursor.peek();
  const operands = [parseSum(cursor)];
  while (cursor.accept('||')) operands.push(parseSum(cursor));
  return operands.length === 1 ? operands[0]! : { kind: 'concat', operands, ...cursor.placeFrom(start) };
}

function parseSum(cursor: Cursor): Expression {
  return parseArithmetic(cursor, ['+', '-'], () => parseArithmetic(cursor, ['*', '/', '%'], () => parseSign(cursor)));
}

function parseArithmetic(cursor: Cursor, operators: readonly string[], parse: () => Expression): Expression {
  const start = cursor.peek();
  let left = parse();
  while (cursor.seesOneOf(operators)) {
    const operator = cursor.next().text;
    const right = parse();
    left = { kind: 'arithmetic', operator, left, right, ...cursor.placeFrom(start) };
  }
  return left;
}

function parseSign(cursor: Cursor): Expression {
  const start = cursor.peek();
  if (cursor.sees('-') || cursor.sees('+')) {
    const operator = cursor.next().text === '-' ? '-' : '+';
    const operand = cursor.nested(() => parseSign(cursor));
    return { kind: 'unary', operator, operand, ...cursor.placeFrom(start) };
  }
  let operand = parsePostfix(cursor);
  while (cursor.accept('at', 'time', 'zone')) {
    operand = { kind: 'atTimeZone', operand, zone: parsePostfix(cursor), ...cursor.placeFrom(start) };
  }
  return operand;
}

function parsePostfix(cursor: Cursor): Expression {
  const start = cursor.peek();
  let base = parsePrimary(cursor);
  for (;;) {
    if (cursor.sees('.') && !cursor.sees('.', '*')) {
      cursor.next();
      base = { kind: 'field', base, name: cursor.name('The name of a field'), ...cursor.placeFrom(start) };
    } else if (cursor.accept('[')) {
      const index = parseExpression(cursor);
      cursor.expect(']');
      base = { kind: 'subscript', base, index, ...cursor.placeFrom(start) };
    } else {
      return base;
    }
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  switch (token.kind) {
    case 'string':
      cursor.next();
      return { kind: 'string', value: token.text, ...cursor.placeFrom(token) };
    case 'number':
      cursor.next();
      return { kind: 'number', text: token.text, ...cursor.placeFrom(token) };
    case 'parameter':
      cursor.next();
      return { kind: 'parameter', name: token.text, ...cursor.placeFrom(token) };
    case 'quoted':
    case 'word':
      return parseWord(cursor);
    case 'symbol':
      return parseSymbol(cursor);
    case 'end':
      return cursor.fail('An expression is expected');
  }
}

function parseSymbol(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token.text === '?') {
    refuse(token, 'Trailbench has no ? parameters. Give the parameter a name ($name) and a value beside the query.');
  }
  if (token.text === '<' || token.text === '{' || token.text === '$') {
    cursor.fail('A value is expected (has a placeholder been left in?)');
  }
  if (token.text !== '(') return cursor.fail('An expression is expected');
  const parameters = cursor.attempt(() => parseLambdaParameters(cursor));
  if (parameters) return { kind: 'lambda', parameters, body: parseExpression(cursor), ...cursor.placeFrom(token) };
  if (seesQuery(cursor, 1)) {
    return { kind: 'subquery', query: parseBracketedQuery(cursor), ...cursor.placeFrom(token) };
  }
  cursor.expect('(');
  const items = parseList(cursor);
  const first = items[0]!;
  if (items.length === 1 && first.kind === 'subquery' && seesQueryAfter(cursor)) {
    const query = parseQueryAfter(cursor, first.query);
    cursor.expect(')');
    return { kind: 'subquery', query, ...cursor.placeFrom(token) };
  }
  cursor.expect(')');
  return items.length === 1 ? items[0]! : { kind: 'row', items, ...cursor.placeFrom(token) };
}

/** `(a, b) ->` */
function parseLambdaParameters(cursor: Cursor): Name[] | null {
  cursor.expect('(');
  const parameters: Name[] = [];
  if (!cursor.sees(')')) {
    do parameters.push(cursor.name());
    while (cursor.accept(','));
  }
  cursor.expect(')');
  return cursor.accept('->') ? parameters : null;
}

/** Literals that begin with the name of their type. */
const typedLiterals = ['date', 'timestamp', 'time', 'decimal', 'bigint', 'integer', 'smallint', 'tinyint', 'double', 'real', 'varchar', 'json', 'ipaddress', 'uuid', 'x', 'u', 'boolean']; // prettier-ignore

function parseWord(cursor: Cursor): Expression {
  const token = cursor.peek();
  const word = token.kind === 'word' ? token.text.toLowerCase() : '';
  const place = () => cursor.placeFrom(token);
  if (word === 'null' && cursor.accept('null')) return { kind: 'null', ...place() };
  if (word === 'true' || word === 'false') {
    cursor.next();
    return { kind: 'boolean', value: word === 'true', ...place() };
  }
  if (word === 'case') return parseCase(cursor);
  if (word === 'cast' || word === 'try_cast') return parseCast(cursor);
  if (word === 'interval' && (cursor.peek(1).kind === 'string' || ['+', '-'].includes(cursor.peek(1).text))) {
    return parseInterval(cursor);
  }
  if (word === 'array' && cursor.accept('array', '[')) {
    const items = cursor.sees(']') ? [] : parseList(cursor);
    cursor.expect(']');
    return { kind: 'array', items, ...place() };
  }
  if (word === 'exists' && cursor.sees('exists', '(')) {
    cursor.next();
    return { kind: 'exists', query: parseBracketedQuery(cursor), ...place() };
  }
  if (typedLiterals.includes(word) && cursor.peek(1).kind === 'string') {
    cursor.next();
    return { kind: 'typed', type: word, value: cursor.next().text, ...place() };
  }
  if (cursor.sees(word, '->')) {
    const parameters = [cursor.name()];
    cursor.expect('->');
    return { kind: 'lambda', parameters, body: parseExpression(cursor), ...place() };
  }
  return parseCall(cursor) ?? { kind: 'name', name: cursor.name('An expression'), ...place() };
}

function parseCase(cursor: Cursor): Expression {
  const start = cursor.next();
  const operand = cursor.sees('when') ? null : parseExpression(cursor);
  const branches: { when: Expression; then: Expression }[] = [];
  do {
    cursor.expect('when');
    const when = parseExpression(cursor);
    cursor.expect('then');
    branches.push({ when, then: parseExpression(cursor) });
  } while (cursor.sees('when'));
  const otherwise = cursor.accept('else') ? parseExpression(cursor) : null;
  cursor.expect('end');
  return { kind: 'case', operand, branches, otherwise, ...cursor.placeFrom(start) };
}

function parseCast(cursor: Cursor): Expression {
  const start = cursor.next();
  cursor.expect('(');
  const operand = parseExpression(cursor);
  cursor.expect('as');
  const type = parseTypeName(cursor);
  cursor.expect(')');
  return { kind: 'cast', operand, type, isTry: start.text.toLowerCase() === 'try_cast', ...cursor.placeFrom(start) };
}

const intervalUnits = ['second', 'minute', 'hour', 'day', 'month', 'year', 'week', 'millisecond'];

function parseInterval(cursor: Cursor): Expression {
  const start = cursor.next();
  const isNegative = cursor.accept('-') || (cursor.accept('+') && false);
  const value = cursor.next();
  const unit = cursor.next();
  const name = unit.text.toLowerCase().replace(/s$/, '');
  if (!intervalUnits.includes(name)) cursor.fail('SECOND, MINUTE, HOUR, DAY, MONTH or YEAR is expected after INTERVAL');
  const place = cursor.placeFrom(start);
  if (cursor.sees('to') || !/^\s*-?\d+\s*$/.test(value.text)) {
    refuse(place, "Only intervals of one whole number and one unit are translated, e.g. INTERVAL '36' HOUR.");
  }
  return { kind: 'interval', count: Number(value.text) * (isNegative ? -1 : 1), unit: name, ...place };
}
