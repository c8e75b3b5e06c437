import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Api, NotebookEntry, NotebookSource } from '#shared/api/index.ts';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import type { Notebook } from '#shared/notebook/notebook.ts';
import { UsageError } from './exit-codes.ts';

export interface FoundNotebook {
  readonly source: NotebookSource;
  readonly notebook: Notebook;
}

const maxFileBytes = 4 * 1024 * 1024;

/**
 * What is meant by a file's path or a notebook's name: that of its file, with or without `.md` and place (`starter/…`), or
 * its title. Throws UsageError if it is nothing, or several.
 */
export async function findNotebook(api: Api, given: string): Promise<FoundNotebook> {
  const stats = await stat(given).catch(() => null);
  if (stats?.isFile()) {
    if (stats.size > maxFileBytes) throw new Error(`“${given}” is larger than 4 MiB. Notebooks are text.`);
    const text = await utf8(given);
    return { source: { title: basename(given).replace(/\.md$/i, ''), text }, notebook: parseNotebook(text) };
  }
  const entries = await api.notebook.list();
  const found = entries.filter((entry) => isCalled(entry, given));
  const [entry, second] = found;
  if (entry === undefined) {
    const known = entries.slice(0, 40).map(pathOf).join(', ');
    throw new UsageError(`There is no file and no notebook “${given}”. There are ${known || 'none'}.`);
  }
  if (second !== undefined) {
    throw new UsageError(`“${given}” may be any of ${found.map(pathOf).join(', ')}. Write the one that is meant.`);
  }
  const reference = { place: entry.place, name: entry.name };
  const { text } = await api.notebook.read(reference);
  return { source: reference, notebook: parseNotebook(text) };
}

export function pathOf({ place, name }: Pick<NotebookEntry, 'place' | 'name'>): string {
  return `${place}/${name}`;
}

function isCalled(entry: NotebookEntry, given: string): boolean {
  const wanted = given.toLowerCase();
  const name = entry.name.toLowerCase();
  const names = [name, name.replace(/\.md$/, '')];
  return [...names, ...names.map((each) => `${entry.place}/${each}`), entry.title.toLowerCase()].includes(wanted);
}

async function utf8(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`“${path}” cannot be read (${error.code}).`, { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`“${path}” is not UTF-8 text. Save it as UTF-8.`, { cause: error });
  }
}
