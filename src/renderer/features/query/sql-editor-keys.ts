import {
  acceptCompletion,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, historyKeymap, redo } from '@codemirror/commands';
import { searchKeymap } from '@codemirror/search';
import { Prec, type Extension } from '@codemirror/state';
import { keymap, type Command } from '@codemirror/view';

/** What a page does for an editor; a key whose action is absent keeps its usual meaning. */
export interface SqlEditorActions {
  /** Ctrl/Cmd+Enter. */
  readonly onRun?: (() => void) | undefined;
  /** Shift+Enter: run, then go on to what comes next. */
  readonly onRunAndNext?: (() => void) | undefined;
  /** Ctrl/Cmd+Shift+Enter. */
  readonly onRunAll?: (() => void) | undefined;
  /** Shift+Alt+F. */
  readonly onFormat?: (() => void) | undefined;
  /** F1. */
  readonly onHelp?: (() => void) | undefined;
  /** Escape, when nothing is open that it would close. */
  readonly onLeave?: (() => void) | undefined;
}

/**
 * Tab takes a completion that is offered and otherwise leaves the editor, as in every form: no keyboard is trapped.
 * Lines are indented with Ctrl/Cmd+] and [.
 */
export function sqlEditorKeys(actions: () => SqlEditorActions): Extension {
  const act =
    (name: keyof SqlEditorActions): Command =>
    (view) => {
      const action = actions()[name];
      if (action === undefined) return false;
      closeCompletion(view);
      action();
      return true;
    };
  return [
    Prec.highest(
      keymap.of([
        { key: 'Mod-Enter', run: act('onRun') },
        { key: 'Shift-Enter', run: act('onRunAndNext') },
        { key: 'Mod-Shift-Enter', run: act('onRunAll') },
        { key: 'Shift-Alt-f', run: act('onFormat') },
        { key: 'F1', run: act('onHelp') },
      ]),
    ),
    keymap.of([
      { key: 'Tab', run: takeCompletion },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      { key: 'Mod-Shift-z', run: redo },
      ...defaultKeymap,
      { key: 'Escape', run: act('onLeave') },
    ]),
  ];
}

/** A list that has only just appeared takes no key yet: the key then does nothing, instead of leaving the editor. */
const takeCompletion: Command = (view) => acceptCompletion(view) || completionStatus(view.state) === 'active';

/** For the help: what a key does, in the words of the person who presses it. */
export const editorHelp: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] =
  [
    {
      title: 'Run',
      keys: [
        ['Mod-Enter', 'Run the statement'],
        ['Shift-Enter', 'Run and go to the next cell (notebook)'],
        ['Mod-Shift-Enter', 'Run all cells (notebook)'],
        ['Escape', 'Leave the cell (notebook)'],
      ],
    },
    {
      title: 'Write',
      keys: [
        ['Ctrl-Space', 'Complete: names, functions, $parameters; values inside quotes'],
        ['Tab', 'Take the completion; without one, leave the editor'],
        ['Shift-Alt-f', 'Format'],
        ['Mod-/', 'Comment lines, or take the comment away'],
        ['Shift-Alt-a', 'Comment the selection with /* */'],
        ['Mod-]', 'Indent lines; Mod-[ the other way'],
        ['Alt-ArrowUp', 'Move lines up; Alt-ArrowDown down'],
        ['Shift-Mod-k', 'Delete lines'],
        ['Mod-z', 'Undo; Mod-Shift-z redo'],
      ],
    },
    {
      title: 'Find',
      keys: [
        ['Mod-f', 'Find and replace'],
        ['F3', 'Next match; Shift-F3 the one before'],
        ['Mod-Alt-g', 'Go to a line'],
      ],
    },
    {
      title: 'More than one cursor',
      keys: [
        ['Mod-d', 'Select the next occurrence too'],
        ['Mod-Shift-l', 'Select every occurrence'],
        ['Mod-Alt-ArrowUp', 'A cursor on the line above; Mod-Alt-ArrowDown below'],
        ['Alt-click', 'Another cursor there'],
        ['Shift-Alt-drag', 'Select a rectangle'],
        ['Escape', 'Back to one cursor'],
      ],
    },
  ];
