import type { Cursor } from './cursor.ts';
import { parseExpression, parseList, parseValue } from './parse-expression.ts';
import { parseSortItems, parseWindow } from './parse-query.ts';
import { own } from './own.ts';
import { refuse } from './problem.ts';
import type { Call, Expression, Name, SortItem, Window } from './syntax.ts';

/** Functions that are called without brackets. */
const bareFunctions = [
  'current_date',
  'current_timestamp',
  'localtimestamp',
  'current_time',
  'localtime',
  'current_user',
];

/** Keywords with brackets that are calls all the same. */
const specialForms: Readonly<Record<string, (cursor: Cursor) => readonly Expression[]>> = {
  extract: parseExtract,
  position: parsePosition,
  substring: parseSubstring,
  trim: parseTrim,
};

/** Reads a call if there is one. */
export function parseCall(cursor: Cursor): Expression | null {
  const start = cursor.peek();
  const word = start.text.toLowerCase();
  if (start.kind === 'word' && bareFunctions.includes(word)) {
    cursor.next();
    if (cursor.accept('(')) {
      if (cursor.peek().kind === 'number') cursor.next();
      cursor.expect(')');
    }
    return { ...plainCall(word, []), ...cursor.placeFrom(start) };
  }
  if (!cursorSeesBracket(cursor)) return null;
  cursor.next();
  cursor.expect('(');
  const special = start.kind === 'word' ? own(specialForms, word) : undefined;
  const call = { ...plainCall(word, []), ...(special ? { arguments: special(cursor) } : parseArguments(cursor)) };
  cursor.expect(')');
  if (word === 'row') return { kind: 'row', items: call.arguments, ...cursor.placeFrom(start) };
  return { ...call, ...parseModifiers(cursor, call), ...cursor.placeFrom(start) };
}

function cursorSeesBracket(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return next.kind === 'symbol' && next.text === '(';
}

function plainCall(name: string, args: readonly Expression[]): Omit<Call, 'offset' | 'length'> {
  const rest = { isStar: false, isDistinct: false, orderBy: [], filter: null, nulls: null, over: null } as const;
  return { kind: 'call', name, arguments: args, ...rest };
}

function parseArguments(cursor: Cursor): Pick<Call, 'arguments' | 'isStar' | 'isDistinct' | 'orderBy'> {
  const none = { arguments: [], isStar: false, isDistinct: false, orderBy: [] as readonly SortItem[] };
  if (cursor.accept('*')) return { ...none, isStar: true };
  if (cursor.sees(')')) return none;
  const isDistinct = cursor.accept('distinct');
  if (!isDistinct) cursor.accept('all');
  const args = parseList(cursor);
  if (cursor.sees('on', 'overflow'))
    refuse(cursor.peek(), 'ON OVERFLOW is not translated: texts here have no limit. Leave it out.');
  const orderBy = cursor.accept('order', 'by') ? parseSortItems(cursor) : [];
  return { arguments: args, isStar: false, isDistinct, orderBy };
}

/** What may follow a call's closing bracket. */
function parseModifiers(
  cursor: Cursor,
  call: Pick<Call, 'orderBy'>,
): Pick<Call, 'orderBy' | 'filter' | 'nulls' | 'over'> {
  let { orderBy } = call;
  if (cursor.accept('within', 'group')) {
    cursor.expect('(', 'order', 'by');
    orderBy = parseSortItems(cursor);
    cursor.expect(')');
  }
  let filter: Expression | null = null;
  if (cursor.accept('filter')) {
    cursor.expect('(', 'where');
    filter = parseExpression(cursor);
    cursor.expect(')');
  }
  const isIgnore = cursor.accept('ignore', 'nulls');
  const nulls = isIgnore ? 'IGNORE' : cursor.accept('respect', 'nulls') ? 'RESPECT' : null;
  let over: Window | Name | null = null;
  if (cursor.accept('over')) over = cursor.accept('(') ? parseWindow(cursor) : cursor.name('The name of a window');
  return { orderBy, filter, nulls, over };
}

/** EXTRACT(field FROM x): the field's name as a text. */
function parseExtract(cursor: Cursor): readonly Expression[] {
  const field = cursor.next();
  cursor.expect('from');
  const place = { offset: field.offset, length: field.length };
  return [{ kind: 'string', value: field.text.toLowerCase(), ...place }, parseExpression(cursor)];
}

/** POSITION(part IN whole) */
function parsePosition(cursor: Cursor): readonly Expression[] {
  const part = parseValue(cursor);
  cursor.expect('in');
  return [part, parseValue(cursor)];
}

/** SUBSTRING(x FROM start FOR length), or with commas. */
function parseSubstring(cursor: Cursor): readonly Expression[] {
  const args = parseList(cursor);
  if (cursor.accept('from')) args.push(parseExpression(cursor));
  if (cursor.accept('for')) args.push(parseExpression(cursor));
  return args;
}

/** TRIM([BOTH | LEADING | TRAILING] [characters] [FROM] x): the side as a text, then x, then the characters. */
function parseTrim(cursor: Cursor): readonly Expression[] {
  const start = cursor.peek();
  const side = ['both', 'leading', 'trailing'].find((word) => cursor.accept(word)) ?? 'both';
  const args: Expression[] = [{ kind: 'string', value: side, offset: start.offset, length: start.length }];
  if (cursor.accept('from')) return [...args, parseExpression(cursor)];
  const first = parseExpression(cursor);
  if (cursor.accept('from')) return [...args, parseExpression(cursor), first];
  return cursor.accept(',') ? [...args, first, parseExpression(cursor)] : [...args, first];
}
