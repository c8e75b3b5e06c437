import { sql, SQLDialect } from '@codemirror/lang-sql';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { RangeSetBuilder, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { SqlDialect } from '#shared/api/query.ts';
import { sqlTokens, type SqlToken } from '#shared/sql/sql-tokens.ts';
import { athenaFunctions } from './athena-functions.ts';
import { duckdbKeywords, duckdbTypes } from './duckdb-keywords.ts';

/** The text and its tokens, made once a change for all that needs them. */
export const statementField = StateField.define<{ readonly text: string; readonly tokens: readonly SqlToken[] }>({
  create: (state) => cut(state.doc.toString()),
  update: (statement, transaction) => (transaction.docChanged ? cut(transaction.newDoc.toString()) : statement),
  provide: (field) => EditorView.decorations.from(field, ({ tokens }) => parameterMarks(tokens)),
});

function cut(text: string): { readonly text: string; readonly tokens: readonly SqlToken[] } {
  return { text, tokens: sqlTokens(text) };
}

const parameterMark = Decoration.mark({ class: 'cm-parameter' });

/** `$name` stands out: it is a value that is filled in beside the editor. */
function parameterMarks(tokens: readonly SqlToken[]): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const token of tokens) {
    if (token.kind === 'parameter') marks.add(token.from, token.to, parameterMark);
  }
  return marks.finish();
}

/** Many editors of a page share one list of functions, and so one language. */
const duckdbLanguages = new WeakMap<readonly string[], Extension>();

export function languageFor(dialect: SqlDialect, functions: readonly string[]): Extension {
  if (dialect === 'athena') return athenaLanguage;
  let language = duckdbLanguages.get(functions);
  if (language === undefined) {
    language = languageWith(functions);
    duckdbLanguages.set(functions, language);
  }
  return language;
}

function languageWith(functions: readonly string[]): Extension {
  const dialect = SQLDialect.define({
    keywords: [...duckdbKeywords].join(' '),
    types: duckdbTypes.join(' '),
    builtin: functions.filter((name) => /^\w+$/.test(name) && !duckdbKeywords.has(name)).join(' '),
    doubleDollarQuotedStrings: true,
    caseInsensitiveIdentifiers: true,
    operatorChars: '*+-%<>!=&|~^/',
  });
  return sql({ dialect }).language;
}

const athenaLanguage = languageWith(athenaFunctions);

export const syntaxColours: Extension = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--syntax-keyword)' },
    { tag: [tags.standard(tags.name), tags.typeName], color: 'var(--syntax-function)' },
    { tag: tags.string, color: 'var(--syntax-string)' },
    { tag: tags.number, color: 'var(--syntax-number)' },
    { tag: tags.comment, color: 'var(--syntax-comment)', fontStyle: 'italic' },
  ]),
);
