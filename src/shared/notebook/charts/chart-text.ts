import { visibleLine } from '../../visible-text.ts';

/** Of the text in drawings, px. */
export const textSize = 11.5;
export const monoSize = 10.5;

/** About how wide a text is: there is nothing to measure it with where reports are written. */
export function textWidth(text: string, size = textSize, isMono = false): number {
  return [...text].reduce((width, letter) => width + letterWidth(letter, size, isMono), 0);
}

function letterWidth(letter: string, size: number, isMono: boolean): number {
  const share = /[\u1100-\uffef\u{10000}-\u{10ffff}]/u.test(letter)
    ? 1.05
    : isMono
      ? 0.6
      : /[A-Z@%&]/.test(letter)
        ? 0.7
        : 0.56;
  return share * size;
}

/** One line of what is in the logs, cut to a width in px. */
export function fittedText(text: string, width: number, size = textSize, isMono = false): string {
  // Nothing that is shown needs more, and a cell may hold megabytes.
  const line = visibleLine(text.slice(0, 1000));
  if (textWidth(line, size, isMono) <= width) return line;
  let room = width - letterWidth('…', size, isMono);
  const letters: string[] = [];
  for (const letter of line) {
    room -= letterWidth(letter, size, isMono);
    if (room < 0) break;
    letters.push(letter);
  }
  return `${letters.join('')}…`;
}

/** For a title: whole as far as anybody reads. */
export function titleText(text: string): string {
  const line = visibleLine(text.slice(0, 1000));
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1, 'row'` → `1 row`; `2312, 'row'` → `2,312 rows` */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A number as DuckDB writes it, its whole part in groups of three digits; no digit is lost. */
export function groupedNumber(text: string): string {
  const [, sign = '', whole = '', rest = ''] = /^(-?)(\d+)((?:\.\d+)?)$/.exec(text) ?? [];
  return whole === '' ? text : `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
}
