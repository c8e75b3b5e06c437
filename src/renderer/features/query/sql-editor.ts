import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql, SQLDialect } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, Prec, RangeSetBuilder, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { duckdbKeywords, duckdbTypes } from './duckdb-keywords.ts';
import { suggestSql, type SqlCatalogue, type SqlSuggestion } from './sql-completion.ts';
import { sqlTokens } from './sql-tokens.ts';

export interface SqlEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  /** Accessible name. */
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Ctrl/Cmd+Enter. */
  readonly onRun: () => void;
}

export interface SqlProblem {
  /** UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** The editor for one SQL statement. */
export interface SqlEditor {
  setText(text: string): void;
  setCatalogue(catalogue: SqlCatalogue): void;
  /** Underlines a problem, or none. */
  showProblem(problem: SqlProblem | null): void;
  focus(): void;
  close(): void;
}

/** Puts a CodeMirror editor for DuckDB's SQL into `parent`. All colours are the theme's properties, so it follows the theme. */
export function createSqlEditor(options: SqlEditorOptions): SqlEditor {
  const language = new Compartment();
  const runStatement = (target: EditorView): boolean => {
    closeCompletion(target);
    options.onRun();
    return true;
  };
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        language.of(languageFor({ tables: [], functions: [] })),
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: runStatement }])),
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        bracketMatching(),
        closeBrackets(),
        parameterMarks,
        appearance,
        placeholder('SELECT … FROM events'),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: text.length },
      });
    },
    setCatalogue: (catalogue) => view.dispatch({ effects: language.reconfigure(languageFor(catalogue)) }),
    showProblem: (problem) => view.dispatch(setDiagnostics(view.state, diagnosticsFor(problem, view.state.doc.length))),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

function diagnosticsFor(problem: SqlProblem | null, length: number): readonly Diagnostic[] {
  if (problem === null) return [];
  const from = Math.min(problem.offset, Math.max(0, length - 1));
  const to = Math.min(length, from + Math.max(1, problem.length));
  return [{ from, to, severity: 'error', message: problem.message }];
}

function languageFor(catalogue: SqlCatalogue): Extension {
  const dialect = SQLDialect.define({
    keywords: [...duckdbKeywords].join(' '),
    types: duckdbTypes.join(' '),
    builtin: catalogue.functions.filter((name) => /^\w+$/.test(name) && !duckdbKeywords.has(name)).join(' '),
    doubleDollarQuotedStrings: true,
    caseInsensitiveIdentifiers: true,
    operatorChars: '*+-%<>!=&|~^/',
  });
  return [
    sql({ dialect }).language,
    autocompletion({ override: [(context) => complete(context, catalogue)], icons: false }),
  ];
}

function complete(context: CompletionContext, catalogue: SqlCatalogue): CompletionResult | null {
  const found = suggestSql(context.state.doc.toString(), context.pos, catalogue);
  if (found === null) return null;
  const isAfterDot = context.matchBefore(/\.\w*/) !== null;
  if (!context.explicit && !isAfterDot && found.from === context.pos) return null;
  return { from: found.from, options: found.suggestions.map(completionFor), validFor: /^\w*$/ };
}

const boosts: Readonly<Record<SqlSuggestion['kind'], number>> = {
  column: 5,
  field: 5,
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

const parameterMark = Decoration.mark({ class: 'cm-parameter' });

/** `$name` stands out: it is a value that is filled in beside the editor. */
const parameterMarks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = marksFor(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = marksFor(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function marksFor(view: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const token of sqlTokens(view.state.doc.toString())) {
    if (token.kind === 'parameter') marks.add(token.from, token.to, parameterMark);
  }
  return marks.finish();
}

const appearance: Extension = [
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--syntax-keyword)' },
      { tag: [tags.standard(tags.name), tags.typeName], color: 'var(--syntax-function)' },
      { tag: tags.string, color: 'var(--syntax-string)' },
      { tag: tags.number, color: 'var(--syntax-number)' },
      { tag: tags.comment, color: 'var(--syntax-comment)', fontStyle: 'italic' },
    ]),
  ),
  EditorView.theme({
    '&': { height: '100%', color: 'var(--text-primary)', backgroundColor: 'transparent' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': {
      fontFamily: 'var(--font-mono)',
      fontSize: '13px',
      lineHeight: '20px',
      fontVariantLigatures: 'none',
    },
    '.cm-content': { padding: '12px 0', caretColor: 'var(--accent)' },
    '.cm-line': { padding: '0 14px' },
    '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--surface-selected)',
    },
    '.cm-placeholder': { color: 'var(--text-muted)' },
    '&.cm-focused .cm-matchingBracket': {
      backgroundColor: 'transparent',
      outline: '1px solid var(--border-input)',
    },
    '.cm-parameter': {
      padding: '1px 3px',
      borderRadius: '3px',
      backgroundColor: 'var(--warn-surface)',
      color: 'var(--warn-text)',
    },
    '.cm-lintRange-error': {
      backgroundImage: 'none',
      textDecoration: 'underline wavy var(--bad-text)',
      textUnderlineOffset: '4px',
    },
    '.cm-tooltip': {
      border: '1px solid var(--border-strong)',
      borderRadius: 'var(--radius-md)',
      backgroundColor: 'var(--surface-raised)',
      color: 'var(--text-primary)',
      boxShadow: 'var(--shadow-popover)',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': {
      fontFamily: 'var(--font-mono)',
      fontSize: '12px',
      maxHeight: '240px',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '18px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      backgroundColor: 'var(--surface-selected)',
      color: 'var(--text-strong)',
    },
    '.cm-completionMatchedText': { color: 'var(--accent-text)', textDecoration: 'none' },
    '.cm-completionDetail': { color: 'var(--text-muted)', fontStyle: 'normal', fontSize: '11px' },
    '.cm-completionInfo': {
      maxWidth: '320px',
      padding: '6px 8px',
      fontFamily: 'var(--font-sans)',
      fontSize: '12px',
      lineHeight: '17px',
    },
    '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font-sans)', fontSize: '12px' },
    '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad-text)' },
  }),
];
