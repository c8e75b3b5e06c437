import { sqlTokens, type SqlToken } from '#shared/sql/sql-tokens.ts';
import { athenaFunctionNotes, athenaFunctions } from './athena-functions.ts';
import { duckdbFunctionNotes, type FunctionNote } from './duckdb-functions.ts';
import { duckdbKeywords } from './duckdb-keywords.ts';
import { elementType, shortType, structFields } from './duckdb-type.ts';
import type { CatalogueTable, SqlCatalogue } from './sql-catalogue.ts';
import { pathEndingAt, scopeOf, tableNamed, type PathStep, type Scope } from './sql-scope.ts';

export interface SqlSuggestion {
  readonly label: string;
  readonly kind: 'table' | 'column' | 'field' | 'function' | 'parameter' | 'keyword';
  /** A column's type, a function's signature and the like. */
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

/** What can be written at a place in a statement; null inside strings, comments and numbers. */
export function suggestSql(text: string, position: number, catalogue: SqlCatalogue): SqlSuggestions | null {
  const tokens = sqlTokens(text);
  const reached = tokens.findIndex((token) => token.to >= position);
  const next = tokens[reached];
  const touched = next !== undefined && next.from < position ? next : null;
  if (touched?.kind === 'parameter' || touched?.text === '$') {
    return { from: touched.from, suggestions: parameterSuggestions(catalogue) };
  }
  if (touched !== null && !isPassed(touched, position)) return null;
  const isTyping = touched?.kind === 'word';
  const from = isTyping ? touched.from : position;
  const before = reached < 0 ? tokens : tokens.slice(0, touched !== null && !isTyping ? reached + 1 : reached);
  const known = [...catalogue.tables, ...(catalogue.relations ?? [])];
  const scope = scopeOf(tokens, known);
  if (before.at(-1)?.text === '.') {
    const path = pathEndingAt(before, before.length - 2);
    const suggestions = path === null ? [] : membersOf(path.steps, scope, known, catalogue);
    return suggestions.length === 0 ? null : { from, suggestions };
  }
  return { from, suggestions: topLevel(scope, known, catalogue) };
}

/** The cursor is in a word, or behind a token after which something new may begin. */
function isPassed(token: SqlToken, position: number): boolean {
  if (token.kind === 'word') return true;
  return token.to === position && token.isClosed && token.kind !== 'string' && token.kind !== 'number';
}

function membersOf(
  path: readonly PathStep[],
  scope: Scope,
  known: readonly CatalogueTable[],
  catalogue: SqlCatalogue,
): readonly SqlSuggestion[] {
  const [first, ...rest] = path;
  if (first === undefined || first === 'element') return [];
  const table = scope.tables.get(first.name.toLowerCase()) ?? tableNamed(first.name, known);
  if (table !== null && rest.length === 0) return columnSuggestions(table);
  const sources = table !== null ? [table] : tablesInScope(scope, known, catalogue);
  const steps = table !== null ? rest : path;
  for (const source of sources) {
    const fields = fieldsAt(source, steps);
    if (fields !== null) {
      return fields.map((field) => ({
        label: field.name,
        kind: 'field',
        detail: shortType(field.type),
        insert: quotedWhereNeeded(field.name),
      }));
    }
  }
  return [];
}

function fieldsAt(table: CatalogueTable, path: readonly PathStep[]): ReturnType<typeof structFields> {
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

/** What the statement reads; before it says so, what most statements of the dialect read. */
function tablesInScope(
  scope: Scope,
  known: readonly CatalogueTable[],
  { dialect }: SqlCatalogue,
): readonly CatalogueTable[] {
  if (scope.tables.size > 0) return [...new Set(scope.tables.values())];
  const usual = tableNamed(dialect === 'athena' ? 'cloudtrail_logs' : 'events', known);
  return usual === null ? [] : [usual];
}

function topLevel(scope: Scope, known: readonly CatalogueTable[], catalogue: SqlCatalogue): readonly SqlSuggestion[] {
  const columns = new Map<string, SqlSuggestion>();
  for (const table of tablesInScope(scope, known, catalogue)) {
    for (const column of columnSuggestions(table)) columns.set(column.label, column);
  }
  return [
    ...columns.values(),
    ...known.map(tableSuggestion),
    ...scope.named.map((label) => ({ label, kind: 'table' as const, insert: quotedWhereNeeded(label) })),
    ...functionSuggestions(catalogue),
    ...[...duckdbKeywords].map((word) => ({ label: word.toUpperCase(), kind: 'keyword' as const })),
  ];
}

function tableSuggestion({ name, description }: CatalogueTable): SqlSuggestion {
  return { label: name, kind: 'table', ...(description === undefined ? {} : { description }) };
}

function columnSuggestions(table: CatalogueTable): readonly SqlSuggestion[] {
  return table.columns.map(({ name, type, description }) => ({
    label: name,
    kind: 'column',
    detail: shortType(type),
    insert: quotedWhereNeeded(name),
    ...(description === undefined ? {} : { description }),
  }));
}

function parameterSuggestions({ parameters = [] }: SqlCatalogue): readonly SqlSuggestion[] {
  return parameters.map(({ name, type, value }) => ({
    label: `$${name}`,
    kind: 'parameter',
    detail: type,
    description: value === null ? 'NULL: nothing is filled in.' : `Now ${value}`,
  }));
}

function functionSuggestions({ dialect, functions }: SqlCatalogue): readonly SqlSuggestion[] {
  if (dialect === 'athena') return athenaFunctions.map((name) => noted(name, athenaFunctionNotes[name]));
  // COALESCE is syntax to DuckDB, a function to those who write it.
  const names = functions.length === 0 ? [] : [...functions.filter((name) => /^\w+$/.test(name)), 'coalesce'];
  return names.map((name) => noted(name, duckdbFunctionNotes[name]));
}

function noted(label: string, note: FunctionNote | undefined): SqlSuggestion {
  return {
    ...{ label, kind: 'function', insert: `${label}(` },
    ...(note === undefined ? {} : { detail: note[0], description: note[1] }),
  };
}

/** Only a name that is no plain word, or is reserved, needs quotes. */
function quotedWhereNeeded(name: string): string {
  const isPlain = /^[A-Za-z_]\w*$/.test(name) && !reservedWords.has(name.toLowerCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** DuckDB's reserved words: as a column's name they would be read as syntax. */
const reservedWords = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default
   deferrable desc describe distinct do else end except false fetch for foreign from grant group having in initially
   intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer pivot_wider placing
   primary qualify references returning select show some summarize symmetric table then to trailing true union unique
   unpivot using variadic when where window with`.split(/\s+/),
);
