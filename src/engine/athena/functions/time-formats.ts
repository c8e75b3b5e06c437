import type { FunctionCall, FunctionRule } from '../call.ts';
import { textLiteral, type Sql, atom } from '../sql-text.ts';
import { fromJodaFormat, fromMysqlFormat } from '../time-formats.ts';
import { localTime } from '../times.ts';
import { timestamp, utcTimestamp, varchar } from '../types.ts';

/** Times as text and back, in MySQL's formats (date_…) and in Joda's (…_datetime). */
export const timeFormatFunctions: Readonly<Record<string, FunctionRule>> = {
  date_format: (call) => {
    call.expect(2);
    const format = fromMysqlFormat(call.literal(1, 'The format'), 'print', call.expression(1));
    return call.make('strftime', varchar, localTime(call.time(0), call.node), textLiteral(format));
  },
  date_parse: (call) => {
    call.expect(2);
    const format = fromMysqlFormat(call.literal(1, 'The format'), 'parse', call.expression(1));
    return call.make('strptime', timestamp, call.text(0).text, textLiteral(format));
  },
  format_datetime: (call) => {
    call.expect(2);
    const time = call.time(0);
    const zone = time.type.kind === 'timestamptz' ? time.type.zone : 'UTC';
    const { format } = fromJodaFormat(call.literal(1, 'The format'), 'print', zone, call.expression(1));
    return call.make('strftime', varchar, localTime(time, call.node), textLiteral(format));
  },
  parse_datetime: (call) => parseDatetime(call),
  to_iso8601: (call) => {
    call.expect(1);
    const time = call.time(0);
    const { type } = time;
    if (type.kind === 'date') return call.make('strftime', varchar, time.text, `'%Y-%m-%d'`);
    const precision = 'precision' in type ? type.precision : 3;
    if (type.kind === 'timestamptz' && type.zone !== 'UTC') call.refuse('to_iso8601() is translated for times in UTC.');
    const fraction =
      { 0: '', 3: '.%g', 6: '.%f' }[precision] ?? call.refuse('to_iso8601() is translated for milliseconds.');
    const zone = type.kind === 'timestamptz' ? 'Z' : '';
    return call.make('strftime', varchar, time.text, `'%Y-%m-%dT%H:%M:%S${fraction}${zone}'`);
  },
};

/** A format for what ISO 8601 writes, with an offset or Z at the end. */
const isoFormat = /^[yY]{4}-MM-dd'T'HH:mm:ss(?:\.SSS)?ZZ?$/;

function parseDatetime(call: FunctionCall): Sql {
  call.expect(2);
  const written = call.literal(1, 'The format');
  const text = call.text(0).text;
  if (isoFormat.test(written)) return atom(`CAST(${text} AS TIMESTAMPTZ)`, utcTimestamp);
  const { format, hasOffset } = fromJodaFormat(written, 'parse', null, call.expression(1));
  // strptime() knows offsets, but no Z for none.
  if (hasOffset) return atom(`strptime(regexp_replace(${text}, 'Z$', '+00'), ${textLiteral(format)})`, utcTimestamp);
  return atom(`CAST(strptime(${text}, ${textLiteral(format)}) AS TIMESTAMPTZ)`, utcTimestamp);
}
