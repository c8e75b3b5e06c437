import { refuse, type Placed } from './problem.ts';
import { atom, bracketed, levels, textLiteral, type Sql } from './sql-text.ts';
import type { Expression } from './syntax.ts';
import { date, describe, isText, isUnknown, type Type } from './types.ts';
import { zoneName } from './zones.ts';

/**
 * A time with a zone is an instant in DuckDB, and the session's zone is UTC. Where Athena would calculate in the value's
 * own zone (hours, days, formats), the translation converts to that zone's clock and back.
 */

/** The time on the clock of its zone, as a TIMESTAMP (or DATE); in UTC the value itself serves. */
export function localTime(time: Sql, place: Placed): string {
  if (time.type.kind !== 'timestamptz') return time.text;
  if (time.type.zone === 'UTC') return time.text;
  if (time.type.zone === null) {
    refuse(place, "These times may be in different zones. Bring them into one with at_timezone(…, 'UTC').");
  }
  return `timezone(${textLiteral(time.type.zone)}, ${time.text})`;
}

/** The instant that a clock in the time's zone shows as `local`. */
export function fromLocalTime(local: string, type: Type): Sql {
  if (type.kind !== 'timestamptz' || type.zone === 'UTC' || type.zone === null) return atom(local, type);
  return atom(`timezone(${textLiteral(type.zone)}, ${local})`, type);
}

/** `time AT TIME ZONE zone`: the same instant, shown in another zone. */
export function atZone(time: Sql, zone: Expression, place: Placed): Sql {
  if (isText(time.type)) {
    refuse(place, 'Text is in no time zone. Athena’s eventtime is text: write from_iso8601_timestamp(eventtime).');
  }
  if (time.type.kind !== 'timestamptz' && time.type.kind !== 'timestamp' && !isUnknown(time.type)) {
    refuse(place, `A ${describe(time.type)} is in no time zone.`);
  }
  if (zone.kind !== 'string') return refuse(zone, 'The time zone must be written out as a text.');
  const precision = 'precision' in time.type ? time.type.precision : 3;
  const type = { kind: 'timestamptz', precision, zone: zoneName(zone.value, zone) } as const;
  return atom(time.type.kind === 'timestamptz' ? time.text : `CAST(${time.text} AS TIMESTAMPTZ)`, type);
}

export function addInterval(time: Sql, interval: Sql, operator: '+' | '-', place: Placed): Sql {
  const amount = bracketed(interval, levels.product);
  if (time.type.kind === 'date') {
    if (/^INTERVAL '-?\d+ (?:hour|minute|second|millisecond)s?'$/.test(interval.text)) {
      refuse(place, 'A date has no hours. Cast it to a timestamp first.');
    }
    return atom(`CAST(${bracketed(time, levels.sum)} ${operator} ${amount} AS DATE)`, date);
  }
  const isCalendar = interval.type.kind === 'interval' && interval.type.unit === 'month';
  if (isCalendar && time.type.kind === 'timestamptz' && time.type.zone !== 'UTC') {
    return fromLocalTime(`${localTime(time, place)} ${operator} ${amount}`, time.type);
  }
  return { text: `${bracketed(time, levels.sum)} ${operator} ${amount}`, level: levels.sum, type: time.type };
}

/** The time between two times, an interval. */
export function subtractTimes(left: Sql, right: Sql): Sql {
  const type = { kind: 'interval', unit: 'second' } as const;
  const [a, b] = [bracketed(left, levels.sum), bracketed(right, levels.product)];
  if (left.type.kind === 'date' && right.type.kind === 'date')
    return atom(`to_days(CAST(${a} - ${b} AS INTEGER))`, type);
  const asTime = (sql: Sql) => (sql.type.kind === 'date' ? `CAST(${sql.text} AS TIMESTAMP)` : null);
  return { text: `${asTime(left) ?? a} - ${asTime(right) ?? b}`, level: levels.sum, type };
}

/** How Athena writes a time as text: `2023-07-10 12:04:47.000 UTC`. */
export function timeAsText(time: Sql, place: Placed): string {
  if (time.type.kind === 'date') return `strftime(${time.text}, '%Y-%m-%d')`;
  const precision = 'precision' in time.type ? time.type.precision : 3;
  const zone = time.type.kind === 'timestamptz' ? ` ${time.type.zone ?? ''}` : '';
  const whole = `%Y-%m-%d %H:%M:%S`;
  const local = localTime(time, place);
  if (precision === 0) return `strftime(${local}, '${whole}${zone}')`;
  if (precision === 3) return `strftime(${local}, '${whole}.%g${zone}')`;
  if (precision === 6) return `strftime(${local}, '${whole}.%f${zone}')`;
  return refuse(place, `A timestamp with ${precision} digits is not written as text here. Use date_format().`);
}
