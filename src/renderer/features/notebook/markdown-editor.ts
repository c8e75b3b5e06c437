import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { markdown } from '@codemirror/lang-markdown';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface MarkdownEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Escape. */
  readonly onLeave: () => void;
}

/** Puts an editor for Markdown's source into `parent`, the cursor at the end. Returns how to take it away. */
export function createMarkdownEditor({ parent, text, onChange, onLeave }: MarkdownEditorOptions): () => void {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      selection: { anchor: text.length },
      extensions: [
        keymap.of([
          {
            key: 'Escape',
            run: () => {
              onLeave();
              return true;
            },
          },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        markdown(),
        syntaxHighlighting(highlighting),
        appearance,
        placeholder('Text in Markdown'),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Text in Markdown' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  view.focus();
  return () => view.destroy();
}

const highlighting = HighlightStyle.define([
  { tag: tags.heading, color: 'var(--text-strong)', fontWeight: '600' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.monospace, color: 'var(--syntax-string)' },
  { tag: [tags.link, tags.url], color: 'var(--accent-text)' },
  { tag: [tags.processingInstruction, tags.meta], color: 'var(--text-muted)' },
]);

const appearance = EditorView.theme({
  '&': { color: 'var(--text-primary)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontSize: '13px',
    lineHeight: '20px',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 14px' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--surface-selected)',
  },
  '.cm-placeholder': { color: 'var(--text-muted)' },
});
