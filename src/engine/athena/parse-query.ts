import type { Cursor } from './cursor.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseRelation } from './parse-relation.ts';
import { refuse, type Placed } from './problem.ts';
import type { Expression, FrameBound, GroupingElement, Name, Query, QueryBody, Select, SelectItem, SortItem, Window } from './syntax.ts'; // prettier-ignore

/** Reads a query, with its WITH, ORDER BY, OFFSET and LIMIT. */
export function parseQuery(cursor: Cursor): Query {
  const start = cursor.peek();
  const ctes = cursor.accept('with') ? parseCtes(cursor) : [];
  return parseRest(cursor, start, ctes, parseBody(cursor, null));
}

/** Reads on where a bracketed query was read, and a set operation or an ORDER BY shows that it began another one. */
export function parseQueryAfter(cursor: Cursor, first: Query): Query {
  return parseRest(cursor, first, [], parseBody(cursor, { kind: 'nested', query: first }));
}

export function seesQueryAfter(cursor: Cursor): boolean {
  return cursor.seesOneOf(['union', 'intersect', 'except', 'order', 'limit', 'offset', 'fetch']);
}

function parseRest(cursor: Cursor, start: Placed, ctes: Query['ctes'], body: QueryBody): Query {
  const orderBy = cursor.accept('order', 'by') ? parseSortItems(cursor) : [];
  let skip: Expression | null = null;
  let limit: Expression | null = null;
  for (;;) {
    if (cursor.accept('offset')) {
      skip = parseExpression(cursor);
      if (!cursor.accept('rows')) cursor.accept('row');
    } else if (cursor.accept('limit')) {
      if (!cursor.accept('all')) limit = parseExpression(cursor);
    } else if (cursor.sees('fetch')) {
      limit = parseFetch(cursor);
    } else {
      return { ctes, body, orderBy, skip, limit, ...cursor.placeFrom(start) };
    }
  }
}

function parseFetch(cursor: Cursor): Expression {
  const start = cursor.next();
  if (!cursor.accept('first')) cursor.expect('next');
  const isOne = cursor.seesOneOf(['row', 'rows']);
  const limit: Expression = isOne
    ? { kind: 'number', text: '1', offset: start.offset, length: start.length }
    : parseExpression(cursor);
  if (!cursor.accept('rows')) cursor.expect('row');
  if (cursor.sees('with', 'ties')) {
    refuse(cursor.peek(), 'WITH TIES is not translated. Use rank() OVER (ORDER BY …) in a subquery and filter by it.');
  }
  cursor.expect('only');
  return limit;
}

function parseCtes(cursor: Cursor): Query['ctes'] {
  if (cursor.sees('recursive')) {
    refuse(cursor.peek(), 'WITH RECURSIVE is not translated. Write it in DuckDB’s SQL, which has it too.');
  }
  const ctes: { name: Name; columns: readonly Name[]; query: Query }[] = [];
  do {
    const name = cursor.name();
    const columns = cursor.sees('(') ? parseNames(cursor) : [];
    cursor.expect('as', '(');
    const query = cursor.nested(() => parseQuery(cursor));
    cursor.expect(')');
    ctes.push({ name, columns, query });
  } while (cursor.accept(','));
  return ctes;
}

/** `(a, b)` */
export function parseNames(cursor: Cursor): Name[] {
  cursor.expect('(');
  const names = [cursor.name()];
  while (cursor.accept(',')) names.push(cursor.name());
  cursor.expect(')');
  return names;
}

/** INTERSECT binds more than UNION and EXCEPT. */
function parseBody(cursor: Cursor, first: QueryBody | null): QueryBody {
  const parseIntersect = (left: QueryBody) => parseSet(cursor, ['intersect'], left, () => parseTerm(cursor));
  const left = parseIntersect(first ?? parseTerm(cursor));
  return parseSet(cursor, ['union', 'except'], left, () => parseIntersect(parseTerm(cursor)));
}

function parseSet(cursor: Cursor, operators: readonly string[], first: QueryBody, parse: () => QueryBody): QueryBody {
  const start = cursor.peek();
  let left = first;
  while (cursor.seesOneOf(operators)) {
    const operator = cursor.next().text.toUpperCase() as 'UNION' | 'INTERSECT' | 'EXCEPT';
    const isAll = cursor.accept('all');
    if (!isAll) cursor.accept('distinct');
    if (cursor.sees('corresponding')) cursor.fail('A query is expected');
    left = { kind: 'set', operator, isAll, left, right: parse(), ...cursor.placeFrom(start) };
  }
  return left;
}

function parseTerm(cursor: Cursor): QueryBody {
  const start = cursor.peek();
  if (cursor.accept('(')) {
    const query = cursor.nested(() => parseQuery(cursor));
    cursor.expect(')');
    return { kind: 'nested', query };
  }
  if (cursor.accept('values')) {
    const rows = parseList(cursor).map((row) => (row.kind === 'row' ? row.items : [row]));
    return { kind: 'values', rows, ...cursor.placeFrom(start) };
  }
  if (cursor.accept('table')) {
    const from = [parseRelation(cursor)];
    const place = cursor.placeFrom(start);
    const items: SelectItem[] = [{ kind: 'all', base: null, ...place }];
    return {
      kind: 'select',
      isDistinct: false,
      items,
      from,
      where: null,
      groupBy: [],
      having: null,
      windows: [],
      ...place,
    };
  }
  if (!cursor.accept('select')) cursor.fail('SELECT is expected');
  const isDistinct = cursor.accept('distinct');
  if (!isDistinct) cursor.accept('all');
  const items = [parseItem(cursor)];
  while (cursor.accept(',')) items.push(parseItem(cursor));
  const from: Select['from'][number][] = [];
  if (cursor.accept('from')) {
    do from.push(parseRelation(cursor));
    while (cursor.accept(','));
  }
  const where = cursor.accept('where') ? parseExpression(cursor) : null;
  const groupBy = cursor.accept('group', 'by') ? parseGroupBy(cursor) : [];
  const having = cursor.accept('having') ? parseExpression(cursor) : null;
  const windows = cursor.accept('window') ? parseWindows(cursor) : [];
  return { kind: 'select', isDistinct, items, from, where, groupBy, having, windows, ...cursor.placeFrom(start) };
}

function parseItem(cursor: Cursor): SelectItem {
  const start = cursor.peek();
  if (cursor.accept('*')) return { kind: 'all', base: null, ...cursor.placeFrom(start) };
  if (cursor.peek().kind === 'end' || cursor.sees('from'))
    cursor.fail('A column is expected (is there a comma too many?)');
  const expression = parseExpression(cursor);
  if (cursor.accept('.', '*')) return { kind: 'all', base: expression, ...cursor.placeFrom(start) };
  const alias = cursor.accept('as') || cursor.seesAlias() ? cursor.name('A name for the column') : null;
  if (cursor.peek().kind === 'string') cursor.fail('A column’s name goes in double quotes');
  return { kind: 'expression', expression, alias };
}

function parseGroupBy(cursor: Cursor): GroupingElement[] {
  if (cursor.sees('distinct')) refuse(cursor.peek(), 'GROUP BY DISTINCT is not translated. List the grouping sets.');
  cursor.accept('all');
  const elements = [parseGrouping(cursor)];
  while (cursor.accept(',')) elements.push(parseGrouping(cursor));
  return elements;
}

function parseGrouping(cursor: Cursor): GroupingElement {
  for (const kind of ['ROLLUP', 'CUBE'] as const) {
    if (cursor.accept(kind.toLowerCase(), '(')) {
      const expressions = parseList(cursor);
      cursor.expect(')');
      return { kind, expressions };
    }
  }
  if (cursor.accept('grouping', 'sets', '(')) {
    const sets: (readonly Expression[])[] = [];
    do sets.push(parseSetOfGroups(cursor));
    while (cursor.accept(','));
    cursor.expect(')');
    return { kind: 'GROUPING SETS', sets };
  }
  if (cursor.accept('(', ')')) return { kind: 'expressions', expressions: [], isSet: true };
  const expression = parseExpression(cursor);
  const isSet = expression.kind === 'row';
  return { kind: 'expressions', expressions: isSet ? expression.items : [expression], isSet };
}

function parseSetOfGroups(cursor: Cursor): readonly Expression[] {
  if (cursor.accept('(', ')')) return [];
  const expression = parseExpression(cursor);
  return expression.kind === 'row' ? expression.items : [expression];
}

function parseWindows(cursor: Cursor): Select['windows'] {
  const windows: { name: Name; window: Window }[] = [];
  do {
    const name = cursor.name('The name of a window');
    cursor.expect('as', '(');
    windows.push({ name, window: parseWindow(cursor) });
  } while (cursor.accept(','));
  return windows;
}

/** After the opening bracket, through the closing one. */
export function parseWindow(cursor: Cursor): Window {
  const isBase = cursor.seesAlias() && !cursor.seesOneOf(['partition', 'rows', 'range', 'groups']);
  const base = isBase ? cursor.name() : null;
  const partitionBy = cursor.accept('partition', 'by') ? parseList(cursor) : [];
  const orderBy = cursor.accept('order', 'by') ? parseSortItems(cursor) : [];
  let frame: Window['frame'] = null;
  if (cursor.seesOneOf(['rows', 'range', 'groups'])) {
    const unit = cursor.next().text.toUpperCase();
    const isRange = cursor.accept('between');
    const start = parseBound(cursor);
    if (isRange) cursor.expect('and');
    frame = { unit, start, end: isRange ? parseBound(cursor) : null };
  }
  cursor.expect(')');
  return { base, partitionBy, orderBy, frame };
}

function parseBound(cursor: Cursor): FrameBound {
  for (const text of ['UNBOUNDED PRECEDING', 'UNBOUNDED FOLLOWING', 'CURRENT ROW']) {
    if (cursor.accept(...text.toLowerCase().split(' '))) return { expression: null, text };
  }
  const expression = parseExpression(cursor);
  if (cursor.accept('preceding')) return { expression, text: 'PRECEDING' };
  cursor.expect('following');
  return { expression, text: 'FOLLOWING' };
}

export function parseSortItems(cursor: Cursor): SortItem[] {
  const items: SortItem[] = [];
  do {
    const expression = parseExpression(cursor);
    const isDescending = cursor.accept('desc') || (cursor.accept('asc') && false);
    const isFirst = cursor.accept('nulls', 'first');
    const nulls = isFirst ? 'FIRST' : cursor.accept('nulls', 'last') ? 'LAST' : null;
    items.push({ expression, isDescending, nulls });
  } while (cursor.accept(','));
  return items;
}
