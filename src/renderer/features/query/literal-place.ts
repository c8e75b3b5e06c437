import { completableColumns } from '#shared/api/query.ts';
import type { SqlToken } from '#shared/sql/sql-tokens.ts';
import type { CompletableColumn } from './sql-catalogue.ts';
import { pathEndingAt } from './sql-scope.ts';

/** A string literal that is compared with a column whose values are known. */
export interface LiteralPlace {
  readonly column: CompletableColumn;
  /** What a value replaces, within the quotes. */
  readonly from: number;
  readonly to: number;
  /** What is typed so far, as the value has it. */
  readonly text: string;
  /** A quote follows at `to`. */
  readonly isClosed: boolean;
  /** `E'…'`, where a backslash escapes. */
  readonly hasEscapes: boolean;
}

/** `eventName = '…'`, `eventName IN ('…')`, `starts_with(e.eventName, '…')`, `list_contains(['…'], eventName)` at the cursor. */
export function literalAt(tokens: readonly SqlToken[], position: number): LiteralPlace | null {
  const index = tokens.findIndex(
    ({ from, to, isClosed }) => from < position && (position < to || (position === to && !isClosed)),
  );
  const token = tokens[index];
  const opening = /^[eE]?'/.exec(token?.text ?? '')?.[0];
  if (token?.kind !== 'string' || opening === undefined || position < token.from + opening.length) return null;
  const comparison = comparedColumn(tokens, index);
  if (comparison === null) return null;
  const typed = token.text.slice(opening.length, position - token.from);
  // A pattern's wildcard stays, and what follows it is looked for.
  const wildcard = comparison.isPattern ? typed.lastIndexOf('%') + 1 : 0;
  const rest = token.isClosed ? token.text.slice(position - token.from, -1) : '';
  // Quotes that do not pair take in what comes after: only what may still be the value is replaced.
  const isWhole = token.isClosed && /^[\w.:@/-]*$/.test(rest);
  return {
    column: comparison.column,
    from: token.from + opening.length + wildcard,
    to: isWhole ? position + rest.length : position,
    text: typed.slice(wildcard).replaceAll("''", "'"),
    isClosed: isWhole,
    hasEscapes: opening.length === 2,
  };
}

interface Comparison {
  readonly column: CompletableColumn;
  readonly isPattern: boolean;
}

const comparingMarks = new Set(['=', '==', '<>', '!=', '^@', '~', '!~', '>', '<', '>=', '<=']);
const comparingWords = new Set(['LIKE', 'ILIKE', 'GLOB']);
const textFunctions = new Set(['STARTS_WITH', 'ENDS_WITH', 'PREFIX', 'SUFFIX', 'CONTAINS', 'STRPOS', 'INSTR']);
const listFunctions = new Set(['LIST_CONTAINS', 'LIST_HAS', 'ARRAY_CONTAINS', 'ARRAY_HAS', 'CONTAINS']);

function comparedColumn(tokens: readonly SqlToken[], literal: number): Comparison | null {
  const word = (index: number): string => tokens[index]?.text.toUpperCase() ?? '';
  const plain = (last: number): Comparison | null => {
    const column = columnEndingAt(tokens, last);
    return column === null ? null : { column, isPattern: false };
  };
  const before = literal - 1;
  if (comparingWords.has(word(before))) {
    const column = columnEndingAt(tokens, word(before - 1) === 'NOT' ? before - 2 : before - 1);
    return column === null ? null : { column, isPattern: word(before) !== 'GLOB' };
  }
  if (word(before) === 'FROM' && word(before - 1) === 'DISTINCT') {
    return plain(word(before - 2) === 'NOT' ? before - 4 : before - 3);
  }
  let mark = before;
  while (isTouchingMark(tokens, mark)) mark -= 1;
  const operator = tokens.slice(mark, literal).map(({ text }) => text);
  if (comparingMarks.has(operator.join(''))) return plain(mark - 1);

  if (word(before) === ',' && textFunctions.has(functionOf(tokens, before - 1))) return plain(before - 1);
  let first = literal;
  while (word(first - 1) === ',' && tokens[first - 2]?.kind === 'string') first -= 2;
  if (word(first - 1) === '(' && word(first - 2) === 'IN') {
    return plain(word(first - 3) === 'NOT' ? first - 4 : first - 3);
  }
  if (word(first - 1) === '[') return listedColumn(tokens, first - 1, literal);
  return null;
}

/** The second argument of `list_contains(['…'], eventName)`. */
function listedColumn(tokens: readonly SqlToken[], bracket: number, literal: number): Comparison | null {
  const before = tokens[bracket - 1]?.text.toUpperCase() === 'ARRAY' ? bracket - 2 : bracket - 1;
  if (tokens[before]?.text !== '(' || !listFunctions.has(tokens[before - 1]?.text.toUpperCase() ?? '')) return null;
  let close = literal + 1;
  while (tokens[close]?.text === ',' && tokens[close + 1]?.kind === 'string') close += 2;
  if (tokens[close]?.text !== ']' || tokens[close + 1]?.text !== ',') return null;
  let last = close + 2;
  while (tokens[last + 1]?.text === '.') last += 2;
  const column = columnEndingAt(tokens, last);
  return column === null ? null : { column, isPattern: false };
}

/** Marks are single characters: `<>` is two that touch. */
function isTouchingMark(tokens: readonly SqlToken[], index: number): boolean {
  const [before, mark] = [tokens[index - 1], tokens[index]];
  return before?.kind === 'mark' && mark?.kind === 'mark' && before.to === mark.from && /[<>=!^~@]/.test(before.text);
}

/** Name of the function whose first argument is the path that ends here. */
function functionOf(tokens: readonly SqlToken[], last: number): string {
  const path = pathEndingAt(tokens, last);
  if (path === null || tokens[path.start - 1]?.text !== '(') return '';
  return tokens[path.start - 2]?.text.toUpperCase() ?? '';
}

const columnsByName = new Map<string, CompletableColumn>([
  ...completableColumns.map((column) => [column.toLowerCase(), column] as const),
  ['recipientaccountid', 'accountId'],
]);

function columnEndingAt(tokens: readonly SqlToken[], last: number): CompletableColumn | null {
  const step = pathEndingAt(tokens, last)?.steps.at(-1);
  if (step === undefined || step === 'element') return null;
  return columnsByName.get(step.name.toLowerCase()) ?? null;
}
