import { translateRemainder } from '../arithmetic.ts';
import type { FunctionCall, FunctionRule } from '../call.ts';
import { atom, bracketed, levels, type Sql } from '../sql-text.ts';
import { bigint, decimal, double, isUnknown, unknown, type Type } from '../types.ts';

const toDouble =
  (name: string): FunctionRule =>
  (call) => {
    call.expect(1);
    return call.make(name, double, `CAST(${call.number(0).text} AS DOUBLE)`);
  };

export const numberFunctions: Readonly<Record<string, FunctionRule>> = {
  abs: (call) => sameType(call, 'abs'),
  sign: (call) => sameType(call, 'sign'),
  ceil: (call) => whole(call, 'ceil'),
  ceiling: (call) => whole(call, 'ceil'),
  floor: (call) => whole(call, 'floor'),
  round: (call) => {
    call.expect(1, 2);
    if (call.count === 1) return whole(call, 'round');
    const value = call.number(0);
    return call.make('round', value.type, value.text, call.number(1).text);
  },
  truncate: (call) => whole(call, 'trunc'),
  mod: (call) => {
    call.expect(2);
    const [left, right] = [call.expression(0), call.expression(1)];
    const node = {
      kind: 'arithmetic',
      operator: '%',
      left,
      right,
      offset: call.node.offset,
      length: call.node.length,
    } as const;
    return translateRemainder(node, call.number(0), call.number(1), call.context);
  },
  sqrt: toDouble('sqrt'),
  ln: toDouble('ln'),
  log2: toDouble('log2'),
  log10: toDouble('log10'),
  exp: toDouble('exp'),
  power: (call) => power(call),
  pow: (call) => power(call),
  bitwise_and: (call) => bitwise(call, '&'),
  bitwise_or: (call) => bitwise(call, '|'),
  pi: (call) => {
    call.expect(0);
    return call.make('pi', double);
  },
};

function sameType(call: FunctionCall, name: string): Sql {
  call.expect(1);
  return call.make(name, call.number(0).type, call.number(0).text);
}

/** Whole numbers stay as they are, decimals lose their fraction. */
function whole(call: FunctionCall, name: string): Sql {
  call.expect(1);
  const { text, type } = call.number(0);
  if (type.kind === 'integer') return call.number(0);
  if (isUnknown(type)) return call.make(name, unknown, text);
  const outcome: Type = type.kind === 'decimal' ? decimal(38, 0) : double;
  return type.kind === 'decimal'
    ? atom(`CAST(${name}(${text}) AS DECIMAL(38, 0))`, outcome)
    : call.make(name, outcome, text);
}

function power(call: FunctionCall): Sql {
  call.expect(2);
  return call.make('pow', double, call.number(0).text, call.number(1).text);
}

function bitwise(call: FunctionCall, operator: string): Sql {
  call.expect(2);
  const [left, right] = [call.number(0), call.number(1)].map((value) => bracketed(value, levels.atom));
  return atom(`(${left} ${operator} ${right})`, bigint);
}
