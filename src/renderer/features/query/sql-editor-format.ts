import type { EditorView } from '@codemirror/view';
import type { SqlDialect } from '#shared/api/query.ts';
import { smallestChange } from './sql-editor.ts';
import { statementField } from './sql-language.ts';

/**
 * Lays an editor's statement out anew, in one step of its undo. Gives a sentence for people if the text stays as it is,
 * else null. The formatter is fetched when it is first asked for.
 */
export async function formatEditor(view: EditorView, dialect: SqlDialect): Promise<string | null> {
  const { text } = view.state.field(statementField);
  if (text.trim() === '') return null;
  const { formatSql } = await import('./format-sql.ts');
  const formatted = formatSql(text, dialect);
  if (formatted === null) {
    return 'This statement can’t be formatted without a risk to its meaning, so it stays as it is.';
  }
  const isStill = view.state.field(statementField).text === text;
  if (!isStill || formatted === text) return null;
  const anchor = samePlace(text, view.state.selection.main.head, formatted);
  view.dispatch({
    changes: smallestChange(text, formatted),
    selection: { anchor },
    userEvent: 'format',
    scrollIntoView: true,
  });
  return null;
}

/** Behind as many characters that are no space as in the text before. */
function samePlace(before: string, position: number, after: string): number {
  let left = before.slice(0, position).replace(/\s/g, '').length;
  let at = 0;
  while (left > 0 && at < after.length) {
    if (!/\s/.test(after.charAt(at))) left -= 1;
    at += 1;
  }
  return at;
}
