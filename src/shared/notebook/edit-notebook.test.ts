import { describe, expect, it } from 'vitest';
import { setFrontMatter } from './edit-front-matter.ts';
import { insertBlock, moveBlock, removeBlock, replaceProse, replaceSql, setCellOptions } from './edit-notebook.ts';
import type { CellBlock, ProseBlock } from './notebook.ts';
import { cellsOf, parseNotebook } from './parse-notebook.ts';

const firstCell = (text: string): CellBlock => cellsOf(parseNotebook(text))[0]!;
const firstProse = (text: string): ProseBlock => parseNotebook(text).blocks.find((block) => block.kind === 'prose')!;
const withSql = (text: string, sql: string): string => replaceSql(parseNotebook(text), firstCell(text), sql);
const withOptions = (text: string, changes: Record<string, string | null>): string =>
  setCellOptions(parseNotebook(text), firstCell(text), changes);

describe('SQL', () => {
  it.each([
    ['is replaced', 'a\n```sql x=1\nSELECT 1\n```\nb', 'SELECT 2', 'a\n```sql x=1\nSELECT 2\n```\nb'],
    ['takes the file’s line breaks', '```sql\r\na\r\n```\r\n', 'a\nb', '```sql\r\na\r\nb\r\n```\r\n'],
    ['lines that stay keep theirs', '```sql\r\na\nb\rc\r\n```', 'a\nx\nc', '```sql\r\na\nx\r\nc\r\n```'],
    ['gets a line where there was none', '```sql\n```', 'a', '```sql\na\n```'],
    ['can become empty', '```sql\na\n```', '', '```sql\n\n```'],
    ['lengthens the fence', ' ```sql\na\n  ```  \nb', '```\n````', ' `````sql\n```\n````\n  `````  \nb'],
    ['leaves a fence that is no end', '```sql\na\n```', '```x\n~~~\n``', '```sql\n```x\n~~~\n``\n```'],
    ['closes an open cell', '```sql\na\n\n', 'b', '```sql\nb\n```\n'],
    ['at the end of the file', '```sql', 'a', '```sql\na\n```'],
    ['that is the same changes nothing', '```sql\r\na\nb\r\n```', 'a\nb', '```sql\r\na\nb\r\n```'],
  ])('%s', (_, text, sql, expected) => {
    expect(withSql(text, sql)).toBe(expected);
  });
});

describe('options', () => {
  it.each([
    ['set one', '```sql name=a  view=bar x=1\n```', { view: 'line' }, '```sql name=a  view=line x=1\n```'],
    ['add one', '```sql name=a \n```', { view: 'bar' }, '```sql name=a view=bar \n```'],
    ['quote', '```sql\n```', { title: 'a "b" \\ c' }, '```sql title="a \\"b\\" \\\\ c"\n```'],
    ['remove', '```sql name=a view=bar name=b\n```', { name: null }, '```sql view=bar\n```'],
    ['remove what is not there', '```sql name=a\n```', { view: null }, '```sql name=a\n```'],
    ['several', '```sql a=1 b=2 c=3\n```', { c: null, a: '', d: '4' }, '```sql a="" b=2 d=4\n```'],
    ['set to what it is', '```sql name="a"\n```', { name: 'a' }, '```sql name="a"\n```'],
    ['a backtick', '```sql\n~~~\n```\r\nx', { title: '`a`' }, '~~~~sql title=`a`\n~~~\n~~~~\r\nx'],
    ['a line break', '```sql\n```', { title: 'a\nb' }, '```sql title="a b"\n```'],
  ])('%s', (_, text, changes, expected) => {
    expect(withOptions(text, changes)).toBe(expected);
    expect(cellsOf(parseNotebook(expected))).toHaveLength(1);
  });
});

describe('blocks', () => {
  const text = '---\ntitle: a\n---\n\nOne.\n\n```sql name=x\n1\n```\n\nTwo.\n';
  const notebook = parseNotebook(text);

  it('are inserted with blank lines around', () => {
    expect(insertBlock(notebook, 1, { kind: 'cell', sql: '2', options: { view: 'bar' } })).toBe(
      '---\ntitle: a\n---\n\nOne.\n\n```sql view=bar\n2\n```\n\n```sql name=x\n1\n```\n\nTwo.\n',
    );
    expect(insertBlock(notebook, 0, { kind: 'cell', sql: '' })).toBe(text.replace('One', '```sql\n```\n\nOne'));
    expect(insertBlock(notebook, 3, { kind: 'cell', sql: '```' })).toBe(
      `${text.trimEnd()}\n\n\`\`\`\`sql\n\`\`\`\n\`\`\`\`\n`,
    );
    expect(insertBlock(parseNotebook(''), 0, { kind: 'prose', text: '\n a \n' })).toBe(' a\n');
    expect(insertBlock(parseNotebook('---\r\nx: 1\r\n---\r\n'), 0, { kind: 'prose', text: 'a\nb' })).toBe(
      '---\r\nx: 1\r\n---\r\n\r\na\r\nb\r\n',
    );
    expect(insertBlock(parseNotebook('```sql\n1'), 1, { kind: 'prose', text: 'a' })).toBe('```sql\n1\n```\n\na\n');
    expect(insertBlock(parseNotebook('a\n```sql\n```'), 1, { kind: 'prose', text: 'b' })).toBe('a\n\nb\n\n```sql\n```');
    expect(insertBlock(notebook, 1, { kind: 'prose', text: '  ' })).toBe(text);
  });

  it('are removed with the blank lines behind them', () => {
    expect(removeBlock(notebook, 0)).toBe('---\ntitle: a\n---\n\n```sql name=x\n1\n```\n\nTwo.\n');
    expect(removeBlock(notebook, 1)).toBe('---\ntitle: a\n---\n\nOne.\n\nTwo.\n');
    expect(removeBlock(notebook, 2)).toBe('---\ntitle: a\n---\n\nOne.\n\n```sql name=x\n1\n```\n');
    expect(removeBlock(parseNotebook('a\n```sql\n```\nb'), 1)).toBe('a\n\nb');
    expect(removeBlock(parseNotebook('a'), 5)).toBe('a');
  });

  it('are moved, and what lies between stays', () => {
    expect(moveBlock(notebook, 1, 0)).toBe('---\ntitle: a\n---\n\n```sql name=x\n1\n```\n\nOne.\n\nTwo.\n');
    expect(moveBlock(notebook, 0, 2)).toBe('---\ntitle: a\n---\n\n```sql name=x\n1\n```\n\nTwo.\n\nOne.\n');
    expect(moveBlock(parseNotebook('a\n```sql\n1'), 1, 0)).toBe('```sql\n1\n```\na');
  });

  it('prose is replaced, removed when empty, and its code blocks closed', () => {
    expect(replaceProse(notebook, firstProse(text), 'Uno.\n\n')).toBe(text.replace('One', 'Uno'));
    const parsed = parseNotebook(text);
    expect(replaceProse(parsed, parsed.blocks[0] as ProseBlock, ' ')).toBe(removeBlock(parsed, 0));
    expect(replaceProse(notebook, firstProse(text), '```sh\nx')).toBe(text.replace('One.', '```sh\nx\n```'));
    expect(replaceProse(notebook, firstProse(text), '- ~~~\n  x')).toBe(text.replace('One.', '- ~~~\n  x\n  ~~~'));
  });

  it('that begin like front matter do not become it', () => {
    const edited = insertBlock(parseNotebook('a\n\n---\n'), 0, { kind: 'prose', text: '---\nb' });
    expect(parseNotebook(edited)).toMatchObject({ frontMatter: null, problems: [] });
    const removed = removeBlock(parseNotebook('```sql\n1\n```\n---\ntitle: x\n---\n'), 0);
    expect(parseNotebook(removed)).toMatchObject({ frontMatter: null, title: null });
  });
});

describe('front matter', () => {
  const text = [
    '---',
    '# Ours',
    'title: Old # why',
    'owner: [ann, 012]',
    'parameters:',
    '  # The key',
    '  key: { type: text, default: AKIA, x-hint: y }',
    '  plain: 012345678901',
    '  gone: 1',
    '...',
    'Body.',
    '',
  ].join('\n');

  it('keeps comments, other keys, and the rest of the file', () => {
    const { parameters } = parseNotebook(text);
    const key = { ...parameters[0]!, label: 'Access key', defaultText: 'ASIA' };
    const added = { name: 'w', type: 'range', label: null, description: 'Window', defaultText: '2023-07-10/' } as const;
    const edited = setFrontMatter(parseNotebook(text), {
      title: 'New: one',
      tags: ['a', '12'],
      parameters: [added, parameters[1]!, key],
    });
    expect(edited).toBe(
      [
        '---',
        '# Ours',
        'title: "New: one" # why',
        'owner: [ ann, 012 ]',
        'parameters:',
        '  # The key',
        '  w:',
        '    type: range',
        '    description: Window',
        '    default: "2023-07-10/"',
        '  plain: 012345678901',
        '  key: { type: text, default: ASIA, x-hint: y, label: Access key }',
        'tags: [ a, "12" ]',
        '...',
        'Body.',
        '',
      ].join('\n'),
    );
    expect(parseNotebook(edited)).toMatchObject({
      title: 'New: one',
      parameters: [added, parameters[1], key],
      problems: [],
    });
  });

  it('is made where there is none, with the file’s line breaks', () => {
    expect(setFrontMatter(parseNotebook('# A\r\n'), { title: 'a' })).toBe('---\r\ntitle: a\r\n---\r\n\r\n# A\r\n');
    expect(setFrontMatter(parseNotebook('\ufeff\nA'), { title: 'null' })).toBe('\ufeff---\ntitle: "null"\n---\n\nA');
  });

  it('does not change without a change, and loses what is removed', () => {
    const notebook = parseNotebook(text);
    const { title, tags, parameters } = notebook;
    expect(setFrontMatter(notebook, { title, tags, parameters, description: null })).toBe(text);
    expect(setFrontMatter(parseNotebook('---\ntitle: a\ntitle: b\n---\nx'), { title: null })).toBe('---\n---\nx');
  });

  it('that is no YAML is not touched', () => {
    for (const yaml of ['a: [', '- a', 'a: *b', 'word']) {
      const notebook = parseNotebook(`---\n${yaml}\n---\n`);
      expect(() => setFrontMatter(notebook, { title: 'x' })).toThrow(/no YAML that can be changed/);
    }
  });
});
