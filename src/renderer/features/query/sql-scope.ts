import type { SqlToken } from '#shared/sql/sql-tokens.ts';
import type { CatalogueTable } from './sql-catalogue.ts';
import { duckdbKeywords } from './duckdb-keywords.ts';

/** A step from a value to what it holds: a field by name, or any element of a list. */
export type PathStep = { readonly name: string } | 'element';

export interface Path {
  readonly steps: readonly PathStep[];
  /** Its first token. */
  readonly start: number;
}

/** The path whose last token this is: `e.userIdentity.arn`, `resources[1]`. Null if there is none. */
export function pathEndingAt(tokens: readonly SqlToken[], last: number): Path | null {
  const backwards: PathStep[] = [];
  for (let at = last; ; at -= 2) {
    while (tokens[at]?.text === ']') {
      backwards.push('element');
      while (at >= 0 && tokens[at]?.text !== '[') at -= 1;
      at -= 1;
    }
    const name = tokens[at];
    if (name?.kind !== 'word' && name?.kind !== 'quoted') return null;
    backwards.push({ name: unquoted(name) });
    if (tokens[at - 1]?.text !== '.') return { steps: backwards.reverse(), start: at };
  }
}

export interface Scope {
  /** Tables by the name or alias they have in the statement, in lower case. */
  readonly tables: ReadonlyMap<string, CatalogueTable>;
  /** Names given by WITH. */
  readonly named: readonly string[];
}

/** What a statement reads, whichever of its parts reads it. */
export function scopeOf(tokens: readonly SqlToken[], known: readonly CatalogueTable[]): Scope {
  const tables = new Map<string, CatalogueTable>();
  const named: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const word = token.kind === 'word' ? token.text.toUpperCase() : token.text;
    const name = tokens[index - 1];
    if (word === 'AS' && tokens[index + 1]?.text === '(' && (name?.kind === 'word' || name?.kind === 'quoted')) {
      named.push(unquoted(name));
    }
    if (word === 'FROM' || word === 'JOIN') addTables(tokens, index + 1, known, tables);
  }
  return { tables, named };
}

/** `events e, main.files AS f` from its first token on. */
function addTables(
  tokens: readonly SqlToken[],
  first: number,
  known: readonly CatalogueTable[],
  tables: Map<string, CatalogueTable>,
): void {
  for (let at = first; ; at += 2) {
    while (tokens[at + 1]?.text === '.') at += 2;
    const name = tokens[at];
    if (name?.kind !== 'word' && name?.kind !== 'quoted') return;
    const table = tableNamed(unquoted(name), known);
    if (table !== null) tables.set(table.name.toLowerCase(), table);
    if (tokens[at + 1]?.text.toUpperCase() === 'AS') at += 1;
    const alias = tokens[at + 1];
    if (alias?.kind === 'quoted' || (alias?.kind === 'word' && !duckdbKeywords.has(alias.text.toLowerCase()))) {
      if (table !== null) tables.set(unquoted(alias).toLowerCase(), table);
      at += 1;
    }
    if (tokens[at + 1]?.text !== ',') return;
  }
}

export function tableNamed(name: string, known: readonly CatalogueTable[]): CatalogueTable | null {
  return known.find((table) => table.name.toLowerCase() === name.toLowerCase()) ?? null;
}

export function unquoted(token: SqlToken): string {
  return token.kind === 'quoted'
    ? token.text.slice(1, token.isClosed ? -1 : undefined).replaceAll('""', '"')
    : token.text;
}
