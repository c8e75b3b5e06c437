import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setFrontMatter } from '#shared/notebook/edit-front-matter.ts';
import {
  insertBlock,
  moveBlock,
  removeBlock,
  replaceProse,
  replaceSql,
  setCellOptions,
  type NewBlock,
} from '#shared/notebook/edit-notebook.ts';
import { parameterTypes, type Notebook, type NotebookBlock } from '#shared/notebook/notebook.ts';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { Seeded } from '../support/random-json.ts';

const starterFolder = join(import.meta.dirname, '../../resources/notebooks');
const starters = readdirSync(starterFolder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(starterFolder, name), 'utf8'));

const lines = [
  ...[
    '',
    '',
    ' ',
    '# Head',
    'Some prose.',
    '> quoted',
    '- item',
    '  more',
    '    code',
    '---',
    '...',
    '| a | b |',
    'title: x',
  ],
  ...[
    '```',
    '```',
    '```sql',
    '```sql name=a view=bar',
    '~~~sql title="a \\"b\\" c" x',
    '````sql',
    '````',
    '~~~',
    '```sh',
    '   ```SQL',
  ],
  ...[
    '- ```',
    '  ```',
    '1. ~~~sql',
    '   ~~~',
    '    ```',
    '```sql `x`',
    '~~~sql `x`',
    'SELECT 1',
    "SELECT '`' -- ~~~",
    '\t```',
  ],
];
const words = [
  'a',
  'first_seen',
  'a b',
  'say "x"',
  'back\\slash',
  '`tick`',
  '',
  '=',
  'é',
  'x=y',
  "it's",
  '\u2028',
  '~~~',
];
const statements = [
  '',
  'SELECT 1',
  '```',
  'SELECT 1\n```\n~~~~\n',
  '\n\nSELECT 2\n',
  '   `````',
  '~~~ \n````',
  'a\n\nb',
  '```sql\n1\n```',
];
const proses = [
  'Prose.',
  '# A\n\nb',
  '```sh\nx\n```',
  '```\nopen',
  '- ~~~\n  open',
  '---\nx\n---',
  '    code',
  '> a\n\n\nb  ',
  '*x*\n',
];

function randomText(seeded: Seeded): string {
  const lineBreak = seeded.pick(['\n', '\n', '\r\n', '\r']);
  const count = seeded.below(24);
  const head = seeded.chance(0.3) ? ['---', 'title: T', '---'] : [];
  const body = Array.from({ length: count }, () => seeded.pick(lines));
  const mixed = [...head, ...body].map((line) => line + (seeded.chance(0.03) ? '\r\n' : lineBreak)).join('');
  return (seeded.chance(0.1) ? '\ufeff' : '') + (seeded.chance(0.3) ? mixed.trimEnd() : mixed);
}

const rawOf = ({ text }: Notebook, block: NotebookBlock): string => text.slice(block.from, block.to);

/** What lies between blocks, in order. */
function gapsOf({ text, blocks, frontMatter }: Notebook): readonly string[] {
  const ends = [frontMatter?.to ?? 0, ...blocks.map(({ to }) => to)];
  return ends.map((end, index) => text.slice(end, blocks[index]?.from));
}

function expectSound(notebook: Notebook): void {
  for (const gap of gapsOf(notebook)) expect(gap.replace(/^\ufeff/, '').trim()).toBe('');
  for (const block of notebook.blocks) {
    expect(block.to).toBeGreaterThan(block.from);
    if (block.kind === 'prose') expect(rawOf(notebook, block).replace(/\r\n?/g, '\n')).toBe(block.text);
    else {
      expect(notebook.text.slice(block.sqlSpan.from, block.sqlSpan.to).replace(/\r\n?/g, '\n')).toBe(block.sql);
      expect(block.openingSpan.from).toBe(block.from);
      expect(block.sqlSpan.to).toBeLessThanOrEqual(block.to);
    }
  }
}

/** Everything but the block `index`, byte for byte. */
const othersOf = (notebook: Notebook, index: number) => [
  gapsOf(notebook),
  notebook.frontMatter,
  notebook.blocks.filter((_, at) => at !== index).map((block) => rawOf(notebook, block)),
];

/** Kinds and contents in order. Prose beside prose is one; what was left open may be closed. */
function outlineOf(blocks: readonly (NotebookBlock | NewBlock)[]): readonly string[] {
  const outline: string[] = [];
  for (const block of blocks) {
    const content = block.kind === 'cell' ? `sql ${block.sql}` : block.text.replace(/[\s`~]+/g, '');
    const last = outline.at(-1);
    if (block.kind === 'prose' && last !== undefined && !last.startsWith('sql '))
      outline[outline.length - 1] = last + content;
    else if (block.kind === 'cell' || content !== '') outline.push(content);
  }
  return outline;
}

test('any bytes are a notebook: nothing is lost, and nothing fails', () => {
  const seeded = new Seeded(1);
  for (let round = 0; round < 4_000; round += 1) expectSound(parseNotebook(randomText(seeded)));
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(seeded.pick(starters));
    for (let change = seeded.below(30); change >= 0; change -= 1) bytes[seeded.below(bytes.length)] = seeded.below(256);
    const from = seeded.below(bytes.length);
    expectSound(parseNotebook(bytes.toString('utf8')));
    expectSound(parseNotebook(bytes.subarray(from, from + seeded.below(4_000)).toString('latin1')));
  }
});

test.each([
  '`',
  '~',
  '\n',
  '\r',
  ' ',
  '- ```\n',
  '```sql\n',
  '```\n~~~\n',
  '```sql a=b\n```\n',
  '\ufeff',
  '---\n',
  ' 1. ',
  '```sql a="',
])('megabytes of %j take no time that grows with their square', (unit) => {
  for (const head of ['', '```sql ', '---\n']) expectSound(parseNotebook(head + unit.repeat(1_000_000 / unit.length)));
});

test('SQL and prose become what was asked for, and no other byte changes', () => {
  const seeded = new Seeded(2);
  for (let round = 0; round < 6_000; round += 1) {
    const notebook = parseNotebook(randomText(seeded));
    const index = seeded.below(notebook.blocks.length);
    const block = notebook.blocks[index];
    if (block === undefined) continue;
    if (block.kind === 'cell') {
      const sql = seeded.pick(statements);
      const edited = parseNotebook(replaceSql(notebook, block, sql));
      expectSound(edited);
      expect(edited.blocks[index]).toMatchObject({ kind: 'cell', sql, options: block.options });
      if (block.isClosed) expect(othersOf(edited, index)).toEqual(othersOf(notebook, index));
    } else {
      const text = seeded.pick(proses);
      const edited = parseNotebook(replaceProse(notebook, block, text));
      const expected = notebook.blocks.map((each) => (each === block ? ({ kind: 'prose', text } as const) : each));
      expectSound(edited);
      expect(outlineOf(edited.blocks)).toEqual(outlineOf(expected));
    }
  }
});

test('options become what was asked for, and no other byte changes', () => {
  const seeded = new Seeded(3);
  for (let round = 0; round < 6_000; round += 1) {
    const notebook = parseNotebook(randomText(seeded));
    const index = seeded.below(notebook.blocks.length);
    const block = notebook.blocks[index];
    if (block?.kind !== 'cell') continue;
    const keys = ['name', 'view', 'title', 'x', 'dialect'].filter(() => seeded.chance(0.5));
    const changes = Object.fromEntries(keys.map((key) => [key, seeded.chance(0.3) ? null : seeded.pick(words)]));
    const text = setCellOptions(notebook, block, changes);
    const edited = parseNotebook(text);
    const expected = Object.entries({ ...block.options, ...changes }).filter(([, value]) => value !== null);
    const changed = edited.blocks[index];
    expect(changed).toMatchObject({ kind: 'cell', sql: block.sql });
    expect(changed?.kind === 'cell' && changed.options).toEqual(Object.fromEntries(expected));
    expect(othersOf(edited, index).slice(1)).toEqual(othersOf(notebook, index).slice(1));
    const asked = Object.entries(changes).every(([key, value]) => (block.options[key] ?? null) === value);
    const repeats = block.problems.some((problem) => problem.includes('given twice'));
    if (asked && !repeats) expect(text).toBe(notebook.text);
  }
});

test('blocks are inserted, removed and moved, and all others stay as they are', () => {
  const seeded = new Seeded(4);
  for (let round = 0; round < 6_000; round += 1) {
    const notebook = parseNotebook(randomText(seeded));
    const { blocks } = notebook;
    const index = seeded.below(blocks.length + 1);
    const added: NewBlock = seeded.chance(0.5)
      ? { kind: 'cell', sql: seeded.pick(statements), options: { name: 'n1', title: seeded.pick(words) } }
      : { kind: 'prose', text: seeded.pick(proses) };
    const inserted = parseNotebook(insertBlock(notebook, index, added));
    expectSound(inserted);
    expect(outlineOf(inserted.blocks)).toEqual(outlineOf(blocks.toSpliced(index, 0, added as NotebookBlock)));

    const removed = parseNotebook(removeBlock(notebook, index));
    expectSound(removed);
    expect(outlineOf(removed.blocks)).toEqual(outlineOf(blocks.toSpliced(index, 1)));

    const [moved] = blocks.slice(index);
    const to = seeded.below(blocks.length);
    if (moved === undefined) continue;
    const reordered = parseNotebook(moveBlock(notebook, index, to));
    expectSound(reordered);
    expect(outlineOf(reordered.blocks)).toEqual(outlineOf(blocks.toSpliced(index, 1).toSpliced(to, 0, moved)));
  }
});

test('front matter becomes what was asked for, and no byte behind it changes', () => {
  const seeded = new Seeded(5);
  const texts = [
    ...words.filter((word) => word !== ''),
    'null',
    '012',
    'a: b # c',
    '- x',
    '{',
    '*a',
    'a\nb\n\n c',
    '---',
    "'",
    '"',
    '@x',
    ' ',
    '%',
    '\t',
    '\u0000',
    '|',
    'on',
  ];
  const optional = (): string | null => (seeded.chance(0.5) ? seeded.pick(texts) : null);
  for (let round = 0; round < 2_000; round += 1) {
    const before = seeded.chance(0.3) ? seeded.pick(starters) : randomText(seeded);
    const notebook = parseNotebook(before);
    const names = ['key', 'constructor', 'from', 'w', 'X1'].filter(() => seeded.chance(0.5));
    const parameters = names.map((name) => {
      const type = seeded.pick(parameterTypes);
      const defaultText = type === 'list' ? seeded.pick(['a\nb', 'a, b\n', 'x', '']) : (optional() ?? '');
      return { name, type, label: optional(), description: optional(), defaultText };
    });
    const changes = {
      title: optional()?.trim() || null,
      description: optional(),
      tags: [seeded.pick(texts)],
      parameters,
    };
    if (notebook.problems.length > 0) continue;
    const edited = parseNotebook(setFrontMatter(notebook, changes));
    expect(edited).toMatchObject({ ...changes, problems: [] });
    const rest = (each: Notebook): string => each.text.slice(each.frontMatter?.to ?? 0).replace(/^\ufeff?\s*/, '');
    expect(rest(edited)).toBe(rest(notebook));
    expect(setFrontMatter(edited, changes)).toBe(edited.text);
  }
});
