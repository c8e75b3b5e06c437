import type { QueryParameters } from '#shared/api/query.ts';
import type { Scope, ScopeColumn } from './scope.ts';
import type { Expression, Name } from './syntax.ts';

const mark = '\u0001';

/** A mark in the text that stands for what is known only once the whole statement is translated. */
export function postpone(context: Context, text: () => string): string {
  return `${mark}${context.postponed.push(text) - 1}${mark}`;
}

export function withPostponed(text: string, postponed: Context['postponed']): string {
  // Marks hold the number of what they stand for; the statement itself has no control characters.
  return text
    .split(mark)
    .map((part, index) => (index % 2 === 0 ? part : (postponed[Number(part)]?.() ?? '')))
    .join('');
}

/** A relation that is known by name: a table of the case, a notebook's cell, a common table expression. */
export interface KnownRelation {
  readonly name: string;
  /** Null if they are not known. */
  readonly columns: readonly ScopeColumn[] | null;
}

/** What the translation of a part of the statement depends on, beside the part itself. */
export interface Context {
  readonly scope: Scope;
  /** Common table expressions in scope, the innermost first. */
  readonly ctes: readonly KnownRelation[];
  /** Names that the caller offers: tables of the case, cells of a notebook. */
  readonly offered: readonly KnownRelation[];
  readonly notes: Set<string>;
  /** Values of the statement's parameters, as far as they are known. */
  readonly parameters: QueryParameters;
  readonly postponed: (() => string)[];
  /** Within TRY(…), where a failure makes an empty value. */
  readonly isInTry: boolean;
  /**
   * Names that the SELECT list gives to something else than the column of that name: DuckDB would let them stand for it in
   * places where Athena does not.
   */
  readonly takenNames: readonly string[];
  /** In ORDER BY: names that stand for expressions of the SELECT list. */
  readonly aliases: readonly { readonly name: Name; readonly expression: Expression }[];
}
