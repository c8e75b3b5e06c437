import type { FunctionRule } from '../call.ts';
import { translateExpression } from '../translate-expression.ts';
import { condition } from '../predicates.ts';
import { atom, bracketed, levels, type Sql } from '../sql-text.ts';
import { commonType, unknown, type Type } from '../types.ts';
import type { FunctionCall } from '../call.ts';

export const conditionalFunctions: Readonly<Record<string, FunctionRule>> = {
  if: (call) => {
    call.expect(2, 3);
    const test = condition(call.expression(0), call.context);
    const [then, otherwise] = [call.argument(1), call.count > 2 ? call.argument(2) : null];
    const type = otherwise ? commonType(then.type, otherwise.type) : then.type;
    return atom(`CASE WHEN ${test.text} THEN ${then.text}${otherwise ? ` ELSE ${otherwise.text}` : ''} END`, type);
  },
  coalesce: (call) => {
    const values = allArguments(call);
    return call.make('coalesce', commonOf(values), ...values.map(({ text }) => text));
  },
  nullif: (call) => {
    call.expect(2);
    return call.make('nullif', call.argument(0).type, call.argument(0).text, call.argument(1).text);
  },
  greatest: (call) => extreme(call, 'greatest'),
  least: (call) => extreme(call, 'least'),
  try: (call) => {
    call.expect(1);
    const value = translateExpression(call.expression(0), { ...call.context, isInTry: true });
    return call.make('TRY', value.type, value.text);
  },
};

function allArguments(call: FunctionCall): Sql[] {
  call.expect(1, 100);
  return call.node.arguments.map((_, index) => call.argument(index));
}

const commonOf = (values: readonly Sql[]) =>
  values.reduce<Type>((type, value) => commonType(type, value.type), unknown);

/** NULL if any argument is, where DuckDB leaves such arguments out. */
function extreme(call: FunctionCall, name: string): Sql {
  const values = allArguments(call);
  const whole = `${name}(${values.map(({ text }) => text).join(', ')})`;
  const tests = values
    .filter(({ text }) => !/^(?:-?[\d.]+|'[^']*')$/.test(text))
    .map((value) => `${bracketed(value, levels.concat)} IS NOT NULL`);
  return atom(tests.length === 0 ? whole : `CASE WHEN ${tests.join(' AND ')} THEN ${whole} END`, commonOf(values));
}
