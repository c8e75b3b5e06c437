import { stringify } from 'yaml';
import type { NotebookEntry, NotebookFile, NotebookReference } from '#shared/api/notebook.ts';
import { cellsOf, parseNotebook } from '#shared/notebook/parse-notebook.ts';
import type { FoundFile, TextFile } from './plain-file.ts';

// What a list shows of a stranger's notebook; the file itself may have more.
const maxTitleCharacters = 300;
const maxDescriptionCharacters = 2000;
const maxTags = 50;

/** A line of the list. What can't be opened is called by its file's name. */
export function entryOf(reference: NotebookReference, found: FoundFile): NotebookEntry {
  const notebook = found.problem === null ? parseNotebook(found.text) : null;
  const title = notebook?.title?.trim() ?? '';
  return {
    ...{ place: reference.place, name: reference.name },
    title: title === '' ? reference.name.replace(/\.md$/i, '') : title.slice(0, maxTitleCharacters),
    description: notebook?.description?.slice(0, maxDescriptionCharacters) ?? null,
    tags: notebook?.tags.slice(0, maxTags).map((tag) => tag.slice(0, maxTitleCharacters)) ?? [],
    cellCount: notebook ? cellsOf(notebook).length : 0,
    sizeBytes: found.sizeBytes,
    modifiedAt: found.modifiedAt.toISOString(),
    problem: found.problem,
  };
}

export function fileOf(reference: NotebookReference, found: TextFile): NotebookFile {
  return { ...entryOf(reference, found), text: found.text, hash: found.hash };
}

/** The text of a new notebook: its title, a heading and an empty cell. */
export function newNotebookText(title: string): string {
  const line = title.replace(/\s+/g, ' ').trim() || 'Notebook';
  return `---\n${stringify({ title: line }, { lineWidth: 0 })}---\n\n# ${line}\n\n\`\`\`sql\n\n\`\`\`\n`;
}
