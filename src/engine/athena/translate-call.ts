import { aggregateFunctions, windowFunctions } from './aggregate-functions.ts';
import { FunctionCall } from './call.ts';
import type { Context } from './context.ts';
import { scalarFunctions } from './scalar-functions.ts';
import { condition } from './predicates.ts';
import { own } from './own.ts';
import { refuse } from './problem.ts';
import { atom, nameText, type Sql } from './sql-text.ts';
import type { Call, FrameBound, SortItem, Window } from './syntax.ts';
import { translateExpression } from './translate-expression.ts';

/** Functions that Athena has and whose meaning can't be had here: why, and what to write instead. */
const refusals: Readonly<Record<string, string>> = {
  histogram: 'Group by the value and count instead.',
  map_agg: 'Use array_agg(row(key, value)), or group by the key.',
  multimap_agg: 'Use array_agg(row(key, value)), or group by the key.',
  json_query: "Use json_extract(…, '$.…').",
  json_value: "Use json_extract_scalar(…, '$.…').",
  json_exists: "Use json_extract(…, '$.…') IS NOT NULL.",
  grouping: 'Tell the grouping sets apart by what is NULL in them.',
  typeof: 'Types have other names here.',
  current_user: 'There are no users in a case.',
  current_time: 'Use current_timestamp.',
  localtime: 'Use localtimestamp.',
  reverse: 'It counts characters in another way here. Write the query in DuckDB’s SQL.',
  from_unixtime_nanos: 'Use from_unixtime().',
  shuffle: 'Its outcome is another one each time.',
};

/** A call of one of the functions that were reviewed one by one; any other is refused. */
export function translateCall(node: Call, context: Context): Sql {
  const { name } = node;
  const aggregate = own(aggregateFunctions, name);
  const window = own(windowFunctions, name);
  if ((aggregate || window) && context.isInTry) {
    refuse(node, 'try() can’t hold an aggregate here. For a division: … / nullif(…, 0).');
  }
  if (window && node.over) return modified(node, window(new FunctionCall(node, context)), context);
  if (window) refuse(node, `${name}() is a window function: OVER (…) is missing.`);
  if (aggregate) return modified(node, aggregate(new FunctionCall(node, context)), context);
  const rule = own(scalarFunctions, name);
  if (!rule) {
    const hint = own(refusals, name) ?? 'Write this part in DuckDB’s SQL, or leave it out.';
    return refuse(node, `${name}() is not among the functions of Athena that Trailbench translates. ${hint}`);
  }
  if (node.isStar || node.isDistinct || node.orderBy.length > 0 || node.filter || node.over || node.nulls) {
    refuse(node, `${name}() calculates from its arguments alone: no DISTINCT, ORDER BY, FILTER or OVER.`);
  }
  return rule(new FunctionCall(node, context));
}

/** An aggregate or window function of DuckDB's, before DISTINCT, ORDER BY, FILTER and OVER are added. */
export interface Aggregate extends Pick<Sql, 'type'> {
  readonly name: string;
  readonly arguments: readonly string[];
  /** Whether values are counted once even if DISTINCT is not written. */
  readonly isDistinct?: boolean;
  /** Puts the whole call into an expression. */
  readonly wrap?: (text: string) => string;
}

function modified(node: Call, aggregate: Aggregate, context: Context): Sql {
  const isDistinct = node.isDistinct || aggregate.isDistinct;
  const nulls = node.nulls === 'IGNORE' ? ' IGNORE NULLS' : '';
  const orderBy = node.orderBy.length > 0 ? ` ORDER BY ${sortText(node.orderBy, context)}` : '';
  const inner = `${isDistinct ? 'DISTINCT ' : ''}${aggregate.arguments.join(', ')}${orderBy}${nulls}`;
  const filter = node.filter ? ` FILTER (WHERE ${condition(node.filter, context).text})` : '';
  const over = node.over
    ? ` OVER ${'text' in node.over ? nameText(node.over.text) : `(${windowText(node.over, context)})`}`
    : '';
  const text = `${aggregate.name}(${inner})${filter}${over}`;
  return atom(aggregate.wrap?.(text) ?? text, aggregate.type);
}

/** `a, b DESC NULLS FIRST`; both sort empty values last where nothing is said. */
export function sortText(items: readonly SortItem[], context: Context): string {
  return items
    .map(({ expression, isDescending, nulls }) => {
      const { text } = translateExpression(expression, context);
      return `${text}${isDescending ? ' DESC' : ''}${nulls ? ` NULLS ${nulls}` : ''}`;
    })
    .join(', ');
}

export function windowText(window: Window, context: Context): string {
  const partition = window.partitionBy.map((expression) => translateExpression(expression, context).text).join(', ');
  return [
    window.base ? nameText(window.base.text) : '',
    partition && `PARTITION BY ${partition}`,
    window.orderBy.length > 0 ? `ORDER BY ${sortText(window.orderBy, context)}` : '',
    window.frame ? frameText(window.frame, context) : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function frameText({ unit, start, end }: NonNullable<Window['frame']>, context: Context): string {
  const bound = ({ expression, text }: FrameBound) =>
    expression ? `${translateExpression(expression, context).text} ${text}` : text;
  return end ? `${unit} BETWEEN ${bound(start)} AND ${bound(end)}` : `${unit} ${bound(start)}`;
}
