import type { TextSpan } from './notebook.ts';

/** `key=value` behind the word `sql`, where it lies in the text that was read. */
export interface CellOption extends TextSpan {
  readonly key: string;
  readonly value: string;
}

/** `key=value`, `key="a value with \"quotes\""`, or a bare word (an option that is empty). */
const option = /([^\s=]+)(?:=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|(\S*)))?/g;

/** All options of a fence's line, in order, repeated ones too. */
export function readOptions(text: string): readonly CellOption[] {
  return [...text.matchAll(option)].map(({ 0: whole, 1: key = '', 2: quoted, 3: bare = '', index }) => ({
    key,
    value: quoted?.replace(/\\(.)/g, '$1') ?? bare,
    from: index,
    to: index + whole.length,
  }));
}

/** An option as it is written: in quotes where it needs them, on one line. */
export function writeOption(key: string, value: string): string {
  const line = value.replace(/[\r\n]+/g, ' ');
  return /^[^\s"=\\]+$/.test(line) ? `${key}=${line}` : `${key}="${line.replace(/["\\]/g, '\\$&')}"`;
}
