import type { FunctionCall, FunctionRule } from '../call.ts';
import { translateExpression } from '../translate-expression.ts';
import { Scope } from '../scope.ts';
import { atom, bracketed, levels, nameText, type Sql } from '../sql-text.ts';
import { arrayOf, boolean, commonType } from '../types.ts';

/** Functions over lists that take a function. */
export const lambdaFunctions: Readonly<Record<string, FunctionRule>> = {
  filter: (call) => {
    call.expect(2);
    const { sql, element } = call.list(0);
    return call.make('list_filter', sql.type, sql.text, call.lambda(1, [element]).text);
  },
  transform: (call) => {
    call.expect(2);
    const { sql, element } = call.list(0);
    const { text, body } = call.lambda(1, [element]);
    return call.make('list_transform', arrayOf(body.type), sql.text, text);
  },
  any_match: (call) => matched(call, true),
  all_match: (call) => matched(call, false),
  none_match: (call) => {
    const any = matched(call, true);
    return { text: `NOT ${bracketed(any, levels.not)}`, level: levels.not, type: boolean };
  },
  reduce: (call) => reduced(call),
};

/**
 * any_match: true if one is true, else NULL if one is NULL, else false. all_match: false if one is false, else NULL if one
 * is NULL, else true.
 */
function matched(call: FunctionCall, isAny: boolean): Sql {
  call.expect(2);
  const { sql, element } = call.list(0);
  const { body, names } = call.lambda(1, [element]);
  const test = bracketed(body, levels.concat);
  const count = (condition: string) => `len(list_filter(${sql.text}, lambda ${names[0]}: ${condition})) > 0`;
  const decided = isAny ? count(body.text) : count(`NOT ${bracketed(body, levels.not)}`);
  const branches = `WHEN ${decided} THEN ${isAny} WHEN ${count(`${test} IS NULL`)} THEN NULL`;
  return atom(`CASE ${branches} WHEN ${bracketed(sql, levels.concat)} IS NOT NULL THEN ${!isAny} END`, boolean);
}

/** reduce(list, start, (s, x) -> …, s -> …): the last function is written around the outcome. */
function reduced(call: FunctionCall): Sql {
  call.expect(4);
  const { sql, element } = call.list(0);
  const start = call.argument(1);
  const { text, body } = call.lambda(2, [start.type, element]);
  const type = commonType(start.type, body.type);
  const total = `list_reduce(${sql.text}, ${text}, ${start.text})`;
  if (type.kind !== element.kind) {
    call.refuse('reduce() to another type than that of the elements is not translated. Use transform() first.');
  }
  const last = call.expression(3);
  if (last.kind !== 'lambda' || last.parameters.length !== 1)
    return call.refuse('The last argument of reduce() is a function of one, e.g. s -> s.');
  const name = last.parameters[0]!.text;
  if (last.body.kind === 'name' && last.body.name.text.toLowerCase() === name.toLowerCase()) return atom(total, type);
  const scope = new Scope(call.context.scope, [], [], [{ name, type }]);
  const outcome = translateExpression(last.body, { ...call.context, scope });
  return atom(`list_transform([${total}], lambda ${nameText(name)}: ${outcome.text})[1]`, outcome.type);
}
