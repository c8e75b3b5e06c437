import { refuse, type Placed } from './problem.ts';

/**
 * A path of json_extract() as DuckDB writes it. Athena's engine knows `$`, `.name`, `["name"]` and `[number]`, where a number
 * may stand for a key as well.
 */
export function fromJsonPath(path: string, place: Placed): string {
  let rest = path.trim();
  if (!rest.startsWith('$')) refuse(place, `“${path}” is no JSON path: it begins with $.`);
  rest = rest.slice(1);
  let outcome = '$';
  while (rest !== '') {
    const match = /^(?:\.([\p{L}\p{N}_:$-]+)|\[\s*(\d+)\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\s*'([^']*)'\s*\])/u.exec(
      rest,
    );
    if (!match)
      refuse(place, `“${path}” is not translated from here: ${rest}. There are .name, ["name"] and [number].`);
    const [text, plain, index, doubleQuoted, singleQuoted] = match!;
    const key = plain ?? doubleQuoted?.replace(/\\(.)/g, '$1') ?? singleQuoted;
    if (plain !== undefined && /^\d+$/.test(plain))
      refuse(place, `Write [${plain}] for the element of a list in “${path}”.`);
    outcome += key === undefined ? `[${Number(index)}]` : keyPart(key, place);
    rest = rest.slice(text.length);
  }
  return outcome;
}

function keyPart(key: string, place: Placed): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return `.${key}`;
  if (/["\\*]/.test(key)) refuse(place, `A key with “"”, “\\” or “*” in it is not translated.`);
  return `."${key}"`;
}
