import type { SqlDialect } from '#shared/api/query.ts';
import { insertBlock } from '#shared/notebook/edit-notebook.ts';
import { setFrontMatter } from '#shared/notebook/edit-front-matter.ts';
import { namePattern, type NotebookParameter } from '#shared/notebook/notebook.ts';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { parameterNames } from '#shared/sql/sql-tokens.ts';

export interface WrittenStatement {
  readonly title: string;
  readonly sql: string;
  readonly dialect: SqlDialect;
  /** What is filled in for its parameters, by name. */
  readonly values: Readonly<Record<string, string>>;
}

/** A notebook's text with one statement as its cell; what is filled in becomes its parameters' defaults. */
export function notebookOf({ title, sql, dialect, values }: WrittenStatement): string {
  const options = dialect === 'duckdb' ? {} : { dialect };
  const text = insertBlock(parseNotebook(''), 0, { kind: 'cell', sql: sql.trimEnd(), options });
  const parameters = parameterNames(sql).flatMap((name) => parameterOf(name, values[name] ?? ''));
  return setFrontMatter(parseNotebook(text), { title, parameters });
}

/** `$from` and `$to` are the case's span unless something was filled in. */
function parameterOf(name: string, defaultText: string): readonly NotebookParameter[] {
  const isSpan = name === 'from' || name === 'to';
  if (!namePattern.test(name) || (isSpan && defaultText === '')) return [];
  return [{ name, type: isSpan ? 'timestamp' : 'text', label: null, description: null, defaultText }];
}
