export interface StructField {
  readonly name: string;
  readonly type: string;
}

/** Fields of a `STRUCT(…)` type; null for any other type. A list must be indexed first: `elementType`. */
export function structFields(type: string): readonly StructField[] | null {
  const match = /^STRUCT\((.*)\)$/s.exec(type.trim());
  if (match === null) return null;
  return splitTopLevel(match[1] ?? '').map((part) => {
    const [, quoted, bare, fieldType = ''] = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/s.exec(part) ?? [];
    return { name: quoted?.replaceAll('""', '"') ?? bare ?? part.trim(), type: fieldType.trim() };
  });
}

/** `VARCHAR[]` → `VARCHAR`; null if the type is no list. */
export function elementType(type: string): string | null {
  return /^(.*)\[\d*\]$/s.exec(type.trim())?.[1] ?? null;
}

/** A type short enough for a column's header: nested ones by their kind alone. */
export function shortType(type: string): string {
  if (elementType(type) !== null) return `${shortType(elementType(type) ?? '')}[]`;
  return type.replace(/\(.*$/s, '');
}

function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part.trim() !== '');
}
