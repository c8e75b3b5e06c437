import type { Table } from '#shared/tables/table.ts';
import { elementType, shortType, structFields } from './duckdb-type.ts';
import { duckdbKeywords } from './duckdb-keywords.ts';
import { sqlTokens, type SqlToken } from './sql-tokens.ts';

export interface SqlSuggestion {
  readonly label: string;
  readonly kind: 'table' | 'column' | 'field' | 'function' | 'keyword';
  /** A column's type and the like. */
  readonly detail?: string;
  readonly description?: string;
  /** What to insert, if not the label. */
  readonly insert?: string;
}

export interface SqlSuggestions {
  /** Where the word being typed begins. */
  readonly from: number;
  readonly suggestions: readonly SqlSuggestion[];
}

export interface SqlCatalogue {
  readonly tables: readonly Table[];
  /** Names of functions that may be called. */
  readonly functions: readonly string[];
}

/** What can be written at a place in a statement; null inside strings, comments, numbers and parameters. */
export function suggestSql(text: string, position: number, catalogue: SqlCatalogue): SqlSuggestions | null {
  const before = sqlTokens(text.slice(0, position));
  const last = before.at(-1);
  const isTouching = last !== undefined && last.to === position;
  if (last !== undefined && !last.isClosed) return null;
  if (isTouching && ['string', 'number', 'parameter'].includes(last.kind)) return null;
  const isTyping = isTouching && last.kind === 'word';
  const from = isTyping ? last.from : position;
  const path = pathBefore(isTyping ? before.slice(0, -1) : before);
  const scope = scopeOf(sqlTokens(text), catalogue.tables);
  if (path.length > 0) {
    const suggestions = membersOf(path, scope, catalogue.tables);
    return suggestions.length === 0 ? null : { from, suggestions };
  }
  return { from, suggestions: topLevel(scope, catalogue) };
}

/** A step from a value to what it holds: a field by name, or any element of a list. */
type PathStep = { readonly name: string } | 'element';

/** `userIdentity.sessionContext.` → its two names. Empty if the text before the word is no path. */
function pathBefore(tokens: readonly SqlToken[]): readonly PathStep[] {
  const backwards: PathStep[] = [];
  let at = tokens.length - 1;
  while (tokens[at]?.text === '.') {
    at -= 1;
    while (tokens[at]?.text === ']') {
      backwards.push('element');
      while (at >= 0 && tokens[at]?.text !== '[') at -= 1;
      at -= 1;
    }
    const name = tokens[at];
    if (name?.kind !== 'word' && name?.kind !== 'quoted') return [];
    backwards.push({ name: unquoted(name) });
    at -= 1;
  }
  return backwards.reverse();
}

interface Scope {
  /** Tables by the name or alias they have in the statement, in lower case. */
  readonly tables: ReadonlyMap<string, Table>;
  /** Names given by WITH. */
  readonly named: readonly string[];
}

function scopeOf(tokens: readonly SqlToken[], known: readonly Table[]): Scope {
  const tables = new Map<string, Table>();
  const named: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const word = token.kind === 'word' ? token.text.toUpperCase() : token.text;
    const next = tokens[index + 1];
    if (next === undefined) continue;
    if (word === 'AS' && next.text === '(') {
      const name = tokens[index - 1];
      if (name !== undefined && (name.kind === 'word' || name.kind === 'quoted')) named.push(unquoted(name));
    }
    if (word !== 'FROM' && word !== 'JOIN') continue;
    const table = known.find((candidate) => candidate.name.toLowerCase() === unquoted(next).toLowerCase());
    if (table === undefined) continue;
    tables.set(table.name.toLowerCase(), table);
    const isNamed = tokens[index + 2]?.text.toUpperCase() === 'AS';
    const alias = tokens[index + (isNamed ? 3 : 2)];
    if (alias?.kind === 'word' && !duckdbKeywords.has(alias.text.toLowerCase())) {
      tables.set(alias.text.toLowerCase(), table);
    }
  }
  return { tables, named };
}

function membersOf(path: readonly PathStep[], scope: Scope, known: readonly Table[]): readonly SqlSuggestion[] {
  const [first, ...rest] = path;
  if (first === undefined || first === 'element') return [];
  const name = first.name.toLowerCase();
  const table = scope.tables.get(name) ?? known.find((candidate) => candidate.name.toLowerCase() === name);
  if (table !== undefined && rest.length === 0) return columnSuggestions(table);
  const inScope = [...new Set(scope.tables.values())];
  const sources = table !== undefined ? [table] : inScope.length > 0 ? inScope : known.slice(0, 1);
  const steps = table !== undefined ? rest : path;
  for (const source of sources) {
    const fields = fieldsAt(source, steps);
    if (fields !== null) {
      return fields.map((field) => ({
        label: field.name,
        kind: 'field',
        detail: shortType(field.type),
        insert: quoted(field.name),
      }));
    }
  }
  return [];
}

function fieldsAt(table: Table, path: readonly PathStep[]): ReturnType<typeof structFields> {
  const [first, ...rest] = path;
  if (first === undefined || first === 'element') return null;
  let type = table.columns.find((column) => column.name.toLowerCase() === first.name.toLowerCase())?.type ?? null;
  for (const step of rest) {
    if (type === null) return null;
    if (step === 'element') type = elementType(type);
    else {
      type = structFields(type)?.find((field) => field.name.toLowerCase() === step.name.toLowerCase())?.type ?? null;
    }
  }
  return type === null ? null : structFields(type);
}

function columnSuggestions(table: Table): readonly SqlSuggestion[] {
  return table.columns.map((column) => ({
    label: column.name,
    kind: 'column',
    detail: shortType(column.type),
    description: column.description,
  }));
}

function topLevel(scope: Scope, { tables, functions }: SqlCatalogue): readonly SqlSuggestion[] {
  const inScope = [...new Set(scope.tables.values())];
  const columns = new Map<string, SqlSuggestion>();
  for (const table of inScope.length > 0 ? inScope : tables.slice(0, 1)) {
    for (const column of columnSuggestions(table)) columns.set(column.label, column);
  }
  return [
    ...columns.values(),
    ...tables.map((table) => ({ label: table.name, kind: 'table' as const, description: table.description })),
    ...scope.named.map((label) => ({ label, kind: 'table' as const })),
    ...functions
      .filter((name) => /^\w+$/.test(name))
      .map((name) => ({ label: name, kind: 'function' as const, insert: `${name}(` })),
    ...[...duckdbKeywords].map((word) => ({ label: word.toUpperCase(), kind: 'keyword' as const })),
  ];
}

function unquoted(token: SqlToken): string {
  return token.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
}

/** Only a name that is no plain word or is reserved needs quotes after a dot. */
function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
