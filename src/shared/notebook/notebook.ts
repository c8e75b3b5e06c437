import type { SqlDialect } from '../api/query.ts';

/**
 * A notebook: one Markdown file with front matter (YAML), prose, and fenced `sql` cells. What is parsed keeps its place in
 * the text, so that an edit changes the part it is about and no other byte. Offsets are UTF-16 code units from 0.
 */
export interface Notebook {
  readonly text: string;
  /** The file's name without its ending where the front matter gives no title. */
  readonly title: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly parameters: readonly NotebookParameter[];
  /** Front matter, fences included, and the YAML within; null if there is none. */
  readonly frontMatter: (TextSpan & { readonly yaml: TextSpan }) | null;
  readonly blocks: readonly NotebookBlock[];
  /** What is wrong with the front matter; problems of cells are theirs. */
  readonly problems: readonly string[];
}

export interface TextSpan {
  readonly from: number;
  readonly to: number;
}

export type NotebookBlock = ProseBlock | CellBlock;

/** Markdown between cells, without the blank lines around it. */
export interface ProseBlock extends TextSpan {
  readonly kind: 'prose';
  /** With line feeds, whatever breaks the file's lines. */
  readonly text: string;
}

/** A fenced `sql` cell, fences included. */
export interface CellBlock extends TextSpan {
  readonly kind: 'cell';
  /** With line feeds, whatever breaks the file's lines. */
  readonly sql: string;
  /** Where the SQL lies in the text. */
  readonly sqlSpan: TextSpan;
  /** The opening fence's line. */
  readonly openingSpan: TextSpan;
  /** E.g. three backticks. */
  readonly fence: string;
  /** False if the text ends before the closing fence. */
  readonly isClosed: boolean;
  /** The cell is a relation of this name for later cells. */
  readonly name: string | null;
  readonly dialect: SqlDialect;
  readonly view: CellView;
  /** Every `key=value` of the fence, unknown ones too, in order. */
  readonly options: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

export const cellViews = ['table', 'timeline', 'bar', 'line', 'value'] as const;
export type CellView = (typeof cellViews)[number];

export const parameterTypes = ['text', 'number', 'timestamp', 'list', 'identity', 'ip', 'range'] as const;
export type ParameterType = (typeof parameterTypes)[number];

/**
 * `$name` in the cells. `identity` and `ip` are text with a form that helps; `range` gives two timestamps, `$name_from` and
 * `$name_to`. Without a declaration, `$from` and `$to` are timestamps: the case's first and last event.
 */
export interface NotebookParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly label: string | null;
  readonly description: string | null;
  /** As text, as it is typed into the form: a list's values one a line, a range's as `from/to`. Empty: NULL. */
  readonly defaultText: string;
}

/** What cells and parameters may be called. */
export const namePattern = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,63}$/;
