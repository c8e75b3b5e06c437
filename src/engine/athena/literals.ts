import { refuse } from './problem.ts';
import { atom, levels, textLiteral, type Sql } from './sql-text.ts';
import type { Expression } from './syntax.ts';
import { zoneName } from './zones.ts';
import { bigint, boolean, date, decimal, double, integer, varchar } from './types.ts';

type Typed = Extract<Expression, { kind: 'typed' }>;

/** DATE '…', TIMESTAMP '…' and so on, checked as Athena checks them. */
export function typedLiteral(expression: Typed): Sql {
  const { type, value } = expression;
  switch (type) {
    case 'date':
      return atom(`DATE '${plainDate(expression)}'`, date);
    case 'timestamp':
      return timestampLiteral(expression);
    case 'varchar':
      return atom(textLiteral(value), varchar);
    case 'boolean':
      return atom(value.toLowerCase() === 'true' ? 'true' : 'false', boolean);
    case 'bigint':
    case 'integer':
      if (!/^-?\d+$/.test(value)) refuse(expression, `“${value}” is no whole number.`);
      return { text: value, level: levels.sign, type: type === 'bigint' ? bigint : integer };
    case 'decimal': {
      const [, whole = '', fraction = ''] =
        /^-?(\d+)(?:\.(\d+))?$/.exec(value) ?? refuse(expression, `“${value}” is no decimal.`);
      return { text: value, level: levels.sign, type: decimal(whole.length + fraction.length, fraction.length) };
    }
    case 'double':
      if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) refuse(expression, `“${value}” is no number.`);
      return atom(`CAST(${textLiteral(value)} AS DOUBLE)`, double);
    default:
      return refuse(expression, `A literal of type ${type} is not translated.`);
  }
}

function plainDate(expression: Typed): string {
  const [, year, month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(expression.value) ?? [];
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!year || !isDay(text)) refuse(expression, `“${expression.value}” is no date: YYYY-MM-DD.`);
  return text;
}

export function isDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

const timestampPattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?\s*(.*)$/;

function timestampLiteral(expression: Typed): Sql {
  const match = timestampPattern.exec(expression.value.trim());
  const [, year, month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone = ''] = match ?? [];
  const two = (part: string) => part.padStart(2, '0');
  const dayText = `${year}-${two(month)}-${two(day)}`;
  if (!match || !isDay(dayText) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    refuse(expression, `“${expression.value}” is no timestamp: YYYY-MM-DD HH:MM:SS.`);
  }
  if (fraction.replace(/0+$/, '').length > 6) refuse(expression, 'Times are kept to the microsecond here.');
  const time = `${two(hour)}:${two(minute)}:${two(second)}${fraction ? `.${fraction.slice(0, 6)}` : ''}`;
  const precision = fraction.length;
  const local = `TIMESTAMP '${dayText} ${time}'`;
  if (!zone) return atom(local, { kind: 'timestamp', precision });
  const name = zoneName(zone, expression);
  const type = { kind: 'timestamptz', precision, zone: name } as const;
  return atom(`timezone(${textLiteral(name)}, ${local})`, type);
}

export function intervalLiteral(count: number, unit: string): Sql {
  const plural = Math.abs(count) === 1 ? unit : `${unit}s`;
  const type = { kind: 'interval', unit: unit === 'month' || unit === 'year' ? 'month' : 'second' } as const;
  return atom(`INTERVAL '${count} ${plural}'`, type);
}
