import type { FunctionCall, FunctionRule } from '../call.ts';
import { isDay } from '../literals.ts';
import { own } from '../own.ts';
import { refuse } from '../problem.ts';
import { atom, bracketed, levels, textLiteral, type Sql } from '../sql-text.ts';
import { atZone, fromLocalTime, localTime } from '../times.ts';
import { failure } from '../failure.ts';
import { bigint, date, double, isText, isUnknown, timestamp, utcTimestamp, type Type } from '../types.ts';
import { zoneName } from '../zones.ts';

/** Parts of a time and what DuckDB calls them. */
const parts: Readonly<Record<string, string>> = {
  year: 'year', quarter: 'quarter', month: 'month', week: 'week', week_of_year: 'week', day: 'day', day_of_month: 'day',
  day_of_week: 'isodow', dow: 'isodow', day_of_year: 'dayofyear', doy: 'dayofyear', year_of_week: 'isoyear', yow: 'isoyear',
  hour: 'hour', minute: 'minute', second: 'second',
}; // prettier-ignore

const units = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

export const timeFunctions: Readonly<Record<string, FunctionRule>> = {
  ...Object.fromEntries(
    Object.keys(parts).map((name): [string, FunctionRule] => [
      name,
      (call) => {
        call.expect(1);
        return partOf(call, name, call.time(0));
      },
    ]),
  ),
  millisecond: (call) => {
    call.expect(1);
    return milliseconds(call, call.time(0));
  },
  extract: (call) => {
    const field = call.literal(0, 'The field');
    return field === 'millisecond' ? milliseconds(call, call.time(1)) : partOf(call, field, call.time(1));
  },
  now: (call) => instantNow(call),
  current_timestamp: (call) => instantNow(call),
  localtimestamp: (call) => atom(`timezone('UTC', ${instantNow(call).text})`, timestamp),
  current_date: (call) => atom(`CAST(${instantNow(call).text} AS DATE)`, date),
  date: (call) => {
    call.expect(1);
    const value = call.argument(0);
    if (isText(value.type)) return dateOfText(call, value);
    return atom(`CAST(${localTime(call.time(0), call.node)} AS DATE)`, date);
  },
  from_iso8601_date: (call) => {
    call.expect(1);
    return dateOfText(call, call.text(0));
  },
  from_iso8601_timestamp: (call) => fromIso(call),
  from_unixtime: (call) => {
    call.expect(1, 2);
    const instant = atom(`to_timestamp(${call.number(0).text})`, utcTimestamp);
    return call.count > 1 ? atZone(instant, call.expression(1), call.node) : instant;
  },
  to_unixtime: (call) => {
    call.expect(1);
    return call.make('epoch', double, call.time(0).text);
  },
  at_timezone: (call) => {
    call.expect(2);
    return atZone(call.time(0), call.expression(1), call.node);
  },
  with_timezone: (call) => {
    call.expect(2);
    const zone = zoneName(call.literal(1, 'The time zone'), call.expression(1));
    const type: Type = { kind: 'timestamptz', precision: 3, zone };
    return atom(`timezone(${textLiteral(zone)}, CAST(${call.time(0).text} AS TIMESTAMP))`, type);
  },
  date_trunc: (call) => {
    call.expect(2);
    const unit = unitOf(call);
    const time = call.time(1);
    const truncated = `date_trunc('${unit}', ${localTime(time, call.node)})`;
    if (time.type.kind === 'date') return atom(`CAST(${truncated} AS DATE)`, date);
    return fromLocalTime(truncated, time.type);
  },
  date_add: (call) => {
    call.expect(3);
    const [unit, time] = [unitOf(call), call.time(2)];
    const amount = amountOf(unit, call.number(1));
    if (time.type.kind === 'date' && /hour|minute|second/.test(unit))
      call.refuse('A date has no hours. Cast it to a timestamp first.');
    const local = atom(localTime(time, call.node), time.type);
    const sum = `${bracketed(local, levels.sum)} + ${amount}`;
    if (time.type.kind === 'date') return atom(`CAST(${sum} AS DATE)`, date);
    if (local.text === time.text) return { text: sum, level: levels.sum, type: time.type };
    return fromLocalTime(sum, time.type);
  },
  // Whole units between the two: DuckDB's date_diff() counts the borders of units that lie between.
  date_diff: (call) => {
    call.expect(3);
    const unit = unitOf(call);
    const [from, to] = [call.time(1), call.time(2)];
    const isLocal =
      from.type.kind === 'timestamptz' && from.type.zone !== 'UTC' && /day|week|month|quarter|year/.test(unit);
    const end = isLocal ? { ...to, type: from.type } : to;
    const [first, last] = isLocal ? [localTime(from, call.node), localTime(end, call.node)] : [from.text, to.text];
    return call.make('date_sub', bigint, `'${unit}'`, first, last);
  },
  last_day_of_month: (call) => {
    call.expect(1);
    return call.make('last_day', date, localTime(call.time(0), call.node));
  },
};

function unitOf(call: FunctionCall): string {
  const unit = call.literal(0, 'The unit').toLowerCase();
  return units.includes(unit) ? unit : call.refuse(`“${unit}” is no unit of time. There are ${units.join(', ')}.`);
}

function amountOf(unit: string, count: Sql): string {
  const [name, factor] = unit === 'quarter' ? ['month', 3] : [unit, 1];
  if (/^-?\d+$/.test(count.text)) return `INTERVAL '${Number(count.text) * factor} ${name}s'`;
  return `${bracketed(count, levels.product)} * INTERVAL '${factor} ${name}${factor > 1 ? 's' : ''}'`;
}

function partOf(call: FunctionCall, part: string, time: Sql): Sql {
  const name = own(parts, part) ?? call.refuse(`“${part}” of a time is not translated.`);
  return call.make(name, bigint, localTime(time, call.node));
}

/** DuckDB's counts the seconds, too. */
function milliseconds(call: FunctionCall, time: Sql): Sql {
  return { text: `millisecond(${localTime(time, call.node)}) % 1000`, level: levels.product, type: bigint };
}

function instantNow(call: FunctionCall): Sql {
  call.note('now() is the time on this computer, not that of the incident.');
  return atom('now()', utcTimestamp);
}

function dateOfText(call: FunctionCall, value: Sql): Sql {
  const literal = call.expression(0);
  if (literal.kind === 'string') {
    if (!/^\d{4}-\d\d-\d\d$/.test(literal.value) || !isDay(literal.value))
      refuse(literal, `“${literal.value}” is no date: YYYY-MM-DD.`);
    return atom(`DATE ${value.text}`, date);
  }
  const isForm = `regexp_full_match(${value.text}, '\\d{4}-\\d\\d-\\d\\d')`;
  return atom(
    `CASE WHEN ${isForm} THEN CAST(${value.text} AS DATE) WHEN ${bracketed(value, levels.concat)} IS NOT NULL THEN ${failure(call.context, 'This text is no date', date)} END`,
    date,
  );
}

const isoPattern =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const isoForm = '\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\d([.,]\\d{1,9})?(Z|[+-]\\d\\d:?\\d\\d)?)?';

/** Text as an instant; without an offset it is UTC, Athena's zone. */
function fromIso(call: FunctionCall): Sql {
  call.expect(1);
  const expression = call.expression(0);
  if (expression.kind === 'string') return isoLiteral(call, expression.value);
  const value = call.argument(0);
  if (!isText(value.type) && !isUnknown(value.type)) {
    call.refuse('from_iso8601_timestamp() takes text; this is a time already.');
  }
  const cast = `CAST(${value.text} AS TIMESTAMPTZ)`;
  if (!call.context.isInTry) return atom(cast, utcTimestamp);
  const isForm = `regexp_full_match(${value.text}, ${textLiteral(isoForm)})`;
  return call.guarded(
    `${bracketed(value, levels.concat)} IS NULL OR ${isForm}`,
    cast,
    'This text is no time',
    utcTimestamp,
  );
}

function isoLiteral(call: FunctionCall, text: string): Sql {
  const [, day = '', hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] =
    isoPattern.exec(text) ?? [];
  if (!isDay(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    call.refuse(`“${text}” is no time in ISO 8601, e.g. 2023-07-10T12:04:47Z.`);
  }
  const zone = zoneName(offset, call.expression(0));
  const millis = fraction ? `.${fraction.slice(0, 3)}` : '';
  const clock = offset === 'Z' ? '+00' : offset;
  return atom(`TIMESTAMPTZ '${day} ${hour}:${minute}:${second}${millis}${clock}'`, {
    kind: 'timestamptz',
    precision: 3,
    zone,
  });
}
