import { caseTables } from '../tables/case-tables.ts';
import { athenaViews } from '../tables/cloudtrail-logs.ts';
import { readOptions } from './cell-options.ts';
import { isClosingFence, leavesItem, openingFence, type Fence } from './fence.ts';
import { readFrontMatter } from './front-matter.ts';
import {
  cellViews,
  namePattern,
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
    frontMatter === null ? '' : text.slice(frontMatter.place.yaml.from, frontMatter.place.yaml.to),
  );
  const blocks = blocksOf(text, lines, frontMatter?.lineCount ?? 0);
  return {
    ...{ text, title, description, tags, parameters, problems },
    frontMatter: frontMatter?.place ?? null,
    blocks: withNamesChecked(blocks),
  };
}

/** The cells among the blocks, in order. */
export function cellsOf(notebook: Notebook): readonly CellBlock[] {
  return notebook.blocks.filter((block) => block.kind === 'cell');
}

/** What a cell is called: its option `title`, its name, or its number among the cells. */
export function cellTitle({ options, name }: Pick<CellBlock, 'options' | 'name'>, index: number): string {
  const title = Object.hasOwn(options, 'title') ? (options['title']?.trim() ?? '') : '';
  return title !== '' ? title : (name ?? `Cell ${index + 1}`);
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  const lineBreak = /\r\n|\r|\n/g;
  for (let from = 0; from < text.length;) {
    lineBreak.lastIndex = from;
    const found = lineBreak.exec(text);
    const to = found?.index ?? text.length;
    const next = to + (found?.[0].length ?? 0);
    lines.push({ from, to, next, text: text.slice(from, to) });
    from = next;
  }
  return lines;
}

/** Between a first line `---` and the next `---` or `...`. A byte order mark before it is no part of it. */
function frontMatterOf(lines: readonly Line[]) {
  const first = lines[0];
  if (first?.text.replace(/^\ufeff/, '').trimEnd() !== '---') return null;
  const end = lines.findIndex((line, index) => index > 0 && ['---', '...'].includes(line.text.trimEnd()));
  const last = lines[end];
  if (last === undefined) return null;
  const from = first.text.startsWith('\ufeff') ? 1 : 0;
  return { lineCount: end + 1, place: { from, to: last.next, yaml: { from: first.next, to: last.from } } };
}

function blocksOf(text: string, lines: readonly Line[], start: number): readonly NotebookBlock[] {
  const blocks: NotebookBlock[] = [];
  let proseFrom = lines[start]?.from ?? text.length;
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at];
    const fence = openingFence(at === 0 ? (line?.text.replace(/^\ufeff/, '') ?? '') : (line?.text ?? ''));
    if (line === undefined || fence === null) continue;
    const end = endOf(fence, lines, at + 1);
    if (fence.indent === 0 && /^sql(\s|$)/i.test(fence.info)) {
      pushProse(blocks, text, proseFrom, line.from);
      blocks.push(cellOf(text, line, lines.slice(at + 1, end.at), lines[end.at], fence));
      proseFrom = lines[end.at]?.next ?? text.length;
    }
    at = end.isClosed ? end.at : end.at - 1;
  }
  pushProse(blocks, text, proseFrom, text.length);
  return blocks;
}

/** The line that closes the fence, or the first that is no longer within it. */
function endOf(fence: Fence, lines: readonly Line[], from: number): { at: number; isClosed: boolean } {
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at]?.text ?? '';
    if (isClosingFence(line, fence)) return { at, isClosed: true };
    if (leavesItem(line, fence)) return { at, isClosed: false };
  }
  return { at: lines.length, isClosed: false };
}

function pushProse(blocks: NotebookBlock[], text: string, from: number, to: number): void {
  const part = text.slice(from, to);
  const span = proseSpan(part);
  if (span.from === span.to) return;
  const prose = withLineFeeds(part.slice(span.from, span.to));
  blocks.push({ kind: 'prose', from: from + span.from, to: from + span.to, text: prose });
}

/** Without blank lines around. Spaces before the first word stay: they may mean an indented code block. */
export function proseSpan(text: string): TextSpan {
  const to = text.trimEnd().length;
  const [lead = ''] = /^\s*/.exec(text) ?? [];
  if (lead.length >= to) return { from: 0, to: 0 };
  return { from: Math.max(lead.lastIndexOf('\n'), lead.lastIndexOf('\r'), lead.lastIndexOf('\ufeff')) + 1, to };
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function cellOf(
  text: string,
  opening: Line,
  content: readonly Line[],
  closing: Line | undefined,
  { fence, info }: Fence,
): CellBlock {
  const to = content.at(-1)?.to ?? opening.next;
  const sqlSpan = { from: opening.next, to };
  const problems: string[] = [];
  if (closing === undefined) {
    problems.push(`The cell has no closing ${fence.slice(0, 20)}: it goes on to the end of the notebook.`);
  }
  const options: Record<string, string> = {};
  const twice = new Set<string>();
  for (const { key, value } of readOptions(info.slice('sql'.length))) {
    if (Object.hasOwn(options, key)) twice.add(key);
    else Object.defineProperty(options, key, { value, enumerable: true });
  }
  if (twice.size > 0) problems.push(`${[...twice].slice(0, 9).join(', ')}: given twice; the first one counts.`);
  const { name = '', view = 'table', dialect = 'duckdb' } = options;
  const knownView = cellViews.find((each) => each === view);
  if (!knownView) problems.push(`“${view}” is no view. There are ${cellViews.join(', ')}.`);
  if (dialect !== 'duckdb' && dialect !== 'athena') {
    problems.push(`“${dialect}” is no dialect. There are duckdb and athena.`);
  }
  if (name !== '' && !namePattern.test(name)) {
    problems.push(`“${name}” can’t be a cell’s name: write letters, digits and _, at most 64, no digit first.`);
  }
  const from = opening.text.startsWith('\ufeff') ? opening.from + 1 : opening.from;
  return {
    kind: 'cell',
    from,
    to: closing?.to ?? Math.max(to, opening.to),
    sql: withLineFeeds(text.slice(sqlSpan.from, sqlSpan.to)),
    sqlSpan,
    openingSpan: { from, to: opening.to },
    fence,
    isClosed: closing !== undefined,
    name: namePattern.test(name) ? name : null,
    dialect: dialect === 'athena' ? 'athena' : 'duckdb',
    view: knownView ?? 'table',
    options,
    problems,
  };
}

const tableNames = new Set([...caseTables, ...athenaViews].map((relation) => relation.name.toLowerCase()));

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
