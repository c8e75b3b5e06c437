import { Lexer, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { inertMarkdown, markdownCode, markdownText } from './inert-markdown.ts';

const childrenOf = (token: Token): readonly Token[] => ('tokens' in token ? (token.tokens ?? []) : []);

/** All tokens, nested ones too, as marked reads them. */
function tokensOf(text: string): readonly Token[] {
  const all: Token[] = [];
  const visit = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      all.push(token);
      visit(childrenOf(token));
      if (token.type === 'list') visit(token['items'] as Token[]);
      if (token.type === 'table') visit([...(token['header'] as Token[]), ...(token['rows'] as Token[][]).flat()].flatMap(childrenOf)); // prettier-ignore
    }
  };
  visit(new Lexer({ gfm: true }).lex(text));
  return all;
}

const harmful = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a <b onclick=x>c</b>',
  '![x](https://evil.example/x.png)',
  '![x][r]\n\n[r]: https://evil.example/x.png',
  '[x](javascript:alert(1))',
  '[x](file:///etc/passwd)',
  '[x](../../other.html)',
  '[![x](y)](https://a.example)',
  '<javascript:alert(1)>',
  '- a\n\n  <iframe src=x>\n  - b ![x](y)\n',
  '> <svg onload=alert(1)>\n> and ![x](y)\n',
  '| a |\n|---|\n| <b> ![x](y) |',
  '1. *a **b <u>c</u>***\n2. ~~<i>~~',
  '[r]: javascript:alert(1)\n[r]',
  '`` `<b>` `` <b>',
  '<!-- c -->\n\n# <u>',
  '\\<b> \\![x](y) <b>',
  'a\n<b>\nc',
  '<'.repeat(3) + '/x>',
];

describe('prose', () => {
  it.each(harmful)('%j has nothing that acts', (text) => {
    for (const around of ['§', '- §', '> §', '# x\n\n§\n\n```\ncode\n```', '**§**', '§\n§', 'text `code` §']) {
      for (const token of tokensOf(inertMarkdown(around.replaceAll('§', () => text)))) {
        expect(['html', 'image']).not.toContain(token.type);
        if (token.type === 'link' || token.type === 'def') expect(token['href']).toMatch(/^https?:/);
      }
    }
  });

  it.each([
    '# Head\n\nSome *prose* with `a < b`, [a page](https://docs.aws.amazon.com/x), [next](other.md), me@example.com.\n\n- [x] done\n  - nested `<b>`\n\n| a | b |\n|---|--:|\n| 1 | `<x>` |\n\n```html\n<b>\n```\n',
    '    indented <b>\n',
    'a < b && c > d',
  ])('that is harmless stays as it is', (text) => {
    expect(inertMarkdown(text)).toBe(text);
  });

  it('keeps what surrounds what it changes', () => {
    expect(inertMarkdown('A *b* <u>c</u> `d`.\n\n- e\n- <x>\n')).toBe(
      'A *b* &#60;u&#62;c&#60;/u&#62; `d`.\n\n- e\n- &#60;x&#62;\n',
    );
    expect(inertMarkdown('a \u202eb')).toBe('a \\u202eb');
  });

  it('too long to be taken apart is text', () => {
    const outcome = inertMarkdown(`${'a '.repeat(30_000)}<b>`);
    expect(outcome).not.toContain('<');
  });
});

describe('values', () => {
  const shown = (text: string): string =>
    tokensOf(text)
      .filter((token) => childrenOf(token).length === 0 && token.type !== 'space')
      .map((token) => ('text' in token ? String(token.text) : token.raw))
      .join('')
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      .replaceAll('&amp;', '&');

  it.each([
    ...harmful,
    'a|b',
    'a\\|b',
    '`',
    '# x',
    '- x',
    '1. x',
    '1) x',
    '+ x',
    '=== x',
    '*x* _y_ a_b ~~z~~ $1$',
    'https://evil.example',
    'www.evil.example',
    '&lt;',
    '---',
    ' x ',
  ])('%j in a table reads as it is', (text) => {
    const line = text.replaceAll('\n', '\\n');
    for (const written of [markdownText(text), markdownCode(text)]) {
      const table = tokensOf(`| a |\n|---|\n| ${written} | 1 |\n`);
      expect(table.filter(({ type }) => type === 'table')).toHaveLength(1);
      for (const { type } of tokensOf(written))
        expect(['paragraph', 'text', 'codespan', 'escape', 'space']).toContain(type);
      expect(shown(written).trim()).toBe(line.trim());
    }
  });
});
