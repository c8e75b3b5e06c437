import { readOptions, writeOption } from './cell-options.ts';
import { fenceAround, openFenceOf } from './fence.ts';
import type { CellBlock, Notebook, NotebookBlock, ProseBlock, TextSpan } from './notebook.ts';
import { parseNotebook, proseSpan } from './parse-notebook.ts';

/**
 * Edits of a notebook's text. Each returns the whole new text, to be parsed again, and changes no byte that it is not about.
 * What is put in takes over the line breaks of the text around it.
 */

export type NewBlock =
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'cell'; readonly sql: string; readonly options?: Readonly<Record<string, string>> };

/** The fence grows where the SQL has a line that would close it; a cell that is left open is closed. */
export function replaceSql({ text }: Notebook, cell: CellBlock, sql: string): string {
  const wanted = withLineFeeds(sql);
  if (wanted === cell.sql) return text;
  const lineBreak = lineBreakOf(text);
  const { sqlSpan, fence } = cell;
  const isOnOpeningLine = sqlSpan.from === cell.openingSpan.to;
  const isOnClosingLine = cell.isClosed && !/[\r\n]/.test(text.charAt(sqlSpan.to));
  const lines = withLineBreaksOf(text.slice(sqlSpan.from, sqlSpan.to), wanted, lineBreak);
  const newFence = fenceAround(wanted, fence.charAt(0), fence.length);
  const behind = cell.isClosed ? (isOnClosingLine ? lineBreak : '') : lineBreak + newFence;
  return withFence(text, cell, newFence, `${isOnOpeningLine ? lineBreak : ''}${lines}${behind}`);
}

/** Empty prose removes the block. A code block that is left open is closed: it would swallow the cells behind it. */
export function replaceProse(notebook: Notebook, block: ProseBlock, prose: string): string {
  const { text, blocks } = notebook;
  const wanted = closed(trimmedProse(prose));
  if (wanted === block.text) return text;
  if (wanted === '') return removeBlock(notebook, blocks.indexOf(block));
  const lines = withLineBreaksOf(text.slice(block.from, block.to), wanted, lineBreakOf(text));
  return withoutNewFrontMatter(notebook, splice(text, block, lines));
}

/** Sets the options given, null removes; the others stay as they are written, in their order. New ones come last. */
export function setCellOptions(
  { text }: Notebook,
  cell: CellBlock,
  changes: Readonly<Record<string, string | null>>,
): string {
  const line = text.slice(cell.openingSpan.from, cell.openingSpan.to);
  const infoFrom = line.indexOf(cell.fence) + cell.fence.length;
  const keysFrom = infoFrom + (/^\s*sql/i.exec(line.slice(infoFrom))?.[0].length ?? 0);
  let options = line.slice(keysFrom);
  for (const [key, value] of Object.entries(changes)) options = withOption(options, key, value);
  if (options === line.slice(keysFrom)) return text;
  // A fence of backticks can have none behind it.
  const mark = options.includes('`') ? '~' : cell.fence.charAt(0);
  const fence = fenceAround(cell.sql, mark, cell.fence.length);
  const edited = splice(text, { from: cell.openingSpan.from + keysFrom, to: cell.openingSpan.to }, options);
  const moved = options.length - (line.length - keysFrom);
  return withFence(edited, shifted(cell, moved), fence, null);
}

/** Puts a block before the block `index`, or behind the last, with blank lines around. Prose beside prose becomes one with it. */
export function insertBlock(notebook: Notebook, index: number, block: NewBlock): string {
  const { text, blocks, frontMatter } = notebook;
  const lineBreak = lineBreakOf(text);
  const lines = blockText(block).replaceAll('\n', lineBreak);
  if (lines === '') return text;
  const next = blocks[index];
  const last = next ? blocks[index - 1] : blocks.at(-1);
  const to = last?.to ?? frontMatter?.to ?? (text.startsWith('\ufeff') ? 1 : 0);
  const isFirst = last === undefined && frontMatter === null;
  const head = last ? text.slice(0, last.from) + closedBlock(text, last) : text.slice(0, to);
  const gap = text.slice(to, next?.from);
  if (next) {
    const before = isFirst ? gap : blankLine(gap, lineBreak, /[\r\n]$/.test(head) ? 1 : 2);
    const outcome = `${head}${before}${lines}${lineBreak.repeat(2)}${text.slice(next.from)}`;
    return withoutNewFrontMatter(notebook, outcome);
  }
  const before = isFirst ? '' : lineBreak.repeat(/[\r\n]$/.test(head) ? 1 : 2);
  return withoutNewFrontMatter(notebook, `${head}${before}${lines}${gap || lineBreak}`);
}

export function removeBlock(notebook: Notebook, index: number): string {
  const { text, blocks } = notebook;
  const block = blocks[index];
  if (block === undefined) return text;
  const before = blocks[index - 1];
  const next = blocks[index + 1];
  if (next === undefined) return splice(text, { from: before?.to ?? block.from, to: block.to }, '');
  const removed = splice(text, { from: block.from, to: next.from }, '');
  if (before?.kind !== 'prose' || next.kind !== 'prose') return withoutNewFrontMatter(notebook, removed);
  const gap = blankLine(text.slice(before.to, block.from), lineBreakOf(text));
  return splice(text, { from: before.to, to: next.from }, gap);
}

/** Moves a block to where the block `to` is. The blank lines between blocks stay where they are. */
export function moveBlock(notebook: Notebook, from: number, to: number): string {
  const { text, blocks } = notebook;
  const moved = blocks[from];
  if (moved === undefined || blocks[to] === undefined || from === to) return text;
  const order = blocks.filter((block) => block !== moved);
  order.splice(to, 0, moved);
  const lineBreak = lineBreakOf(text);
  let outcome = text.slice(0, blocks[0]?.from);
  for (const [index, block] of order.entries()) {
    const isLast = index === order.length - 1;
    const gap = text.slice(blocks[index]?.to, blocks[index + 1]?.from);
    const isProse = block.kind === 'prose' && order[index + 1]?.kind === 'prose';
    outcome += isLast ? text.slice(block.from, block.to) : closedBlock(text, block);
    outcome += isProse ? blankLine(gap, lineBreak) : gap;
  }
  return withoutNewFrontMatter(notebook, outcome);
}

/** The line break of a text: its first one. */
export function lineBreakOf(text: string): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

function blockText(block: NewBlock): string {
  if (block.kind === 'prose') return closed(trimmedProse(block.text));
  const sql = withLineFeeds(block.sql);
  const options = Object.entries(block.options ?? {}).map(([key, value]) => ` ${writeOption(key, value)}`);
  const info = `sql${options.join('')}`;
  const fence = fenceAround(sql, info.includes('`') ? '~' : '`', 3);
  return `${fence}${info}\n${sql === '' ? '' : `${sql}\n`}${fence}`;
}

function withOption(options: string, key: string, value: string | null): string {
  const [first, ...repeated] = readOptions(options).filter((option) => option.key === key);
  if (value !== null && first?.value === value) return options;
  if (value === null) {
    // From the last to the first, so that the places of the others hold.
    return [...(first ? [first] : []), ...repeated]
      .reverse()
      .reduce((text, option) => withoutOption(text, option), options);
  }
  if (first) return splice(options, first, writeOption(key, value));
  const end = options.trimEnd().length;
  return `${options.slice(0, end)} ${writeOption(key, value)}${options.slice(end)}`;
}

function withoutOption(options: string, { from, to }: TextSpan): string {
  return splice(options, { from: options.slice(0, from).trimEnd().length, to }, '');
}

/** Changes the fence, its closing line too, and the SQL unless `content` is null. */
function withFence(text: string, cell: CellBlock, fence: string, content: string | null): string {
  const { from, to, openingSpan, sqlSpan } = cell;
  const opening = text.slice(from, openingSpan.to).replace(cell.fence, () => fence);
  const between = text.slice(openingSpan.to, sqlSpan.from);
  const closing = text.slice(sqlSpan.to, to);
  const isSame = fence === cell.fence || !cell.isClosed;
  const newClosing = isSame ? closing : closing.replace(/[`~]+(?=\s*$)/, () => fence);
  return splice(text, { from, to }, opening + between + (content ?? text.slice(sqlSpan.from, sqlSpan.to)) + newClosing);
}

function shifted(cell: CellBlock, by: number): CellBlock {
  const span = ({ from, to }: TextSpan): TextSpan => ({ from: from + by, to: to + by });
  return {
    ...cell,
    to: cell.to + by,
    sqlSpan: span(cell.sqlSpan),
    openingSpan: { from: cell.openingSpan.from, to: cell.openingSpan.to + by },
  };
}

function closedBlock(text: string, block: NotebookBlock): string {
  const raw = text.slice(block.from, block.to);
  const lineBreak = lineBreakOf(text);
  if (block.kind === 'prose') return closed(raw, lineBreak);
  if (block.isClosed) return raw;
  const isEmpty = block.sqlSpan.from === block.sqlSpan.to && /[\r\n]$/.test(raw);
  return `${raw}${isEmpty ? '' : lineBreak}${block.fence}`;
}

/** Prose whose last code block ends. */
function closed(prose: string, lineBreak = '\n'): string {
  const open = openFenceOf(prose);
  return open === null ? prose : `${prose}${lineBreak}${' '.repeat(open.indent)}${open.fence}`;
}

function trimmedProse(prose: string): string {
  const { from, to } = proseSpan(prose);
  return withLineFeeds(prose.slice(from, to));
}

/** A gap with as many line breaks as keep two paragraphs apart. */
function blankLine(gap: string, lineBreak: string, needed = 2): string {
  return (gap.match(/\r\n|\r|\n/g)?.length ?? 0) >= needed ? gap : lineBreak.repeat(needed);
}

/** Prose that begins with `---` is no front matter, if it comes first. */
function withoutNewFrontMatter({ text, frontMatter }: Notebook, outcome: string): string {
  if (frontMatter !== null || !/^\ufeff?---/.test(outcome) || parseNotebook(outcome).frontMatter === null)
    return outcome;
  const at = outcome.startsWith('\ufeff') ? 1 : 0;
  return splice(outcome, { from: at, to: at }, lineBreakOf(text));
}

/** `wanted` with `lineBreak`s; lines that stay as they are at its beginning and end keep those they had. */
function withLineBreaksOf(raw: string, wanted: string, lineBreak: string): string {
  const old = raw.split(/(?<=\r\n|\r(?!\n)|\n)/);
  const lines = wanted.split(/(?<=\n)/);
  const isEqual = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && withLineFeeds(a) === b;
  const most = Math.min(old.length, lines.length);
  let head = 0;
  while (head < most && isEqual(old[head], lines[head])) head += 1;
  let tail = 0;
  while (tail < most - head && isEqual(old.at(-1 - tail), lines.at(-1 - tail))) tail += 1;
  const changed = lines.slice(head, lines.length - tail).map((line) => line.replace('\n', lineBreak));
  return [...old.slice(0, head), ...changed, ...old.slice(old.length - tail)].join('');
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function splice(text: string, { from, to }: TextSpan, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to);
}
