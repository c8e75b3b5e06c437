/** Fences of CommonMark, line by line and in linear time. */

export interface Fence {
  /** E.g. three backticks. */
  readonly fence: string;
  /** What follows it, trimmed. */
  readonly info: string;
  /** Columns of a list item that it lies in; 0 at the top level. */
  readonly indent: number;
}

const topLevel = /^ {0,3}(?=```|~~~)/;
const inListItem = /^ {0,3}(?:(?:[-+*]|\d{1,9}[.)])[ \t]+){1,9}(?=```|~~~)/;

/**
 * The fence that a line opens: indented by at most three spaces or at the beginning of a list's item; a fence of backticks
 * has no backtick behind it.
 */
export function openingFence(line: string): Fence | null {
  const before = (topLevel.exec(line) ?? inListItem.exec(line))?.[0];
  if (before === undefined) return null;
  const length = runLength(line, before.length);
  const info = line.slice(before.length + length).trim();
  if (line[before.length] === '`' && info.includes('`')) return null;
  const indent = before.trim() === '' ? 0 : before.length;
  return { fence: line.slice(before.length, before.length + length), info, indent };
}

/** Whether a line ends what `fence` opened. */
export function isClosingFence(line: string, { fence, indent }: Fence): boolean {
  const from = line.length - line.trimStart().length;
  const mark = fence.charAt(0);
  if (line[from] !== mark || from < indent || from > indent + 3 || !isSpaces(line, from)) return false;
  const length = runLength(line, from);
  return length >= fence.length && line.slice(from + length).trim() === '';
}

/** A list's item ends before a line that is indented less, and what is fenced in it ends with it. */
export function leavesItem(line: string, { indent }: Fence): boolean {
  return indent > 0 && line.trim() !== '' && !isSpaces(line, Math.min(indent, line.length));
}

/** The fence that is still open at the end of a text; null if there is none. */
export function openFenceOf(text: string): Fence | null {
  let open: Fence | null = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (open !== null && leavesItem(line, open)) open = null;
    if (open === null) open = openingFence(line);
    else if (isClosingFence(line, open)) open = null;
  }
  return open;
}

/** A fence of at least `length` characters that no line of `content` closes. */
export function fenceAround(content: string, mark: string, length: number): string {
  let fence = mark.repeat(length);
  for (const line of content.split(/\r\n|\r|\n/)) {
    if (isClosingFence(line, { fence, info: '', indent: 0 })) fence = `${mark}${line.trim()}`;
  }
  return fence;
}

function runLength(line: string, from: number): number {
  let to = from;
  while (line[to] === line[from] && to < line.length) to += 1;
  return to - from;
}

function isSpaces(line: string, to: number): boolean {
  for (let at = 0; at < to; at += 1) if (line[at] !== ' ') return false;
  return true;
}
