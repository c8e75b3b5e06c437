import { autocompletion, closeBrackets } from '@codemirror/autocomplete';
import { history } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, openSearchPanel, search } from '@codemirror/search';
import { Compartment, EditorState, type ChangeSpec, type Extension } from '@codemirror/state';
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  placeholder,
  rectangularSelection,
} from '@codemirror/view';
import { LateChanges } from './late-changes.ts';
import type { SqlCatalogue } from './sql-catalogue.ts';
import { completionSource } from './sql-completion-source.ts';
import { sqlEditorKeys, type SqlEditorActions } from './sql-editor-keys.ts';
import { editorTheme, filledHeight, ownHeight, panelTheme } from './sql-editor-theme.ts';
import { languageFor, statementField, syntaxColours } from './sql-language.ts';

export interface SqlEditorOptions extends SqlEditorActions {
  readonly text: string;
  readonly catalogue: SqlCatalogue;
  /** Accessible name. */
  readonly label: string;
  /** Grows with its text up to 40 lines; otherwise it fills its place. */
  readonly isAutoHeight?: boolean;
  readonly isReadOnly?: boolean;
  /** After the frame that shows the change; before any of the actions, and when the focus leaves. */
  readonly onChange: (text: string) => void;
}

export interface SqlProblem {
  /** UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** The editor for one SQL statement. */
export interface SqlEditor {
  readonly view: EditorView;
  /** Makes it the text, changing no more than differs, so that cursor and undo stay. */
  setText(text: string): void;
  setCatalogue(catalogue: SqlCatalogue): void;
  setReadOnly(isReadOnly: boolean): void;
  /** Underlines a problem, or none. */
  showProblem(problem: SqlProblem | null): void;
  focus(): void;
  /** Opens find and replace. */
  find(): void;
  close(): void;
}

/** Puts a CodeMirror editor for SQL into `parent`. */
export function createSqlEditor(parent: HTMLElement, options: SqlEditorOptions): SqlEditor {
  let { catalogue } = options;
  const language = new Compartment();
  const access = new Compartment();
  const changes = new LateChanges(() => options.onChange(view.state.field(statementField).text));
  const languageOf = (of: SqlCatalogue): Extension => languageFor(of.dialect ?? 'duckdb', of.functions);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        language.of(languageOf(catalogue)),
        access.of(accessOf(options.isReadOnly ?? false)),
        autocompletion({ override: [completionSource(() => catalogue)], icons: false }),
        editing({ ...options, ...afterChanges(options, changes) }),
        EditorView.domEventHandlers({ blur: () => changes.flush() }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changes.changed();
        }),
      ],
    }),
  });
  return {
    view,
    setText(text) {
      // What was typed meanwhile is newer.
      if (changes.isPending) return changes.flush();
      const before = view.state.field(statementField).text;
      if (text === before) return;
      const change = smallestChange(before, text);
      const { from, to, insert } = change;
      const { main } = view.state.selection;
      const isCursorInside = main.from >= from && main.to <= to;
      view.dispatch({
        changes: change,
        ...(isCursorInside ? { selection: { anchor: from + insert.length } } : {}),
      });
    },
    setCatalogue(next) {
      const before = languageOf(catalogue);
      catalogue = next;
      const after = languageOf(next);
      if (after !== before) view.dispatch({ effects: language.reconfigure(after) });
    },
    setReadOnly: (isReadOnly) => view.dispatch({ effects: access.reconfigure(accessOf(isReadOnly)) }),
    showProblem: (problem) => view.dispatch(setDiagnostics(view.state, diagnosticsFor(problem, view.state.doc.length))),
    focus: () => view.focus(),
    find: () => void openSearchPanel(view),
    close() {
      changes.flush();
      view.destroy();
    },
  };
}

/** The actions work on what was typed last. */
function afterChanges(actions: SqlEditorActions, changes: LateChanges): SqlEditorActions {
  const late = (action: (() => void) | undefined): (() => void) | undefined =>
    action &&
    (() => {
      changes.flush();
      action();
    });
  return {
    ...actions,
    onRun: late(actions.onRun),
    onRunAndNext: late(actions.onRunAndNext),
    onRunAll: late(actions.onRunAll),
    onLeave: late(actions.onLeave),
  };
}

/** All of an editor that needs no page around it. */
export function editing(options: Pick<SqlEditorOptions, 'label' | 'isAutoHeight'> & SqlEditorActions): Extension {
  return [
    sqlEditorKeys(() => options),
    statementField,
    history(),
    EditorState.allowMultipleSelections.of(true),
    drawSelection(),
    dropCursor(),
    rectangularSelection({ eventFilter: (event) => event.altKey && event.shiftKey && event.button === 0 }),
    EditorView.clickAddsSelectionRange.of((event) => event.altKey && !event.shiftKey),
    crosshairCursor({ key: 'Alt' }),
    highlightSpecialChars(),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    search({ top: true }),
    bracketMatching(),
    closeBrackets(),
    syntaxColours,
    editorTheme,
    panelTheme,
    options.isAutoHeight === true ? ownHeight : filledHeight,
    placeholder('SELECT … FROM events'),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': options.label }),
  ];
}

/** Text that can't be changed can still be walked through, searched and copied with the keyboard. */
function accessOf(isReadOnly: boolean): Extension {
  if (!isReadOnly) return [];
  return [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ 'aria-readonly': 'true' })];
}

/** What lies between the common beginning and the common end. */
export function smallestChange(
  before: string,
  after: string,
): { from: number; to: number; insert: string } & ChangeSpec {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function diagnosticsFor(problem: SqlProblem | null, length: number): readonly Diagnostic[] {
  if (problem === null) return [];
  const from = Math.min(problem.offset, Math.max(0, length - 1));
  const to = Math.min(length, from + Math.max(1, problem.length));
  return [{ from, to, severity: 'error', message: problem.message }];
}
