import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  pickedCompletion,
} from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { visibleLine } from '#shared/visible-text.ts';
import { formatCount } from '../../app/format.ts';
import { literalAt, type LiteralPlace } from './literal-place.ts';
import type { SqlCatalogue } from './sql-catalogue.ts';
import { suggestSql, type SqlSuggestion } from './sql-completion.ts';
import { statementField } from './sql-language.ts';

const longestLabel = 120;

/** What CodeMirror asks while a person types; `catalogue` gives what is known at that moment. */
export function completionSource(catalogue: () => SqlCatalogue): CompletionSource {
  return (context) => {
    const { tokens } = context.state.field(statementField);
    const place = literalAt(tokens, context.pos);
    return place === null ? completeWord(context, catalogue()) : completeLiteral(context, place, catalogue());
  };
}

function completeWord(context: CompletionContext, catalogue: SqlCatalogue): CompletionResult | null {
  const { text } = context.state.field(statementField);
  const found = suggestSql(text, context.pos, catalogue);
  if (found === null) return null;
  const isAfterDot = context.matchBefore(/\.\w*/) !== null;
  if (!context.explicit && !isAfterDot && found.from === context.pos) return null;
  return { from: found.from, options: found.suggestions.map(completionFor), validFor: /^\$?\w*$/ };
}

/** Asked again at every change: the engine looks through all values, of which the list holds the first hundred. */
async function completeLiteral(
  context: CompletionContext,
  place: LiteralPlace,
  { values }: SqlCatalogue,
): Promise<CompletionResult | null> {
  if (values === undefined) return null;
  const controller = new AbortController();
  context.addEventListener('abort', () => controller.abort(), { onDocChange: true });
  const found = await values(place.column, place.text, controller.signal).catch(() => []);
  // A zero byte can't be written in a statement.
  const options = found
    .filter(({ value }) => !value.includes('\0'))
    .map(({ value, count }) => ({
      label: cutLabel(visibleLine(value)),
      type: 'value',
      detail: formatCount(count),
      apply: (view: EditorView, completion: Completion, from: number, to: number) =>
        insertValue(view, completion, { ...place, from, to }, value),
    }));
  return options.length === 0 ? null : { from: place.from, to: place.to, options, filter: false };
}

function cutLabel(text: string): string {
  return text.length > longestLabel ? `${text.slice(0, longestLabel)}…` : text;
}

/** The value and its closing quote; the cursor goes behind it. */
function insertValue(view: EditorView, completion: Completion, place: LiteralPlace, value: string): void {
  const { from, to, isClosed, hasEscapes } = place;
  const escaped = (hasEscapes ? value.replaceAll('\\', '\\\\') : value).replaceAll("'", "''");
  view.dispatch({
    changes: { from, to: isClosed ? to + 1 : to, insert: `${escaped}'` },
    selection: { anchor: from + escaped.length + 1 },
    annotations: pickedCompletion.of(completion),
    userEvent: 'input.complete',
    scrollIntoView: true,
  });
}

const boosts: Readonly<Record<SqlSuggestion['kind'], number>> = {
  column: 5,
  field: 5,
  parameter: 5,
  table: 3,
  keyword: 0,
  function: -1,
};

function completionFor(suggestion: SqlSuggestion): Completion {
  return {
    label: suggestion.label,
    type: suggestion.kind,
    detail: suggestion.detail ?? suggestion.kind,
    boost: boosts[suggestion.kind],
    ...(suggestion.insert === undefined ? {} : { apply: suggestion.insert }),
    ...(suggestion.description === undefined ? {} : { info: suggestion.description }),
  };
}
