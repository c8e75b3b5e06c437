import { own } from './own.ts';
import { refuse, type Placed } from './problem.ts';

/** Formats of dates in DuckDB's words (strftime, strptime), from MySQL's (date_format, date_parse) and Joda's. */

const mysqlParts: Readonly<Record<string, string>> = {
  a: '%a', b: '%b', c: '%-m', d: '%d', e: '%-d', f: '%f', H: '%H', h: '%I', I: '%I', i: '%M', j: '%j', k: '%-H', l: '%-I',
  M: '%B', m: '%m', p: '%p', r: '%I:%M:%S %p', S: '%S', s: '%S', T: '%H:%M:%S', v: '%V', W: '%A', x: '%G', Y: '%Y', y: '%y',
  '%': '%%',
}; // prettier-ignore

/** A format of date_format() or date_parse(): `%Y-%m-%dT%H:%i:%sZ`. */
export function fromMysqlFormat(format: string, purpose: 'print' | 'parse', place: Placed): string {
  const translated = format.replace(/%([^])?|[^%]+/g, (text: string, letter: string | undefined) => {
    if (!text.startsWith('%')) return text;
    const part = letter === undefined ? undefined : mysqlParts[letter];
    return part ?? refuse(place, `${text} is no part of a date format that Athena has.`);
  });
  return checked(translated, purpose, place);
}

/** Joda's letters, by how often they are repeated; the last one serves for more. */
const jodaParts: Readonly<Record<string, readonly (string | null)[]>> = {
  y: ['%Y', '%y', '%Y', '%Y'],
  Y: ['%Y', '%y', '%Y', '%Y'],
  M: ['%-m', '%m', '%b', '%B'],
  d: ['%-d', '%d'],
  H: ['%-H', '%H'],
  h: ['%-I', '%I'],
  m: ['%-M', '%M'],
  s: ['%-S', '%S'],
  S: [null, null, '%g', null, null, null],
  a: ['%p'],
  E: ['%a', '%a', '%a', '%A'],
  D: ['%-j', null, '%j'],
  w: [null, '%V'],
  x: ['%G', null, '%G', '%G'],
};

/**
 * A format of format_datetime() or parse_datetime(): `yyyy-MM-dd'T'HH:mm:ss`. `zone` is what Z stands for when it is
 * printed; when parsed, `hasOffset` says whether the text ends with an offset.
 */
export function fromJodaFormat(
  format: string,
  purpose: 'print' | 'parse',
  zone: string | null,
  place: Placed,
): { readonly format: string; readonly hasOffset: boolean } {
  let hasOffset = false;
  const translated = format.replace(
    /'((?:[^']|'')*)(?:'|$)|([A-Za-z])\2*|[^A-Za-z']+/g,
    (text: string, quoted: string | undefined, letter: string | undefined) => {
      // A quote that is never closed, as in a format that is published often: what follows is meant as it stands.
      if (quoted !== undefined) return literal(quoted === '' ? "'" : quoted.replaceAll("''", "'"));
      if (letter === undefined) return literal(text);
      if (letter === 'Z' || letter === 'z') {
        hasOffset = true;
        return zoneOf(text, purpose, zone, place);
      }
      const parts = own(jodaParts, letter) ?? [];
      const part = parts[Math.min(text.length, parts.length) - 1];
      return part ?? refuse(place, `“${text}” in this format is not translated.`);
    },
  );
  return { format: checked(translated, purpose, place), hasOffset };
}

const literal = (text: string) => text.replaceAll('%', '%%');

function zoneOf(text: string, purpose: 'print' | 'parse', zone: string | null, place: Placed): string {
  if (purpose === 'parse' && (text === 'Z' || text === 'ZZ')) return '%z';
  if (purpose === 'print' && zone === 'UTC') return { Z: '+0000', ZZ: '+00:00' }[text] ?? 'UTC';
  return refuse(place, `“${text}” in this format is translated for times in UTC only.`);
}

function checked(format: string, purpose: 'print' | 'parse', place: Placed): string {
  if (purpose === 'print') return format;
  // What a text does not say is 1970-01-01 in Athena and 1900-01-01 in DuckDB.
  if (!/%Y/.test(format)) {
    refuse(
      place,
      'A format to read dates with needs the year in four digits: what is left out, or cut short, means another year here than in Athena.',
    );
  }
  if (/%[VGjaA]|%-j/.test(format))
    refuse(place, 'Weeks, weekdays and days of the year are not read here. Use months and days.');
  // A part without padding is read like one with it.
  return format.replace(/%-/g, '%');
}
