import type { Cursor } from './cursor.ts';
import type { TypeName } from './syntax.ts';

/** Reads the name of a type: `varchar(10)`, `array(row(a bigint, b varchar))`, `timestamp(3) with time zone`, `map<varchar, json>`. */
export function parseTypeName(cursor: Cursor): TypeName {
  return cursor.nested(() => {
    const start = cursor.peek();
    const name = cursor.next().text.toLowerCase();
    if (!/^[a-z]/.test(name)) cursor.fail('The name of a type is expected');
    const bracket = ['(', '<'].find((symbol) => cursor.accept(symbol));
    const parts = bracket
      ? parseParts(cursor, name, bracket === '(' ? ')' : '>')
      : { numbers: [], types: [], fields: [] };
    return { name: name + parseSuffix(cursor, name), ...parts, ...cursor.placeFrom(start) };
  });
}

type Parts = Pick<TypeName, 'numbers' | 'types' | 'fields'>;

function parseParts(cursor: Cursor, name: string, end: string): Parts {
  const numbers: number[] = [];
  const types: TypeName[] = [];
  const fields: { name: string | null; type: TypeName }[] = [];
  do {
    if (cursor.peek().kind === 'number') numbers.push(Number(cursor.next().text));
    else if (name === 'row' || name === 'struct') fields.push(parseField(cursor));
    else types.push(parseTypeName(cursor));
  } while (cursor.accept(','));
  cursor.expect(end);
  return { numbers, types, fields };
}

function parseField(cursor: Cursor): { name: string | null; type: TypeName } {
  // `name type`, `name: type` as in Athena's CREATE TABLE, or a type alone.
  const named = cursor.attempt(() => {
    const name = cursor.name();
    cursor.accept(':');
    return { name: name.text, type: parseTypeName(cursor) };
  });
  return named ?? { name: null, type: parseTypeName(cursor) };
}

function parseSuffix(cursor: Cursor, name: string): string {
  if (name === 'double' && cursor.accept('precision')) return '';
  if (name !== 'timestamp' && name !== 'time') return '';
  if (cursor.accept('with', 'time', 'zone')) return ' with time zone';
  cursor.accept('without', 'time', 'zone');
  return '';
}
