import { TrailbenchError } from '#shared/api/errors.ts';
import { encodeSegment } from '#engine/evidence/archive-path.ts';

const maxSlugCharacters = 80;
const maxSlugBytes = 160;

/** Files that count as notebooks. Those that begin with a dot are hidden, as everywhere. */
export function isNotebookName(name: string): boolean {
  return /\.md$/i.test(name) && !name.startsWith('.');
}

/** Whether a notebook that lies there under this name may be touched: it names a file of the folder and nothing else. */
export function isSafeName(name: string): boolean {
  return isNotebookName(name) && !/[/\\\p{Cc}\ufffd]/u.test(name) && (process.platform !== 'win32' || isPortable(name));
}

/** The name as it is. Throws BAD_INPUT for one that no notebook can have. */
export function checkedName(name: string): string {
  if (isSafeName(name)) return name;
  throw new TrailbenchError(
    'BAD_INPUT',
    `“${name}” is not the name of a notebook: a file name that ends in .md, without slashes and control characters.`,
  );
}

/** A name that a person typed for a file, `.md` added where it is missing. Throws BAD_INPUT. */
export function newName(typed: string): string {
  const trimmed = typed.trim();
  const name = /\.md$/i.test(trimmed) ? trimmed : `${trimmed}.md`;
  if (isSafeName(name) && isPortable(name)) return name;
  throw new TrailbenchError(
    'BAD_INPUT',
    `A notebook can’t be called “${name}”. Leave out slashes and < > : " | ? *, begin with a letter or digit, and keep it short.`,
  );
}

/** The name for a copy of a file: its own, unless not every system could hold it. */
export function copyName(name: string): string {
  const stem = name.replace(/\.(md|markdown|txt)$/i, '');
  const kept = /\.md$/i.test(name) ? name : `${stem}.md`;
  return isSafeName(kept) && isPortable(kept) ? kept : slugName(stem);
}

/** `Who was it?` becomes `who-was-it.md`: letters and digits of any script, at most 80 characters. */
export function slugName(title: string): string {
  const words =
    title
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const kept = [...words.join('-')].slice(0, maxSlugCharacters);
  while (Buffer.byteLength(kept.join('')) > maxSlugBytes) kept.pop();
  const name = `${kept.join('').replace(/-$/, '') || 'notebook'}.md`;
  return isPortable(name) ? name : `notebook-${name}`;
}

/** `x.md`, `x-2.md`, `x-3.md` … */
export function numberedName(name: string, copy: number): string {
  return copy === 1 ? name : name.replace(/(\.[^.]*)?$/, (extension) => `-${copy}${extension}`);
}

/** What Linux, macOS and Windows can all hold and show as it is. */
function isPortable(name: string): boolean {
  const withoutPercent = name.replaceAll('%', '_');
  return encodeSegment(withoutPercent) === withoutPercent && !/\p{Bidi_Control}/u.test(name);
}
