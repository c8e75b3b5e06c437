import type { FunctionCall, FunctionRule } from '../call.ts';
import { atom, bracketed, levels, type Sql } from '../sql-text.ts';
import { arrayOf, bigint, boolean, date, isText, isUnknown, varchar } from '../types.ts';

export const listFunctions: Readonly<Record<string, FunctionRule>> = {
  contains: (call) => {
    call.expect(2);
    const { sql } = call.list(0);
    const wanted = call.argument(1);
    const found = `list_contains(${sql.text}, ${wanted.text})`;
    // A list that is written out with no NULL in it.
    const isComplete = /^\[(?:'[^']*'|-?[\d.]+)(?:, (?:'[^']*'|-?[\d.]+))*\]$/.test(sql.text);
    return isComplete ? atom(found, boolean) : orUncertain(found, sql);
  },
  array_position: (call) => {
    call.expect(2);
    const position = `list_position(${call.list(0).sql.text}, ${call.argument(1).text})`;
    const isGiven = `${bracketed(call.list(0).sql, levels.concat)} IS NOT NULL AND ${bracketed(call.argument(1), levels.concat)} IS NOT NULL`;
    return atom(`CASE WHEN ${isGiven} THEN CAST(coalesce(${position}, 0) AS BIGINT) END`, bigint);
  },
  // DuckDB's list_distinct() has no order and leaves NULL out.
  array_distinct: (call) => {
    call.expect(1);
    const { sql } = call.list(0);
    return atom(distinct(sql.text), sql.type);
  },
  array_join: (call) => {
    call.expect(2, 3);
    const { sql, element } = call.list(0);
    const isPlain = isText(element) || isUnknown(element) || element.kind === 'integer' || element.kind === 'boolean';
    if (!isPlain) call.refuse('array_join() of texts, whole numbers and booleans is translated.');
    const text =
      call.count > 2
        ? `list_transform(${sql.text}, lambda item: coalesce(CAST(item AS VARCHAR), ${call.text(2).text}))`
        : sql.text;
    return call.make('array_to_string', varchar, text, call.text(1).text);
  },
  array_sort: (call) => {
    if (call.count > 1) call.refuse('array_sort() with a function is not translated.');
    return atom(`list_sort(${call.list(0).sql.text}, 'ASC', 'NULLS LAST')`, call.list(0).sql.type);
  },
  array_max: (call) => ofComplete(call, 'list_max'),
  array_min: (call) => ofComplete(call, 'list_min'),
  array_remove: (call) => {
    call.expect(2);
    const { sql } = call.list(0);
    const wanted = bracketed(call.argument(1), levels.concat);
    return atom(
      `CASE WHEN ${wanted} IS NOT NULL THEN list_filter(${sql.text}, lambda item: item IS DISTINCT FROM ${wanted}) END`,
      sql.type,
    );
  },
  array_intersect: (call) => inBoth(call, true),
  array_except: (call) => inBoth(call, false),
  array_union: (call) => {
    call.expect(2);
    const [left, right] = [call.list(0).sql, call.list(1).sql];
    return atom(distinct(`(${bracketed(left, levels.sum)} || ${bracketed(right, levels.sum)})`), left.type);
  },
  arrays_overlap: (call) => {
    call.expect(2);
    const [left, right] = [call.list(0).sql, call.list(1).sql];
    const found = `list_has_any(${left.text}, ${right.text})`;
    const isUncertain = `list_count(${left.text}) < len(${left.text}) OR list_count(${right.text}) < len(${right.text})`;
    return { text: `${found} OR CASE WHEN ${isUncertain} THEN NULL ELSE false END`, level: levels.or, type: boolean };
  },
  slice: (call) => {
    call.expect(3);
    const { sql } = call.list(0);
    const [start, length] = [call.number(1), call.number(2)];
    if (!/^[1-9]\d*$/.test(start.text)) call.refuse('Where slice() begins is written out, from 1.');
    return atom(
      `list_slice(${sql.text}, ${start.text}, ${start.text} + ${bracketed(length, levels.product)} - 1)`,
      sql.type,
    );
  },
  flatten: (call) => {
    call.expect(1);
    const { sql, element } = call.list(0);
    return call.make('flatten', element.kind === 'array' ? element : sql.type, sql.text);
  },
  sequence: (call) => {
    call.expect(2, 3);
    const [first, last] = [call.argument(0), call.argument(1)];
    const step = call.count > 2 ? call.argument(2).text : null;
    if (first.type.kind === 'date') {
      const days = `generate_series(${first.text}, ${last.text}, ${step ?? `${direction(first, last)} * INTERVAL '1 day'`})`;
      return atom(`list_transform(${days}, lambda item: CAST(item AS DATE))`, arrayOf(date));
    }
    if (first.type.kind !== 'integer' && step === null) call.refuse('sequence() of times needs a step, an interval.');
    return call.make('generate_series', arrayOf(first.type), first.text, last.text, step ?? direction(first, last));
  },
};

/** Athena counts down where the first is more than the last. */
function direction(first: Sql, last: Sql): string {
  const isCounted = /^\d+$/.test(first.text) && /^\d+$/.test(last.text);
  if (isCounted) return Number(first.text) <= Number(last.text) ? '1' : '-1';
  return `CASE WHEN ${bracketed(first, levels.concat)} <= ${bracketed(last, levels.concat)} THEN 1 ELSE -1 END`;
}

/** NULL instead of false where the list has a NULL: it might be the one. */
function orUncertain(found: string, list: Sql): Sql {
  const isUncertain = `list_count(${list.text}) < len(${list.text})`;
  return { text: `${found} OR CASE WHEN ${isUncertain} THEN NULL ELSE false END`, level: levels.or, type: boolean };
}

/** Each value once, where it stands first. */
const distinct = (list: string) =>
  `list_filter(${list}, lambda item, position: list_position(${list}, item) = position)`;

/** The greatest or least element; NULL if one of them is. */
function ofComplete(call: FunctionCall, name: string): Sql {
  call.expect(1);
  const { sql, element } = call.list(0);
  return atom(`CASE WHEN list_count(${sql.text}) = len(${sql.text}) THEN ${name}(${sql.text}) END`, element);
}

function inBoth(call: FunctionCall, isIn: boolean): Sql {
  call.expect(2);
  const [left, right] = [call.list(0).sql, call.list(1).sql];
  const test = `list_position(${right.text}, item) IS ${isIn ? 'NOT ' : ''}NULL`;
  return atom(
    `CASE WHEN ${bracketed(right, levels.concat)} IS NOT NULL THEN list_filter(${distinct(left.text)}, lambda item: ${test}) END`,
    left.type,
  );
}
