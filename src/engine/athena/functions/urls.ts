import type { FunctionCall, FunctionRule } from '../call.ts';
import { atom, bracketed, levels, textLiteral, type Sql } from '../sql-text.ts';
import { bigint, varchar } from '../types.ts';

/** Parts of a URL as Java's URI finds them; what that would not take has none. */
const allowed = `(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2}|[^\\x00-\\x{A0}])*`;
const parts = '^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const host = `^(?:[^@]*@)?((?:${label}\\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.?|\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+\\])(?::\\d*)?$`;

export const urlFunctions: Readonly<Record<string, FunctionRule>> = {
  url_extract_protocol: (call) => part(call, 1),
  url_extract_host: (call) =>
    ofAuthority(call, (authority) => `nullif(regexp_extract(${authority}, ${textLiteral(host)}, 1), '')`),
  url_extract_port: (call) => {
    const sql = ofAuthority(
      call,
      (authority) => `TRY_CAST(nullif(regexp_extract(${authority}, ':(\\d+)$', 1), '') AS BIGINT)`,
    );
    return { ...sql, type: bigint };
  },
  url_extract_path: (call) => whenUrl(call, (url) => decoded(`regexp_extract(${url}, ${textLiteral(parts)}, 3)`)),
  url_extract_query: (call) =>
    whenUrl(
      call,
      (url) =>
        `CASE WHEN regexp_matches(${url}, '^[^#]*\\?') THEN ${decoded(`regexp_extract(${url}, ${textLiteral(parts)}, 4)`)} END`,
    ),
  url_extract_fragment: (call) =>
    whenUrl(
      call,
      (url) =>
        `CASE WHEN contains(${url}, '#') THEN ${decoded(`regexp_extract(${url}, ${textLiteral(parts)}, 5)`)} END`,
    ),
  url_extract_parameter: (call) => {
    call.expect(2);
    const name = call.literal(1, 'The parameter');
    if (!/^[\w.-]+$/.test(name)) call.refuse('The name of a parameter is made of letters, digits, _, . and -.');
    const pattern = `^[^#]*?[?&]${name.replaceAll('.', '\\.')}(?:=([^&#]*))?(?:[&#]|$)`;
    return whenUrl(
      call,
      (url) =>
        `CASE WHEN regexp_matches(${url}, ${textLiteral(pattern)}) THEN url_decode(replace(regexp_extract(${url}, ${textLiteral(pattern)}, 1), '+', ' ')) END`,
      2,
    );
  },
  url_decode: (call) => {
    call.expect(1);
    return call.make('url_decode', varchar, `replace(${call.text(0).text}, '+', ' ')`);
  },
};

/** Java's getPath() and the like undo %20, and leave + as it is. */
const decoded = (text: string) => `url_decode(${text})`;

function part(call: FunctionCall, group: number): Sql {
  return whenUrl(call, (url) => `nullif(regexp_extract(${url}, ${textLiteral(parts)}, ${group}), '')`);
}

function ofAuthority(call: FunctionCall, make: (authority: string) => string): Sql {
  return whenUrl(call, (url) => make(`regexp_extract(${url}, ${textLiteral(parts)}, 2)`));
}

function whenUrl(call: FunctionCall, make: (url: string) => string, count = 1): Sql {
  call.expect(count);
  const url = call.text(0);
  return atom(
    `CASE WHEN regexp_full_match(${bracketed(url, levels.or)}, ${textLiteral(allowed)}) THEN ${make(url.text)} END`,
    varchar,
  );
}
