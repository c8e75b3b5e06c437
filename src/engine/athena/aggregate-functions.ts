import type { FunctionCall } from './call.ts';
import type { Aggregate } from './translate-call.ts';
import { bracketed, levels, type Sql } from './sql-text.ts';
import { arrayOf, bigint, boolean, decimal, double, isUnknown, unknown, varchar, type Type } from './types.ts';

type AggregateRule = (call: FunctionCall) => Aggregate;

/** The aggregates that were compared with Athena's, one by one. */
export const aggregateFunctions: Readonly<Record<string, AggregateRule>> = {
  count: (call) => {
    if (call.node.isStar || call.count === 0) return { name: 'count', arguments: ['*'], type: bigint };
    call.expect(1);
    return { name: 'count', arguments: [call.argument(0).text], type: bigint };
  },
  count_if: (call) => ({ name: 'count_if', arguments: [only(call, call.boolean(0)).text], type: bigint }),
  sum: (call) => sumOf(call),
  avg: (call) => averageOf(call),
  min: (call) => sameType(call, 'min'),
  max: (call) => sameType(call, 'max'),
  arbitrary: (call) => sameType(call, 'any_value'),
  any_value: (call) => sameType(call, 'any_value'),
  bool_and: (call) => ({ name: 'bool_and', arguments: [only(call, call.boolean(0)).text], type: boolean }),
  every: (call) => ({ name: 'bool_and', arguments: [only(call, call.boolean(0)).text], type: boolean }),
  bool_or: (call) => ({ name: 'bool_or', arguments: [only(call, call.boolean(0)).text], type: boolean }),
  array_agg: (call) => {
    const value = only(call, call.argument(0));
    return { name: 'array_agg', arguments: [value.text], type: arrayOf(value.type) };
  },
  set_agg: (call) => {
    const value = only(call, call.argument(0));
    return { name: 'array_agg', arguments: [value.text], isDistinct: true, type: arrayOf(value.type) };
  },
  listagg: (call) => {
    call.expect(1, 2);
    return {
      name: 'string_agg',
      arguments: [call.text(0).text, call.count > 1 ? call.text(1).text : `''`],
      type: varchar,
    };
  },
  max_by: (call) => valueBy(call, 'arg_max_null'),
  min_by: (call) => valueBy(call, 'arg_min_null'),
  approx_distinct: (call) => {
    call.expect(1, 2);
    call.note('approx_distinct() is an estimate in Athena (within some 2 %); here the values are counted exactly.');
    return { name: 'count', arguments: [call.argument(0).text], isDistinct: true, type: bigint };
  },
  approx_percentile: (call) => {
    call.expect(2);
    call.note('approx_percentile() is an estimate in Athena; here it is the value at exactly that rank.');
    const [value, share] = [call.number(0), call.argument(1)];
    const type = share.type.kind === 'array' ? arrayOf(value.type) : value.type;
    return { name: 'quantile_disc', arguments: [value.text, share.text], type };
  },
  ...Object.fromEntries(
    ['stddev', 'stddev_samp', 'stddev_pop', 'variance', 'var_samp', 'var_pop'].map((name): [string, AggregateRule] => [
      name,
      (call) => ({ name, arguments: [only(call, call.number(0)).text], type: double }),
    ]),
  ),
};

function only(call: FunctionCall, argument: Sql): Sql {
  call.expect(1);
  return argument;
}

function sameType(call: FunctionCall, name: string): Aggregate {
  if ((name === 'min' || name === 'max') && call.count === 2) {
    call.refuse(`${name}() of the first few is not translated. Use array_agg(… ORDER BY …) and slice(…, 1, n).`);
  }
  const value = only(call, call.argument(0));
  return { name, arguments: [value.text], type: value.type };
}

/** The sum of whole numbers is a bigint in Athena; DuckDB's is wider. */
function sumOf(call: FunctionCall): Aggregate {
  const value = only(call, call.number(0));
  const isWhole = value.type.kind === 'integer';
  const type: Type = isWhole ? bigint : value.type.kind === 'decimal' ? decimal(38, value.type.scale) : value.type;
  return {
    name: 'sum',
    arguments: [value.text],
    type,
    ...(isWhole ? { wrap: (text) => `CAST(${text} AS BIGINT)` } : {}),
  };
}

/** The average of decimals is a decimal of their scale in Athena. */
function averageOf(call: FunctionCall): Aggregate {
  const value = only(call, call.number(0));
  if (value.type.kind !== 'decimal')
    return { name: 'avg', arguments: [value.text], type: isUnknown(value.type) ? unknown : double };
  const { scale } = value.type;
  const wrap = (text: string) => `CAST(CAST(${text} AS DECIMAL(38, ${scale + 6})) AS DECIMAL(38, ${scale}))`;
  return { name: 'avg', arguments: [value.text], wrap, type: decimal(38, scale) };
}

function valueBy(call: FunctionCall, name: string): Aggregate {
  if (call.count === 3) call.refuse(`${call.node.name}() of several is not translated. Use array_agg(… ORDER BY …).`);
  call.expect(2);
  const value = call.argument(0);
  return { name, arguments: [value.text, call.argument(1).text], type: value.type };
}

/** Functions that only stand before OVER. */
export const windowFunctions: Readonly<Record<string, AggregateRule>> = {
  ...Object.fromEntries(
    ['row_number', 'rank', 'dense_rank'].map((name): [string, AggregateRule] => [
      name,
      (call) => ranking(call, name, bigint),
    ]),
  ),
  percent_rank: (call) => ranking(call, 'percent_rank', double),
  cume_dist: (call) => ranking(call, 'cume_dist', double),
  ntile: (call) => ({ name: 'ntile', arguments: [only(call, call.number(0)).text], type: bigint }),
  lag: (call) => neighbour(call, 'lag'),
  lead: (call) => neighbour(call, 'lead'),
  first_value: (call) => sameType(call, 'first_value'),
  last_value: (call) => sameType(call, 'last_value'),
  nth_value: (call) => {
    call.expect(2);
    const value = call.argument(0);
    return { name: 'nth_value', arguments: [value.text, call.number(1).text], type: value.type };
  },
};

function ranking(call: FunctionCall, name: string, type: Type): Aggregate {
  call.expect(0);
  return { name, arguments: [], type };
}

function neighbour(call: FunctionCall, name: string): Aggregate {
  call.expect(1, 3);
  const value = call.argument(0);
  const rest = [1, 2]
    .filter((index) => index < call.count)
    .map((index) => bracketed(call.argument(index), levels.concat));
  return { name, arguments: [value.text, ...rest], type: value.type };
}
