import { postpone, type Context } from './context.ts';
import { condition } from './predicates.ts';
import { refuse } from './problem.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { asAtom, nameText, type Sql } from './sql-text.ts';
import type { Expression, GroupingElement, Name, Select, SelectItem, SortItem } from './syntax.ts';
import { timeAsText } from './times.ts';
import { sortText, windowText } from './translate-call.ts';
import { sameName, translateExpression } from './translate-expression.ts';
import type { TranslatedQuery } from './translate-query.ts';
import { translateFrom, type TranslatedRelation } from './translate-relation.ts';
import { describe, varchar } from './types.ts';

/** One column of the SELECT list, or several of them (`*`). */
interface Item {
  readonly text: string;
  /** Null if not known. */
  readonly columns: readonly ScopeColumn[] | null;
  /** Of a single expression. */
  readonly source: { readonly expression: Expression; readonly sql: Sql; readonly isShownAsText: boolean } | null;
}

export function translateSelect(
  select: Select,
  outer: Context,
  isOutermost: boolean,
  orderBy: readonly SortItem[],
): TranslatedQuery {
  const from = translateFrom(select.from, outer);
  const takenNames = select.items.flatMap(takenName);
  const context = { ...outer, takenNames, scope: new Scope(outer.scope, from.relations, from.merged) };
  const items = translateItems(select.items, context, from, isOutermost);
  const windows = select.windows.map(
    ({ name, window }) => `${nameText(name.text)} AS (${windowText(window, context)})`,
  );
  const lines = [
    `SELECT${select.isDistinct ? ' DISTINCT' : ''}${listText(items.map(({ text }) => text))}`,
    from.text && `FROM ${from.text}`,
    select.where && `WHERE ${condition(select.where, context).text}`,
    select.groupBy.length > 0 &&
      `GROUP BY ${select.groupBy.map((element) => groupingText(element, items, context)).join(', ')}`,
    select.having && `HAVING ${condition(select.having, context).text}`,
    windows.length > 0 && `WINDOW ${windows.join(', ')}`,
    orderBy.length > 0 && `ORDER BY ${orderText(orderBy, select.items, items, context)}`,
  ];
  const isKnown = items.every(({ columns }) => columns !== null);
  return {
    text: lines.filter(Boolean).join('\n'),
    columns: isKnown ? items.flatMap(({ columns }) => columns ?? []) : null,
  };
}

function listText(items: readonly string[]): string {
  const line = items.join(', ');
  return line.length <= 80 && !line.includes('\n')
    ? ` ${line}`
    : `\n  ${items.map((item) => item.replaceAll('\n', '\n  ')).join(',\n  ')}`;
}

function translateItems(
  items: readonly SelectItem[],
  context: Context,
  from: TranslatedRelation,
  isOutermost: boolean,
): Item[] {
  let position = 0;
  const named = items.flatMap((item) =>
    item.kind === 'all' ? [] : [item.alias?.text ?? impliedName(item.expression) ?? ''],
  );
  return items.map((item) => {
    const translated =
      item.kind === 'all'
        ? translateAll(item, context, from, named)
        : translateItem(item, context, position, isOutermost);
    position += translated.columns?.length ?? 1;
    return translated;
  });
}

function translateItem(
  item: Extract<SelectItem, { kind: 'expression' }>,
  context: Context,
  position: number,
  isOutermost: boolean,
): Item {
  const { expression, alias } = item;
  const sql = translateExpression(expression, context);
  // Athena shows a time in its zone, where DuckDB would show the instant in UTC.
  const isShownAsText =
    isOutermost && sql.type.kind === 'timestamptz' && sql.type.zone !== 'UTC' && sql.type.zone !== null;
  const text = isShownAsText ? timeAsText(sql, expression) : sql.text;
  const name = alias?.text ?? impliedName(expression) ?? `_col${position}`;
  const isNamed =
    alias === null && isPath(expression) && !isShownAsText && sql.text.toLowerCase().endsWith(name.toLowerCase());
  const column = { name, type: isShownAsText ? varchar : sql.type };
  return {
    text: isNamed ? text : `${text} AS ${nameText(name)}`,
    columns: [column],
    source: { expression, sql, isShownAsText },
  };
}

/** Athena names a column after the last name of a path; all else is `_col0`, `_col1` … */
function impliedName(expression: Expression): string | null {
  return expression.kind === 'name' || expression.kind === 'field' ? expression.name.text : null;
}

/** The alias of an item that is not simply the column of that name. */
function takenName(item: SelectItem): string[] {
  if (item.kind === 'all' || item.alias === null) return [];
  const { expression, alias } = item;
  return expression.kind === 'name' && sameName(expression.name.text, alias.text) ? [] : [alias.text];
}

function isPath(expression: Expression): boolean {
  return expression.kind === 'name' || (expression.kind === 'field' && isPath(expression.base));
}

/** `named`: the other columns of the SELECT list; a partition column of that name is left out of the `*`. */
function translateAll(
  item: Extract<SelectItem, { kind: 'all' }>,
  context: Context,
  from: TranslatedRelation,
  named: readonly string[],
): Item {
  if (from.relations.length === 0) refuse(item, '* needs a FROM.');
  if (item.base === null) {
    const isKnown = from.relations.every(({ columns }) => columns !== null) && from.merged.length === 0;
    const columns = from.relations.flatMap((relation) => relation.columns ?? []);
    const hidden = columns.filter((column) => column.reading && named.some((name) => sameName(name, column.name)));
    const excluded = () => {
      const there = hidden.filter(({ reading }) => reading?.usesPartitions);
      return there.length > 0 ? ` EXCLUDE (${there.map(({ name }) => nameText(name)).join(', ')})` : '';
    };
    const shown = columns.filter((column) => !hidden.includes(column));
    const text = hidden.length > 0 ? `*${postpone(context, excluded)}` : '*';
    return { text, columns: isKnown ? shown : null, source: null };
  }
  const names = pathOf(item.base);
  const relation =
    names && from.relations.find(({ name, qualifiers }) => name !== null && endsAlike(qualifiers, names));
  if (relation) return { text: `${nameText(relation.name!)}.*`, columns: relation.columns, source: null };
  const row = translateExpression(item.base, context);
  if (row.type.kind !== 'row') return refuse(item, `Only a relation or a row has a *; this is ${describe(row.type)}.`);
  const columns = row.type.fields.map(({ name, type }, index) => ({ name: name ?? `_col${index}`, type }));
  return {
    text: columns.map(({ name }) => `${asAtom(row)}.${nameText(name)} AS ${nameText(name)}`).join(', '),
    columns,
    source: null,
  };
}

function pathOf(expression: Expression): Name[] | null {
  if (expression.kind === 'name') return [expression.name];
  const base = expression.kind === 'field' ? pathOf(expression.base) : null;
  return base && expression.kind === 'field' ? [...base, expression.name] : null;
}

function endsAlike(qualifiers: readonly string[], names: readonly Name[]): boolean {
  const suffix = qualifiers.slice(-names.length);
  return suffix.length === names.length && suffix.every((qualifier, index) => sameName(qualifier, names[index]!.text));
}

function groupingText(element: GroupingElement, items: readonly Item[], context: Context): string {
  const list = (expressions: readonly Expression[]) =>
    expressions.map((expression) => groupText(expression, items, context)).join(', ');
  switch (element.kind) {
    case 'expressions':
      return element.isSet ? `(${list(element.expressions)})` : list(element.expressions);
    case 'ROLLUP':
    case 'CUBE':
      return `${element.kind}(${list(element.expressions)})`;
    case 'GROUPING SETS':
      return `GROUPING SETS (${element.sets.map((set) => `(${list(set)})`).join(', ')})`;
  }
}

/** A number stands for a column of the SELECT list. */
function groupText(expression: Expression, items: readonly Item[], context: Context): string {
  if (expression.kind !== 'number') return translateExpression(expression, context).text;
  const source = sourceAt(expression, items);
  return source?.isShownAsText ? source.sql.text : expression.text;
}

function sourceAt(expression: Extract<Expression, { kind: 'number' }>, items: readonly Item[]): Item['source'] {
  const isKnown = items.every(({ columns }) => columns !== null);
  const count = items.reduce((sum, { columns }) => sum + (columns?.length ?? 1), 0);
  const position = Number(expression.text);
  if (!/^\d+$/.test(expression.text) || position < 1 || (isKnown && position > count)) {
    refuse(expression, `There is no column ${expression.text}: the SELECT list has ${count}.`);
  }
  return items.length === count ? (items[position - 1]?.source ?? null) : null;
}

type NamedExpression = Extract<Expression, { kind: 'name' }>;

const isAlias = (item: SelectItem, name: Name) =>
  item.kind === 'expression' && item.alias !== null && sameName(item.alias.text, name.text);

function sortedName({ isDescending, nulls }: SortItem, { name }: NamedExpression): string {
  return `${nameText(name.text)}${isDescending ? ' DESC' : ''}${nulls ? ` NULLS ${nulls}` : ''}`;
}

/**
 * In ORDER BY a name is first of all a column of the outcome. DuckDB sees it that way only where it stands alone, so within
 * an expression it is replaced by what it stands for.
 */
function orderText(
  orderBy: readonly SortItem[],
  selected: readonly SelectItem[],
  items: readonly Item[],
  context: Context,
): string {
  const aliases = selected.flatMap((item) => {
    if (item.kind !== 'expression') return [];
    const text = item.alias?.text ?? impliedName(item.expression);
    const isItself = item.expression.kind === 'name' && text !== null && sameName(item.expression.name.text, text);
    return text === null || isItself ? [] : [{ name: { text, offset: 0, length: 0 }, expression: item.expression }];
  });
  return orderBy
    .map((item) => {
      const { expression } = item;
      if (expression.kind === 'number') {
        const source = sourceAt(expression, items);
        if (!source?.isShownAsText) return sortText([item], context);
        return sortText([{ ...item, expression: source.expression }], context);
      }
      const named = expression.kind === 'name' ? selected.findIndex((one) => isAlias(one, expression.name)) : -1;
      if (named >= 0 && !items[named]?.source?.isShownAsText) return sortedName(item, expression as NamedExpression);
      return sortText([item], { ...context, aliases });
    })
    .join(', ');
}
