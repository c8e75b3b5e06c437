import type { Context, KnownRelation } from './context.ts';
import { refuse, type Placed } from './problem.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { indented, nameText } from './sql-text.ts';
import type { Query, QueryBody, SetOperation, SortItem, Values } from './syntax.ts';
import { sortText } from './translate-call.ts';
import { translateExpression } from './translate-expression.ts';
import { translateSelect } from './translate-select.ts';
import { areComparable, commonType, describe, isUnknown } from './types.ts';

export interface TranslatedQuery {
  readonly text: string;
  /** Null if they are not known. */
  readonly columns: readonly ScopeColumn[] | null;
}

/** A query in DuckDB's SQL. `isOutermost`: its rows are what is shown. */
export function translateQuery(query: Query, outer: Context, isOutermost = false): TranslatedQuery {
  const { ctes, context } = translateCtes(query, { ...outer, aliases: [], takenNames: [] });
  const body = translateBody(query.body, context, isOutermost, query.orderBy);
  const skip = query.skip && `OFFSET ${translateExpression(query.skip, context).text}`;
  const limit = query.limit && `LIMIT ${translateExpression(query.limit, context).text}`;
  return { text: [ctes, body.text, limit, skip].filter(Boolean).join('\n'), columns: body.columns };
}

/** A query within an expression, with its brackets. */
export function translateSubquery(query: Query, context: Context): TranslatedQuery {
  const { text, columns } = translateQuery(query, context);
  return { text: `(\n  ${indented(text)}\n)`, columns };
}

function translateCtes(query: Query, outer: Context): { ctes: string; context: Context } {
  let context = outer;
  const parts: string[] = [];
  for (const { name, columns, query: inner } of query.ctes) {
    const translated = translateQuery(inner, context);
    const count = translated.columns?.filter(({ reading }) => !reading || reading.usesPartitions).length;
    if (columns.length > 0 && count !== undefined && count !== columns.length) {
      refuse(name, `“${name.text}” names ${columns.length} columns; its query has ${count}.`);
    }
    const list = columns.length > 0 ? `(${columns.map(({ text }) => nameText(text)).join(', ')})` : '';
    parts.push(`${nameText(name.text)}${list} AS (\n  ${indented(translated.text)}\n)`);
    const renamed = columns.map(({ text }, index) => ({
      name: text,
      type: translated.columns?.[index]?.type ?? { kind: 'unknown' as const },
    }));
    const relation: KnownRelation = { name: name.text, columns: columns.length > 0 ? renamed : translated.columns };
    context = { ...context, ctes: [relation, ...context.ctes] };
  }
  return { ctes: parts.length > 0 ? `WITH ${parts.join(',\n')}` : '', context };
}

function translateBody(
  body: QueryBody,
  context: Context,
  isOutermost: boolean,
  orderBy: readonly SortItem[],
): TranslatedQuery {
  switch (body.kind) {
    case 'select':
      return translateSelect(body, context, isOutermost, orderBy);
    case 'values':
      return withOrder(translateValues(body, context), orderBy, context);
    case 'nested': {
      const { text, columns } = translateQuery(body.query, context, isOutermost);
      if (orderBy.length === 0) return { text: `(\n  ${indented(text)}\n)`, columns };
      return withOrder({ text: `SELECT * FROM (\n  ${indented(text)}\n)`, columns }, orderBy, context);
    }
    case 'set':
      return withOrder(translateSet(body, context, isOutermost), orderBy, context);
  }
}

function translateValues(body: Values, context: Context): TranslatedQuery {
  const rows = body.rows.map((row) => row.map((value) => translateExpression(value, context)));
  const width = rows[0]!.length;
  if (rows.some((row) => row.length !== width)) refuse(body, 'The rows of VALUES have different lengths.');
  const columns = rows[0]!.map((first, index) => ({
    name: `_col${index}`,
    type: rows.reduce((type, row) => commonType(type, row[index]!.type), first.type),
  }));
  return { text: `VALUES ${rows.map((row) => `(${row.map(({ text }) => text).join(', ')})`).join(', ')}`, columns };
}

function translateSet(body: SetOperation, context: Context, isOutermost: boolean): TranslatedQuery {
  const sides = [body.left, body.right].map((side, index) => {
    const translated = translateBody(side, context, isOutermost, []);
    const isChain = index === 0 && side.kind === 'set' && side.operator === body.operator && side.isAll === body.isAll;
    return side.kind === 'set' && !isChain
      ? { ...translated, text: `(\n  ${indented(translated.text)}\n)` }
      : translated;
  });
  const [left, right] = sides as [TranslatedQuery, TranslatedQuery];
  const columns = left.columns && right.columns ? merged(body, left.columns, right.columns) : null;
  return { text: `${left.text}\n${body.operator}${body.isAll ? ' ALL' : ''}\n${right.text}`, columns };
}

function merged(place: Placed, left: readonly ScopeColumn[], right: readonly ScopeColumn[]): ScopeColumn[] {
  if (left.length !== right.length) refuse(place, `One side has ${left.length} columns, the other ${right.length}.`);
  return left.map(({ name, type }, index) => {
    const other = right[index]!.type;
    const isSame = areComparable(type, other) || isUnknown(type);
    if (!isSame)
      refuse(
        place,
        `Column ${index + 1} is ${describe(type)} on one side and ${describe(other)} on the other. Cast one of them.`,
      );
    return { name, type: commonType(type, other) };
  });
}

/** ORDER BY of a set operation sees the columns of the outcome and nothing else. */
function withOrder(query: TranslatedQuery, orderBy: readonly SortItem[], context: Context): TranslatedQuery {
  if (orderBy.length === 0) return query;
  const scope = new Scope(context.scope, [{ name: null, qualifiers: [], columns: query.columns }]);
  return { ...query, text: `${query.text}\nORDER BY ${sortText(orderBy, { ...context, scope })}` };
}
