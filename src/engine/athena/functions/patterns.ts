import type { FunctionCall, FunctionRule } from '../call.ts';
import { fromReplacement, readPattern, type Pattern } from '../patterns.ts';
import { atom, textLiteral, type Sql } from '../sql-text.ts';
import { arrayOf, bigint, boolean, varchar } from '../types.ts';

/** Regular expressions, which find anywhere in a text, as Athena's do. */
export const patternFunctions: Readonly<Record<string, FunctionRule>> = {
  regexp_like: (call) => {
    call.expect(2);
    return call.make('regexp_matches', boolean, call.text(0).text, patternText(call));
  },
  regexp_extract: (call) => extract(call),
  regexp_extract_all: (call) => {
    call.expect(2, 3);
    const pattern = literalPattern(call);
    const group = groupNumber(call, pattern);
    if (group > 0 && pattern.groups[group - 1]!.isOptional) refuseOptional(call);
    return call.make(
      'regexp_extract_all',
      arrayOf(varchar),
      call.text(0).text,
      textLiteral(pattern.text),
      String(group),
    );
  },
  regexp_replace: (call) => {
    call.expect(2, 3);
    const pattern = literalPattern(call);
    refuseEmpty(call, pattern);
    if (call.count > 2 && call.expression(2).kind === 'lambda')
      call.refuse('regexp_replace() with a function is not translated.');
    const replacement = call.count > 2 ? call.literal(2, 'The replacement') : '';
    const target = fromReplacement(replacement, pattern, call.node);
    return call.make(
      'regexp_replace',
      varchar,
      call.text(0).text,
      textLiteral(pattern.text),
      textLiteral(target),
      `'g'`,
    );
  },
  regexp_split: (call) => {
    call.expect(2);
    const pattern = literalPattern(call);
    refuseEmpty(call, pattern);
    return call.make('regexp_split_to_array', arrayOf(varchar), call.text(0).text, textLiteral(pattern.text));
  },
  regexp_count: (call) => {
    call.expect(2);
    const pattern = literalPattern(call);
    refuseEmpty(call, pattern);
    return call.make('len', bigint, `regexp_extract_all(${call.text(0).text}, ${textLiteral(pattern.text)})`);
  },
};

function literalPattern(call: FunctionCall): Pattern {
  return readPattern(call.literal(1, 'The pattern'), call.expression(1));
}

/** A pattern that is no literal goes to RE2 as it is. */
function patternText(call: FunctionCall): string {
  if (call.expression(1).kind === 'string') return textLiteral(literalPattern(call).text);
  call.note('The pattern is not written out: where it uses what only Java’s patterns have, the query fails.');
  return call.text(1).text;
}

function groupNumber(call: FunctionCall, pattern: Pattern): number {
  if (call.count < 3) return 0;
  const group = call.expression(2);
  if (group.kind !== 'number' || !/^\d$/.test(group.text))
    return call.refuse('The number of the group is written out.');
  if (Number(group.text) > pattern.groups.length) call.refuse(`The pattern has no group ${group.text}.`);
  return Number(group.text);
}

/** Athena gives NULL where nothing matches, and for a group that took no part; DuckDB gives '' for both. */
function extract(call: FunctionCall): Sql {
  call.expect(2, 3);
  const pattern = literalPattern(call);
  const number = groupNumber(call, pattern);
  const group = number === 0 ? { canBeEmpty: pattern.canBeEmpty, isOptional: false } : pattern.groups[number - 1]!;
  const [text, source] = [call.text(0).text, textLiteral(pattern.text)];
  const whole = `regexp_extract(${text}, ${source}${number === 0 ? '' : `, ${number}`})`;
  if (!group.canBeEmpty) return call.make('nullif', varchar, whole, `''`);
  if (group.isOptional) refuseOptional(call);
  return atom(`CASE WHEN regexp_matches(${text}, ${source}) THEN ${whole} END`, varchar);
}

function refuseOptional(call: FunctionCall): never {
  return call.refuse(
    "A group that may take no part in the match is NULL in Athena and '' here. Write the pattern so that the group always matches.",
  );
}

function refuseEmpty(call: FunctionCall, pattern: Pattern): void {
  if (!pattern.canBeEmpty) return;
  call.refuse('A pattern that matches the empty text counts differently here. Write + for *, for example.');
}
