import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const lineHeightPx = 20;
const mostLines = 40;

/** All colours are the theme's properties, so the editor follows the theme. */
export const editorTheme: Extension = EditorView.theme({
  '&': { color: 'var(--text-primary)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontSize: '13px',
    lineHeight: `${lineHeightPx}px`,
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
  '&.cm-focused .cm-nonmatchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--bad-border)',
  },
  '.cm-specialChar': { color: 'var(--bad-text)' },
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
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'baseline',
    gap: '12px',
    padding: '3px 8px',
    lineHeight: '18px',
  },
  '.cm-completionLabel': { overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--surface-selected)',
    color: 'var(--text-strong)',
  },
  '.cm-completionMatchedText': { color: 'var(--accent-text)', textDecoration: 'none' },
  '.cm-completionDetail': {
    flex: 'none',
    marginLeft: 'auto',
    color: 'var(--text-muted)',
    fontStyle: 'normal',
    fontSize: '11px',
  },
  'li[aria-selected] .cm-completionDetail': { color: 'var(--text-secondary)' },
  '.cm-completionInfo': {
    maxWidth: '320px',
    padding: '6px 8px',
    fontFamily: 'var(--font-sans)',
    fontSize: '12px',
    lineHeight: '17px',
    overflowWrap: 'anywhere',
  },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font-sans)', fontSize: '12px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad-text)' },
});

/** Find and replace, and the field for a line's number. */
export const panelTheme: Extension = EditorView.theme({
  '.cm-panels': {
    zIndex: '2',
    borderBottom: '1px solid var(--border-subtle)',
    backgroundColor: 'var(--surface-panel)',
    color: 'var(--text-primary)',
  },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--border-subtle)' },
  '.cm-panel.cm-search, .cm-panel.cm-dialog': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '6px',
    padding: '6px 36px 6px 10px',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--text-sm)',
  },
  '.cm-panel.cm-search br': { flexBasis: '100%', height: '0', content: '""' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': { margin: '0' },
  '.cm-panel .cm-textfield': {
    flex: '0 1 24ch',
    minWidth: '12ch',
    height: '24px',
    padding: '0 8px',
    border: '1px solid var(--border-input)',
    borderRadius: 'var(--radius-sm)',
    backgroundColor: 'var(--surface-page)',
    color: 'var(--text-primary)',
    fontFamily: 'var(--font-mono)',
    fontSize: 'var(--text-sm)',
  },
  '.cm-panel .cm-button': {
    height: '24px',
    padding: '0 8px',
    border: '1px solid var(--border-strong)',
    borderRadius: 'var(--radius-sm)',
    backgroundColor: 'var(--surface-raised)',
    backgroundImage: 'none',
    color: 'var(--text-primary)',
    fontSize: 'var(--text-sm)',
    textTransform: 'capitalize',
  },
  '.cm-panel .cm-button:hover': { backgroundColor: 'var(--surface-hover)' },
  '.cm-panel :is(.cm-textfield, .cm-button, button, input):focus-visible': {
    outline: '2px solid var(--focus-ring)',
    outlineOffset: '-1px',
  },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    color: 'var(--text-secondary)',
    fontSize: 'var(--text-sm)',
  },
  '.cm-panel.cm-search [name=close], .cm-panel .cm-dialog-close': {
    top: '6px',
    right: '8px',
    width: '24px',
    height: '24px',
    color: 'var(--text-secondary)',
    fontSize: '16px',
  },
  '.cm-searchMatch': {
    borderRadius: '2px',
    backgroundColor: 'var(--warn-surface)',
    outline: '1px solid var(--border-input)',
  },
  '.cm-searchMatch.cm-searchMatch-selected': {
    backgroundColor: 'var(--surface-selected)',
    outlineColor: 'var(--accent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--surface-hover)', outline: '1px solid var(--border-strong)' },
});

/** As high as its place. */
export const filledHeight: Extension = EditorView.theme({ '&': { height: '100%' } });

/** As high as its text, up to a height from which it scrolls. */
export const ownHeight: Extension = EditorView.theme({
  '&': { maxHeight: `${mostLines * lineHeightPx + 16}px` },
  '.cm-scroller': { overflow: 'auto' },
  '.cm-content': { padding: '8px 0' },
});
