import { caseTables } from '../tables/case-tables.ts';
import { readFrontMatter } from './front-matter.ts';
import {
  namePattern,
  cellViews,
  type CellBlock,
  type Notebook,
  type NotebookBlock,
  type TextSpan,
} from './notebook.ts';

interface Line extends TextSpan {
  /** Without its line break. */
  readonly text: string;
  /** After the line break. */
  readonly next: number;
}

/** Reads a notebook. Never fails: what is not as it should be is a problem of the block or of the front matter. */
export function parseNotebook(text: string): Notebook {
  const lines = linesOf(text);
  const frontMatter = frontMatterOf(lines);
  const { title, description, tags, parameters, problems } = readFrontMatter(
    frontMatter === null ? '' : text.slice(frontMatter.yaml.from, frontMatter.yaml.to),
  );
  const blocks = blocksOf(text, lines, frontMatter?.to ?? 0);
  return {
    ...{ text, title, description, tags, parameters, problems },
    frontMatter: frontMatter && { from: frontMatter.from, to: frontMatter.to },
    blocks: withNamesChecked(blocks),
  };
}

/** The cells among the blocks, in order. */
export function cellsOf(notebook: Notebook): readonly CellBlock[] {
  return notebook.blocks.filter((block) => block.kind === 'cell');
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length;) {
    const found = /\r\n|\r|\n/g;
    found.lastIndex = from;
    const match = found.exec(text);
    const to = match?.index ?? text.length;
    const next = to + (match?.[0].length ?? 0);
    lines.push({ from, to, next, text: text.slice(from, to) });
    from = next;
  }
  return lines;
}

/** Between a first line `---` and the next `---` or `...`. A byte order mark before it is no part of it. */
function frontMatterOf(lines: readonly Line[]): (TextSpan & { readonly yaml: TextSpan }) | null {
  const first = lines[0];
  if (first === undefined || !/^\ufeff?---\s*$/.test(first.text)) return null;
  const last = lines.find((line, index) => index > 0 && /^(---|\.\.\.)\s*$/.test(line.text));
  if (last === undefined) return null;
  const from = first.text.startsWith('\ufeff') ? 1 : 0;
  return { from, to: last.next, yaml: { from: first.next, to: last.from } };
}

/** An opening fence of CommonMark: indented by at most three spaces; a backtick fence has no backtick in its info. */
const opening = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*?)[ \t]*$/;

function blocksOf(text: string, lines: readonly Line[], start: number): readonly NotebookBlock[] {
  const blocks: NotebookBlock[] = [];
  let proseFrom = start;
  let at = lines.findIndex((line) => line.from >= start);
  if (at < 0) at = lines.length;
  while (at < lines.length) {
    const line = lines[at];
    const [, fence, info] = opening.exec(line?.text ?? '') ?? [];
    if (line === undefined || fence === undefined || info === undefined) {
      at += 1;
      continue;
    }
    const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`);
    let end = at + 1;
    while (end < lines.length && !closing.test(lines[end]?.text ?? '')) end += 1;
    if (isSqlInfo(info)) {
      pushProse(blocks, text, proseFrom, line.from);
      const last = lines[end] ?? lines.at(-1) ?? line;
      const sqlFrom = line.next;
      const sqlTo = end < lines.length ? (lines[end - 1]?.to ?? sqlFrom) : last.to;
      const isUnclosed = end >= lines.length;
      blocks.push(cellOf(text, line, last, { from: sqlFrom, to: Math.max(sqlFrom, sqlTo) }, fence, info, isUnclosed));
      proseFrom = last.next;
    }
    at = end + 1;
  }
  pushProse(blocks, text, proseFrom, text.length);
  return blocks;
}

function isSqlInfo(info: string): boolean {
  return /^sql(\s|$)/i.test(info);
}

function pushProse(blocks: NotebookBlock[], text: string, from: number, to: number): void {
  const part = text.slice(from, to);
  const [before = ''] = /^(?:\ufeff|[ \t]*(?:\r\n|\r|\n))*/.exec(part) ?? [];
  const trimmed = part.slice(before.length).trimEnd();
  if (trimmed === '') return;
  const start = from + before.length;
  blocks.push({ kind: 'prose', from: start, to: start + trimmed.length, text: trimmed });
}

function cellOf(
  text: string,
  line: Line,
  last: Line,
  sqlSpan: TextSpan,
  fence: string,
  info: string,
  isUnclosed: boolean,
): CellBlock {
  const { options, problems } = readOptions(info.replace(/^sql\s*/i, ''));
  if (isUnclosed) problems.push(`The cell has no closing ${fence}: it goes on to the end of the notebook.`);
  const { name = '', view = 'table', dialect = 'duckdb' } = options;
  const knownView = cellViews.find((each) => each === view);
  if (!knownView) problems.push(`“${view}” is no view. There are ${cellViews.join(', ')}.`);
  if (dialect !== 'duckdb' && dialect !== 'athena') {
    problems.push(`“${dialect}” is no dialect. There are duckdb and athena.`);
  }
  if (name !== '' && !namePattern.test(name)) {
    problems.push(`“${name}” can’t be a cell’s name: write letters, digits and _, at most 64, no digit first.`);
  }
  return {
    kind: 'cell',
    from: line.from,
    to: last.to,
    sql: text.slice(sqlSpan.from, sqlSpan.to),
    sqlSpan,
    openingSpan: { from: line.from, to: line.to },
    fence,
    name: namePattern.test(name) ? name : null,
    dialect: dialect === 'athena' ? 'athena' : 'duckdb',
    view: knownView ?? 'table',
    options,
    problems,
  };
}

/** `key=value`, `key="a value with \"quotes\""`, or a bare word (an option that is empty). The first of a key counts. */
const option = /([^\s=]+)(?:=(?:"((?:[^"\\]|\\.)*)"|(\S*)))?/g;

function readOptions(text: string): { options: Record<string, string>; problems: string[] } {
  const options: Record<string, string> = {};
  const problems: string[] = [];
  for (const [, key = '', quoted, bare = ''] of text.matchAll(option)) {
    if (Object.hasOwn(options, key)) problems.push(`${key} is given twice; the first one counts.`);
    else Object.defineProperty(options, key, { value: quoted?.replace(/\\(.)/g, '$1') ?? bare, enumerable: true });
  }
  return { options, problems };
}

const tableNames = new Set([...caseTables.map((table) => table.name.toLowerCase()), 'cloudtrail_logs']);

/** A name that is taken is none: the cell can't be read by others, and says why. */
function withNamesChecked(blocks: readonly NotebookBlock[]): readonly NotebookBlock[] {
  const names = new Set<string>();
  return blocks.map((block) => {
    if (block.kind !== 'cell' || block.name === null) return block;
    const key = block.name.toLowerCase();
    const reason = tableNames.has(key)
      ? `“${block.name}” is a table of the case: give the cell another name.`
      : names.has(key)
        ? `An earlier cell is called “${block.name}”, too: give this one another name.`
        : null;
    names.add(key);
    return reason === null ? block : { ...block, name: null, problems: [...block.problems, reason] };
  });
}
