import { describe, expect, it } from 'vitest';
import { cellsOf, parseNotebook } from './parse-notebook.ts';

const kinds = (text: string): string[] =>
  parseNotebook(text).blocks.map((block) => (block.kind === 'cell' ? `sql:${block.sql}` : block.text));

describe('blocks', () => {
  it('are prose and sql cells, each with its place in the text', () => {
    const text = [
      '---',
      'title: First hour',
      '---',
      '',
      '# Keys',
      '',
      '```sql name=first_seen view=timeline lane=actor',
      'SELECT 1',
      '```',
      'After.',
      '',
    ].join('\n');
    const { blocks, title, problems } = parseNotebook(text);
    expect(title).toBe('First hour');
    expect(problems).toEqual([]);
    expect(blocks).toMatchObject([
      { kind: 'prose', text: '# Keys' },
      { kind: 'cell', sql: 'SELECT 1', name: 'first_seen', view: 'timeline', dialect: 'duckdb', problems: [] },
      { kind: 'prose', text: 'After.' },
    ]);
    for (const block of blocks) {
      expect(text.slice(block.from, block.to)).toContain(block.kind === 'cell' ? '```sql' : block.text);
    }
    expect(cellsOf(parseNotebook(text))[0]?.options).toEqual({ name: 'first_seen', view: 'timeline', lane: 'actor' });
  });

  it.each([
    ['a longer closing fence', '```sql\nSELECT 1\n`````', ['sql:SELECT 1']],
    ['a shorter one is content', '````sql\n```\n````', ['sql:```']],
    ['tildes', '~~~sql\n```\n~~~', ['sql:```']],
    ['capitals', '```SQL\nSELECT 1\n```', ['sql:SELECT 1']],
    ['three spaces before', '   ```sql\nSELECT 1\n  ```', ['sql:SELECT 1']],
    ['four spaces are a code block', '    ```sql\n    SELECT 1', ['    ```sql\n    SELECT 1']],
    ['a backtick behind the fence', '```sql `a`\nSELECT 1', ['```sql `a`\nSELECT 1']],
    ['a closing fence with text is content', '```sql\n``` x\n```', ['sql:``` x']],
    ['another language', '```sqlite\nSELECT 1\n```', ['```sqlite\nSELECT 1\n```']],
    [
      'a cell within another fence',
      '````md\n```sql\nSELECT 1\n```\n````\nx',
      ['````md\n```sql\nSELECT 1\n```\n````\nx'],
    ],
    ['no content', '```sql\n```', ['sql:']],
    ['nothing behind the fence', '```sql', ['sql:']],
    ['unclosed', 'a\n```sql\nSELECT 1\n\n', ['a', 'sql:SELECT 1\n']],
    ['CR LF', 'a\r\n\r\n```sql\r\nSELECT\r\n1\r\n```\r\nb', ['a', 'sql:SELECT\n1', 'b']],
    ['CR', 'a\r\r```sql\rSELECT 1\r```\rb', ['a', 'sql:SELECT 1', 'b']],
    ['a byte order mark', '\ufeff```sql\nSELECT 1\n```', ['sql:SELECT 1']],
    ['a byte order mark before prose', '\ufeffa', ['a']],
    [
      'a fence that a list’s item begins with',
      '- ```\n  x\n  ```\n\n```sql\nSELECT 1\n```',
      ['- ```\n  x\n  ```', 'sql:SELECT 1'],
    ],
    ['an open fence ends with its list', '1. ~~~\n   x\ny\n```sql\n1\n```', ['1. ~~~\n   x\ny', 'sql:1']],
    ['blank lines only', '\n \n\t\n', []],
    ['an indented first line', '\n\n    code\n', ['    code']],
  ])('%s', (_, text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('says that a cell is not closed', () => {
    const [cell] = cellsOf(parseNotebook('```sql\nSELECT 1'));
    expect(cell).toMatchObject({ isClosed: false, problems: [expect.stringContaining('no closing ```')] });
  });
});

describe('options', () => {
  const cell = (info: string) => cellsOf(parseNotebook(`\`\`\`sql ${info}\nSELECT 1\n\`\`\``))[0];

  it('are read with quotes, escapes, bare words and repetitions', () => {
    const read = cell('name=a title="two \\"words\\" \\\\" bare x= y="" name=b __proto__=1 constructor=2');
    expect(Object.entries(read?.options ?? {})).toEqual([
      ['name', 'a'],
      ['title', 'two "words" \\'],
      ['bare', ''],
      ['x', ''],
      ['y', ''],
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(read?.problems).toEqual([expect.stringContaining('name')]);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('that are none are told, and the cell runs without them', () => {
    expect(cell('view=pie dialect=mysql name=1a')).toMatchObject({
      ...{ view: 'table', dialect: 'duckdb', name: null },
      problems: [
        expect.stringContaining('“pie” is no view'),
        expect.stringContaining('“mysql” is no dialect'),
        expect.stringContaining('“1a” can’t be'),
      ],
    });
    expect(cell('name=__proto__')?.name).toBeNull();
  });

  it('a name that a table or an earlier cell has is none', () => {
    const text = ['events', 'Cloudtrail_Logs', 'a', 'A']
      .map((name) => `\`\`\`sql name=${name}\nSELECT 1\n\`\`\`\n`)
      .join('');
    const cells = cellsOf(parseNotebook(text));
    expect(cells.map(({ name }) => name)).toEqual([null, null, 'a', null]);
    expect(cells.map(({ problems }) => problems.length)).toEqual([1, 1, 0, 1]);
  });
});

describe('front matter', () => {
  const read = (yaml: string) => parseNotebook(`---\n${yaml}\n---\n`);

  it('gives values as they are written: accounts keep their zeros', () => {
    const { parameters, title, tags } = read(
      [
        'title: 007',
        'tags: [a, 12, null]',
        'parameters:',
        '  account: 012345678901',
        '  limit: { type: number, default: 123456789012345678901234567890.50, label: Limit }',
        '  keys: { type: list, default: [AKIA1, "a, b"] }',
        '  agents: { type: list, default: ["a, b"] }',
        '  window: { type: range, default: { from: 2023-07-10, to: 2023-07-11 } }',
        '  empty:',
        '  quoted: "null"',
      ].join('\n'),
    );
    expect(title).toBe('007');
    expect(tags).toEqual(['a', '12']);
    expect(parameters.map(({ name, type, defaultText }) => [name, type, defaultText])).toEqual([
      ['account', 'text', '012345678901'],
      ['limit', 'number', '123456789012345678901234567890.50'],
      ['keys', 'list', 'AKIA1\na, b'],
      ['agents', 'list', 'a, b\n'],
      ['window', 'range', '2023-07-10/2023-07-11'],
      ['empty', 'text', ''],
      ['quoted', 'text', 'null'],
    ]);
  });

  it.each([
    [
      'an alias that expands without end',
      `a: &a [x]\n${Array.from({ length: 90 }, (_, at) => `b${at}: &b${at} [*a, *a]`).join('\n')}\ntitle: *a`,
    ],
    ['deep brackets', `a: ${'['.repeat(30_000)}`],
    ['deep dashes', '- '.repeat(15_000)],
    ['deep maps', 'a: {'.repeat(7_000)],
    ['too much of it', `a: ${'x'.repeat(40_000)}`],
    ['many mistakes', '@a\n'.repeat(10_000)],
    ['a tag of code', 'title: !!js/function "alert(1)"'],
    ['a list', '- a\n- b'],
    ['a word', 'hello'],
    ['a key that is none', '? [a]\n: b'],
  ])('%s does no harm', (_, yaml) => {
    const { problems, parameters, blocks } = read(yaml);
    expect(parameters).toEqual([]);
    expect(blocks).toEqual([]);
    expect(problems.length).toBeLessThanOrEqual(20);
    expect(problems.join('').length).toBeLessThan(5_000);
  });

  it('tells of names that are taken or can’t be', () => {
    const { parameters, problems, title } = read(
      'title: a\ntitle: b\nparameters: { __proto__: 1, a-b: 1, w: { type: range }, W_FROM: 2, constructor: 3, x: { type: date } }',
    );
    expect(title).toBe('a');
    expect(parameters.map(({ name, type }) => [name, type])).toEqual([
      ['w', 'range'],
      ['constructor', 'text'],
      ['x', 'text'],
    ]);
    expect(problems).toHaveLength(5);
  });

  it('is none without its end, or if it is not first', () => {
    expect(parseNotebook('---\ntitle: a\n').frontMatter).toBeNull();
    expect(parseNotebook('\n---\ntitle: a\n---\n').frontMatter).toBeNull();
    expect(parseNotebook('\ufeff---\r\ntitle: a\r\n...\r\nx')).toMatchObject({ title: 'a', blocks: [{ text: 'x' }] });
  });
});
