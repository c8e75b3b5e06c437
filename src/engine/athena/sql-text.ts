import type { Type } from './types.ts';

/** A piece of DuckDB's SQL, how strongly it binds, and its type as Athena sees it. */
export interface Sql {
  readonly text: string;
  readonly level: number;
  readonly type: Type;
}

/** How strongly operators bind, from OR to what needs no brackets anywhere. */
export const levels = { or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7, sign: 8, atom: 9 } as const;

/** A call, a literal, a name: text that needs no brackets. */
export function atom(text: string, type: Type): Sql {
  return { text, level: levels.atom, type };
}

/** The text, in brackets if it binds less than `level`. */
export function bracketed(sql: Sql, level: number): string {
  return sql.level >= level ? sql.text : `(${sql.text})`;
}

/** A postfix (`[1]`, `.name`, `->>`) needs its operand to be one thing. */
export const asAtom = (sql: Sql) => bracketed(sql, levels.atom);

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB reserves more words than Athena; a name in quotes is never wrong. */
const plainName = /^[a-z_][a-z0-9_]*$/i;
const reserved = new Set(
  `all analyse analyze and any array as asc asof asymmetric at attach authorization between bigint binary bit boolean both
  by case cast char character check coalesce collate collation column columns concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user date dec decimal
  default deferrable desc describe distinct do else end except exclude exists extract false fetch filter float for foreign
  freeze from full generated glob grant group grouping having if ilike in initially inner inout int integer intersect
  interval into is isnull join key lambda lateral leading left like limit localtime localtimestamp map national natural
  nchar none not notnull null nullif numeric of off offset on only or order out outer over overlaps overlay partition pivot
  pivot_longer pivot_wider placing position positional precision primary qualify range real references returning right row
  rows sample select semi session_user setof show similar smallint some struct substring summarize symmetric table
  tablesample text then time timestamp to trailing treat trim true try try_cast type union unique unnest unpack unpivot
  user using value values varchar variadic verbose when where window with within without`.split(/\s+/),
);

export function nameText(name: string): string {
  return plainName.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
