import type { Cursor } from './cursor.ts';
import { parseExpression, parseList, seesQuery } from './parse-expression.ts';
import { parseNames, parseQuery, parseQueryAfter, seesQueryAfter } from './parse-query.ts';
import { refuse, SqlProblem } from './problem.ts';
import type { Alias, Name, Relation } from './syntax.ts';

/** Reads a relation with all its joins. */
export function parseRelation(cursor: Cursor): Relation {
  const start = cursor.peek();
  let left = parsePrimaryRelation(cursor);
  for (;;) {
    const type = parseJoinType(cursor);
    if (type === null) return left;
    if (type === 'CROSS') {
      const right = parsePrimaryRelation(cursor);
      left = { kind: 'join', type, left, right, on: null, using: [], ...cursor.placeFrom(start) };
      continue;
    }
    const right = cursor.nested(() => parseRelationBeforeOn(cursor));
    const on = cursor.accept('on') ? parseExpression(cursor) : null;
    if (on === null && !cursor.sees('using')) cursor.fail('ON or USING is expected');
    const using = cursor.accept('using') ? parseNames(cursor) : [];
    left = { kind: 'join', type, left, right, on, using, ...cursor.placeFrom(start) };
  }
}

/** In `a JOIN b JOIN c ON … ON …` the inner join comes first. */
function parseRelationBeforeOn(cursor: Cursor): Relation {
  const relation = parsePrimaryRelation(cursor);
  if (cursor.sees('on') || cursor.sees('using')) return relation;
  return refuse(cursor.peek(), 'Write each join’s ON right after the relation that it joins.');
}

function parseJoinType(cursor: Cursor): 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | null {
  if (cursor.accept('cross', 'join')) return 'CROSS';
  if (cursor.accept('join') || cursor.accept('inner', 'join')) return 'INNER';
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    const word = type.toLowerCase();
    if (cursor.accept(word, 'join') || cursor.accept(word, 'outer', 'join')) return type;
  }
  if (cursor.sees('natural')) refuse(cursor.peek(), 'Athena has no NATURAL JOIN. Name the columns with USING (…).');
  return null;
}

function parsePrimaryRelation(cursor: Cursor): Relation {
  const start = cursor.peek();
  const place = () => cursor.placeFrom(start);
  const isLateral = cursor.sees('lateral', '(');
  if (isLateral) cursor.next();
  if (cursor.sees('unnest', '(')) return parseUnnest(cursor);
  if (cursor.accept('(')) {
    if (seesQuery(cursor, 0)) {
      const query = cursor.nested(() => parseQuery(cursor));
      cursor.expect(')');
      return { kind: 'query', query, isLateral, alias: parseAlias(cursor), ...place() };
    }
    const relation = cursor.nested(() => parseRelation(cursor));
    if (relation.kind === 'query' && relation.alias === null && seesQueryAfter(cursor)) {
      const query = parseQueryAfter(cursor, relation.query);
      cursor.expect(')');
      return { kind: 'query', query, isLateral, alias: parseAlias(cursor), ...place() };
    }
    cursor.expect(')');
    return relation;
  }
  return parseTable(cursor);
}

function parseUnnest(cursor: Cursor): Relation {
  const start = cursor.next();
  cursor.expect('(');
  const args = parseList(cursor);
  cursor.expect(')');
  const withOrdinality = cursor.accept('with', 'ordinality');
  return { kind: 'unnest', arguments: args, withOrdinality, alias: parseAlias(cursor), ...cursor.placeFrom(start) };
}

/** A CloudTrail Lake event data store is named by its identifier, a UUID without quotes. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/i;

function parseTable(cursor: Cursor): Relation {
  const start = cursor.peek();
  const place = () => cursor.placeFrom(start);
  const store = uuid.exec(cursor.sql.slice(start.offset, start.offset + 40))?.[0];
  if (store) {
    while (cursor.peek().kind !== 'end' && cursor.peek().offset < start.offset + store.length) cursor.next();
    return { kind: 'lake', name: store, alias: parseAlias(cursor), ...place() };
  }
  if (start.kind === 'parameter') {
    cursor.next();
    return { kind: 'lake', name: `$${start.text}`, alias: parseAlias(cursor), ...place() };
  }
  if (start.kind === 'symbol' && '<{[$'.includes(start.text)) {
    throw new SqlProblem(
      'Replace this placeholder with a table: cloudtrail_logs is the trail.',
      start.offset,
      start.length,
    );
  }
  const parts: Name[] = [cursor.name('The name of a table')];
  while (cursor.accept('.')) parts.push(cursor.name('The name of a table'));
  if (cursor.sees('(')) {
    refuse(
      cursor.peek(),
      'Table functions are not translated. Write the relation out, or write the query in DuckDB’s SQL.',
    );
  }
  if (parts.length > 1 || /-/.test(cursor.sql.charAt(start.offset + start.length))) failAtDash(cursor);
  const alias = parseAlias(cursor);
  if (cursor.sees('tablesample')) {
    refuse(cursor.peek(), 'TABLESAMPLE is left out on purpose: an investigation reads all rows. Remove it.');
  }
  if (cursor.sees('match_recognize')) refuse(cursor.peek(), 'MATCH_RECOGNIZE is not translated.');
  return { kind: 'table', parts, alias, ...place() };
}

function failAtDash(cursor: Cursor): void {
  if (cursor.sees('-')) cursor.fail('A table’s name with dashes goes in double quotes');
}

function parseAlias(cursor: Cursor): Alias | null {
  const isAlias = cursor.accept('as') || cursor.seesAlias();
  if (!isAlias) return null;
  const name = cursor.name('A name for the relation');
  return { name, columns: cursor.sees('(') ? parseNames(cursor) : [] };
}
