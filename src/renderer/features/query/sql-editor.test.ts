import { EditorState, type TransactionSpec } from '@codemirror/state';
import { keymap, type EditorView, type KeyBinding } from '@codemirror/view';
import { describe, expect, it } from 'vitest';
import { editorHelp, type SqlEditorActions } from './sql-editor-keys.ts';
import { editing, smallestChange } from './sql-editor.ts';
import { languageFor } from './sql-language.ts';

/** An editor without a page: commands see its state and change it. */
function headless(marked: string, actions: SqlEditorActions = {}) {
  const cursor = marked.indexOf('|');
  let state = EditorState.create({
    doc: marked.replace('|', ''),
    selection: { anchor: cursor },
    extensions: [editing({ label: 'SQL', ...actions }), languageFor('duckdb', [])],
  });
  const target = {
    get state() {
      return state;
    },
    dispatch: (...specs: TransactionSpec[]) => {
      state = state.update(...specs).state;
    },
    composing: false,
  } as unknown as EditorView;
  const bindings: readonly KeyBinding[] = state.facet(keymap).flat();
  return {
    /** Tries every binding of a key in order, as CodeMirror does; true if one took it. */
    press: (key: string) => bindings.some((binding) => binding.key === key && (binding.run?.(target) ?? false)),
    type: (text: string) => {
      state = state.update(state.replaceSelection(text), { userEvent: 'input.type' }).state;
    },
    keys: new Set(
      bindings.flatMap(({ key, shift }) => (key === undefined ? [] : shift ? [key, `Shift-${key}`] : [key])),
    ),
    get text() {
      return state.doc.toString();
    },
    get cursors() {
      return state.selection.ranges.length;
    },
  };
}

describe('keys', () => {
  it('selects one occurrence after another and writes into all', () => {
    const editor = headless('SELECT act|or, actor FROM events WHERE actor = 1');
    editor.press('Mod-d');
    editor.press('Mod-d');
    editor.press('Mod-d');
    expect(editor.cursors).toBe(3);
    editor.type('eventName');
    expect(editor.text).toBe('SELECT eventName, eventName FROM events WHERE eventName = 1');
  });

  it('comments lines and takes the comment away', () => {
    const editor = headless('SELECT 1\nFROM| events');
    editor.press('Mod-/');
    expect(editor.text).toBe('SELECT 1\n-- FROM events');
    editor.press('Mod-/');
    expect(editor.text).toBe('SELECT 1\nFROM events');
  });

  it('undoes and redoes', () => {
    const editor = headless('SELECT |');
    editor.type('1');
    editor.press('Mod-z');
    expect(editor.text).toBe('SELECT ');
    editor.press('Mod-Shift-z');
    expect(editor.text).toBe('SELECT 1');
  });

  it('runs what the page gives for them', () => {
    const pressed: string[] = [];
    const editor = headless('SELECT 1|', {
      onRun: () => pressed.push('run'),
      onRunAndNext: () => pressed.push('next'),
      onRunAll: () => pressed.push('all'),
      onFormat: () => pressed.push('format'),
      onHelp: () => pressed.push('help'),
    });
    for (const key of ['Mod-Enter', 'Shift-Enter', 'Mod-Shift-Enter', 'Shift-Alt-f', 'F1']) editor.press(key);
    expect(pressed).toEqual(['run', 'next', 'all', 'format', 'help']);
    expect(editor.text).toBe('SELECT 1');
  });

  it('leaves with Escape once there is one cursor', () => {
    let left = 0;
    const editor = headless('a| a', { onLeave: () => (left += 1) });
    editor.press('Mod-d');
    editor.press('Mod-d');
    expect(editor.cursors).toBe(2);
    editor.press('Escape');
    expect([editor.cursors, left]).toEqual([1, 0]);
    editor.press('Escape');
    editor.press('Escape');
    expect(left).toBeGreaterThan(0);
  });

  it('lets Tab go on to the next control', () => {
    expect(headless('SELECT |').press('Tab')).toBe(false);
  });

  it('are all there that the help speaks of', () => {
    const { keys } = headless('|');
    const spoken = editorHelp.flatMap((group) => group.keys.flatMap(([key, meaning]) => [key, ...otherKeys(meaning)]));
    expect(spoken.length).toBeGreaterThan(20);
    for (const key of spoken.filter((each) => !/click|drag/.test(each))) {
      expect(
        [...keys].some((bound) => sameKey(bound) === sameKey(key)),
        key,
      ).toBe(true);
    }
  });
});

/** `… ; Mod-[ the other way` */
function otherKeys(meaning: string): readonly string[] {
  return meaning.match(/(?:(?:Mod|Ctrl|Alt|Shift)-)+\S+/g) ?? [];
}

/** Modifiers in any order; a capital is a letter with Shift. */
function sameKey(key: string): string {
  const parts = key.split(/-(?=.)/);
  const name = parts.pop() ?? '';
  const isCapital = /^[A-Z]$/.test(name);
  return [...new Set(isCapital ? [...parts, 'Shift'] : parts)].sort().join('-') + name.toLowerCase();
}

describe('smallestChange', () => {
  it('changes what differs and nothing around it', () => {
    expect(smallestChange('SELECT a FROM t', 'SELECT bc FROM t')).toEqual({ from: 7, to: 8, insert: 'bc' });
    expect(smallestChange('aaa', 'aa')).toEqual({ from: 2, to: 3, insert: '' });
    expect(smallestChange('', 'x')).toEqual({ from: 0, to: 0, insert: 'x' });
    expect(smallestChange('abab', 'ababab')).toEqual({ from: 4, to: 4, insert: 'ab' });
  });
});
