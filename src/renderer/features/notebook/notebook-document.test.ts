import { describe, expect, it } from 'vitest';
import { NotebookDocument } from './notebook-document.svelte.ts';

const text = `---
title: One
---

# One

Intro.

\`\`\`sql name=first
SELECT 1
\`\`\`

\`\`\`sql
SELECT 2
\`\`\`
`;

function shown(source = text) {
  const edits: string[] = [];
  const document = new NotebookDocument(() => edits.push(document.text));
  document.show(source);
  const keys = (): readonly string[] => document.blocks.map(({ key }) => key);
  const [intro = '', first = '', second = ''] = keys();
  return { document, edits, keys, intro, first, second };
}

describe('NotebookDocument', () => {
  it('takes a text without an edit, and gives it back byte for byte', () => {
    const { document, edits } = shown(text.replaceAll('\n', '\r\n'));
    expect(document.text).toBe(text.replaceAll('\n', '\r\n'));
    expect(edits).toEqual([]);
  });

  it('writes SQL and options, and keeps every key', () => {
    const { document, keys, first } = shown();
    const before = keys();
    document.writeSql(first, 'SELECT 1\n```\nFROM x');
    document.setOptions(first, { view: 'bar' });
    expect(document.text).toContain('````sql name=first view=bar\nSELECT 1\n```\nFROM x\n````');
    expect(keys()).toEqual(before);
  });

  it('inserts a cell beside one that is just like it, and knows which is new', () => {
    const { document, keys, second } = shown();
    const index = document.indexOf(second);
    const added = document.insert(index, { kind: 'cell', sql: 'SELECT 2' });
    expect(keys()[index]).toBe(added);
    expect(keys()[index + 1]).toBe(second);
  });

  it('undoes and redoes what was done to blocks, with their keys; typing in one place at once', () => {
    const { document, keys, first, second } = shown();
    const before = keys();
    document.writeSql(second, 'SELECT 22');
    document.writeSql(second, 'SELECT 222');
    document.remove(first);
    document.move(second, -1);
    document.undo();
    document.undo();
    expect(keys()).toEqual(before);
    expect(document.text).toContain('SELECT 222');
    document.undo();
    expect(document.text).toBe(text);
    document.redo();
    document.redo();
    expect(keys()).not.toContain(first);
    document.undo();
    document.undo();
    document.undo();
    expect(document.text).toBe(text);
  });

  it('keeps prose that is being written out of the blocks, and in what would be saved', () => {
    const { document, edits, keys, intro } = shown();
    const before = keys();
    document.startDraft(intro);
    document.writeDraft('Intro.\n\n```sql\nSELECT');
    expect(keys()).toEqual(before);
    expect(edits.at(-1)).toContain('```sql\nSELECT');
    document.finishDraft();
    expect(document.draft).toBeNull();
    expect(document.blocks.map(({ block }) => block.kind)).toEqual(['prose', 'cell', 'cell', 'cell']);
    expect(keys().slice(2)).toEqual(before.slice(1));
  });

  it('puts new prose where it was begun, and nothing if nothing was written', () => {
    const { document, keys, second } = shown();
    const before = keys();
    document.startDraft(null, second);
    expect(document.finishDraft()).toBeNull();
    expect(document.text).toBe(text);
    document.startDraft(null, second);
    document.writeDraft('Between');
    const key = document.finishDraft();
    expect(document.text).toContain('```\n\nBetween\n\n```sql\nSELECT 2');
    expect(keys()).toEqual([before[0], before[1], key, before[2]]);
  });

  it('makes prose of a cell and a cell of prose', () => {
    const { document, first } = shown();
    const prose = document.convert(first, 'prose');
    expect(document.blocks.map(({ block }) => block.kind)).toEqual(['prose', 'cell']);
    // It joined the prose before it.
    expect(prose).toBe(document.blocks[0]?.key);
    document.convert(prose ?? '', 'cell');
    expect(document.blocks.map(({ block }) => block.kind)).toEqual(['cell', 'cell']);
  });

  it('changes the title, and the heading that says the same', () => {
    const { document } = shown();
    document.setTitle('Two *stars*');
    expect(document.notebook.title).toBe('Two *stars*');
    expect(document.text).toContain('# Two \\*stars\\*\n\nIntro.');
    document.writeSql(document.blocks[1]?.key ?? '', 'SELECT 3');
    document.setTitle('Three');
    expect(document.text).toContain('# Three\n');
  });

  it('leaves a heading alone that says something else', () => {
    const { document } = shown(text.replace('# One', '# Another'));
    document.setTitle('Two');
    expect(document.text).toContain('# Another');
  });
});
