import { expect } from 'vitest';

export interface HtmlTag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface HtmlTokens {
  readonly tags: readonly HtmlTag[];
  /** All text outside tags and `<style>`, character references resolved. */
  readonly text: string;
  readonly style: string;
}

/**
 * Reads HTML strictly: every `<` must begin a tag that is written plainly, attributes in double quotes, so that no reader of
 * HTML could see another one. Fails the test otherwise.
 */
export function htmlTokens(html: string): HtmlTokens {
  const tags: HtmlTag[] = [];
  let text = '';
  let style = '';
  let at = 0;
  const body = html.replace(/^<!doctype html>\n/, '');
  const tag = /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z0-9:-]*="[^"<>]*")*)(\/?)>/y;
  while (at < body.length) {
    const next = body.indexOf('<', at);
    const end = next < 0 ? body.length : next;
    const between = body.slice(at, end);
    expect(between).not.toContain('>');
    text += between;
    if (next < 0) break;
    tag.lastIndex = next;
    const [whole, slash = '', name = '', written = ''] = tag.exec(body) ?? [];
    expect(whole, body.slice(next, next + 120)).toBeDefined();
    const attributes = [...written.matchAll(/ ([a-zA-Z][a-zA-Z0-9:-]*)="([^"]*)"/g)].map(([, key, value]) => [
      key,
      resolved(value ?? ''),
    ]);
    tags.push({ name, isEnd: slash === '/', attributes: Object.fromEntries(attributes) as Record<string, string> });
    at = tag.lastIndex;
    if (name === 'style' && slash === '') {
      const close = body.indexOf('</style>', at);
      style += body.slice(at, close);
      at = close;
    }
  }
  return { tags, text: resolved(text), style };
}

function resolved(text: string): string {
  return text.replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code, name) =>
    typeof code === 'string'
      ? String.fromCodePoint(Number(code))
      : ({ amp: '&', lt: '<', gt: '>', quot: '"' }[String(name)] ?? ''),
  );
}

const drawn = ['svg', 'path', 'rect', 'circle', 'line', 'text', 'title'];
const allowedTags = new Set([
  ...[
    'html',
    'head',
    'meta',
    'title',
    'style',
    'body',
    'header',
    'main',
    'footer',
    'section',
    'figure',
    'figcaption',
    'div',
    'wbr',
    'span',
  ],
  ...[
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'p',
    'a',
    'code',
    'pre',
    'em',
    'strong',
    'del',
    'br',
    'hr',
    'blockquote',
    'ul',
    'ol',
    'li',
  ],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', ...drawn],
]);
const allowedAttributes = new Set([
  ...['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'id', 'href', 'scope', 'align', 'start'],
  // Of drawings.
  ...[
    'xmlns',
    'width',
    'height',
    'viewBox',
    'role',
    'aria-label',
    'font-family',
    'font-size',
    'x',
    'y',
    'x1',
    'y1',
    'x2',
    'y2',
  ],
  ...['cx', 'cy', 'r', 'rx', 'd', 'fill', 'stroke', 'stroke-width', 'stroke-linejoin', 'opacity', 'text-anchor'],
]);

/** Nothing in it runs, loads, sends or leads out of the page. */
export function expectInactive({ tags, style }: HtmlTokens): void {
  for (const { name, attributes } of tags) {
    expect(allowedTags).toContain(name);
    for (const [key, value] of Object.entries(attributes)) {
      expect(allowedAttributes).toContain(key);
      if (key === 'href') expect(value).toMatch(/^#block-\d+$/);
      if (key !== 'xmlns' && key !== 'content' && key !== 'aria-label')
        expect(value).not.toMatch(/:\/\/|javascript|url\(/i);
    }
  }
  expect(style).not.toMatch(/url\(|@import|expression|<\//i);
}
