import type { FunctionCall, FunctionRule } from '../call.ts';
import { atom, bracketed, levels, type Sql } from '../sql-text.ts';
import { arrayOf, bigint, boolean, describe, isText, isUnknown, varchar } from '../types.ts';

/** What Java counts as white space; DuckDB's trim() takes away blanks only. */
const whiteSpace = `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31)`;

export const textFunctions: Readonly<Record<string, FunctionRule>> = {
  lower: (call) => oneText(call, 'lower'),
  upper: (call) => oneText(call, 'upper'),
  length: (call) => {
    call.expect(1);
    return call.make('length', bigint, call.text(0).text);
  },
  trim: (call) => {
    // The parser puts the side first: TRIM(BOTH x FROM y) is trim('both', y, x).
    const side = call.literal(0, 'The side');
    const name = { leading: 'ltrim', trailing: 'rtrim' }[side] ?? 'trim';
    return call.make(name, varchar, call.text(1).text, call.count > 2 ? call.text(2).text : whiteSpace);
  },
  ltrim: (call) => trimmed(call, 'ltrim'),
  rtrim: (call) => trimmed(call, 'rtrim'),
  concat: (call) => {
    call.expect(2, 100);
    // DuckDB's concat() leaves empty arguments out; Athena's is empty with them, as || is.
    const parts = call.node.arguments.map((_, index) => call.argument(index));
    const isOfLists = parts.some(({ type }) => type.kind === 'array');
    parts.forEach(({ type }) => {
      if (!isUnknown(type) && !isText(type) && !isOfLists)
        call.refuse(`concat() joins texts; one of these is ${describe(type)}: cast it to varchar.`);
      if (isOfLists && type.kind !== 'array')
        call.refuse('concat() joins arrays with arrays. Write ARRAY[…] around a single element.');
    });
    const text = parts.map((part) => bracketed(part, levels.sum)).join(' || ');
    return { text, level: levels.concat, type: isOfLists ? parts[0]!.type : varchar };
  },
  concat_ws: (call) => {
    call.expect(2, 100);
    const parts = call.node.arguments.map((_, index) => call.argument(index));
    if (parts[1]!.type.kind === 'array') return call.make('array_to_string', varchar, parts[1]!.text, parts[0]!.text);
    return call.make('concat_ws', varchar, ...parts.map(({ text }) => text));
  },
  substr: (call) => substring(call),
  substring: (call) => substring(call),
  strpos: (call) => {
    call.expect(2);
    return call.make('strpos', bigint, call.text(0).text, call.text(1).text);
  },
  position: (call) => {
    call.expect(2);
    return call.make('strpos', bigint, call.text(1).text, call.text(0).text);
  },
  starts_with: (call) => {
    call.expect(2);
    return call.make('starts_with', boolean, call.text(0).text, call.text(1).text);
  },
  replace: (call) => {
    call.expect(2, 3);
    if (call.literal(1, 'What is replaced') === '') call.refuse('replace() of an empty text is not translated.');
    return call.make(
      'replace',
      varchar,
      call.text(0).text,
      call.text(1).text,
      call.count > 2 ? call.text(2).text : `''`,
    );
  },
  split: (call) => {
    call.expect(2);
    if (call.literal(1, 'The delimiter') === '') call.refuse('The delimiter of split() is not empty.');
    return call.make('string_split', arrayOf(varchar), call.text(0).text, call.text(1).text);
  },
  split_part: (call) => {
    call.expect(3);
    if (call.literal(1, 'The delimiter') === '') call.refuse('The delimiter of split_part() is not empty.');
    const index = call.number(2);
    if (!/^[1-9]\d*$/.test(index.text)) call.refuse('The number of the part is written out, from 1.');
    // DuckDB's split_part() gives '' where there is no such part; Athena's is empty.
    return atom(`string_split(${call.text(0).text}, ${call.text(1).text})[${index.text}]`, varchar);
  },
  lpad: (call) => padded(call, 'lpad'),
  rpad: (call) => padded(call, 'rpad'),
  chr: (call) => {
    call.expect(1);
    return call.make('chr', varchar, call.number(0).text);
  },
};

function oneText(call: FunctionCall, name: string): Sql {
  call.expect(1);
  return call.make(name, varchar, call.text(0).text);
}

function trimmed(call: FunctionCall, name: string): Sql {
  call.expect(1, 2);
  return call.make(name, varchar, call.text(0).text, call.count > 1 ? call.text(1).text : whiteSpace);
}

function padded(call: FunctionCall, name: string): Sql {
  call.expect(3);
  return call.make(name, varchar, call.text(0).text, call.number(1).text, call.text(2).text);
}

/** Athena counts from 1, or from the end if negative; beyond the text and at 0 there is nothing. DuckDB differs at 0 and beyond. */
function substring(call: FunctionCall): Sql {
  call.expect(2, 3);
  const [text, start] = [call.text(0), call.number(1)];
  const length = call.count > 2 ? call.number(2) : null;
  const rest = length ? `, ${length.text}` : '';
  const isPlain = /^[1-9]\d*$/.test(start.text) && (!length || /^\d+$/.test(length.text));
  const whole = `substr(${text.text}, ${start.text}${rest})`;
  if (isPlain) return atom(whole, varchar);
  const first = bracketed(start, levels.concat);
  const isWithin = `${first} <> 0 AND -(${start.text}) <= length(${text.text})`;
  const isLong = length && !/^\d+$/.test(length.text) ? ` AND ${bracketed(length, levels.concat)} > 0` : '';
  const isGiven = [text, start, ...(length ? [length] : [])].filter(({ text: part }) => !/^-?\d+$/.test(part)).map((part) => `${bracketed(part, levels.concat)} IS NOT NULL`).join(' AND '); // prettier-ignore
  return atom(`CASE WHEN ${isWithin}${isLong} THEN ${whole} WHEN ${isGiven} THEN '' END`, varchar);
}
