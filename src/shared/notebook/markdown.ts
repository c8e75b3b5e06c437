import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { visibleText } from '../visible-text.ts';

/** All that `renderMarkdown` writes; a sanitiser behind it needs to let nothing else through. */
export const markdownTags = [
  ...['a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre'],
  ...['strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
] as const;
export const markdownAttributes = ['href', 'align', 'start'] as const;

export interface MarkdownOptions {
  /** The href of a link that may be followed, within the page; null: the link is shown as text, with its URL. */
  readonly linkFor: (href: string) => string | null;
}

/** Longer prose, and prose with longer paragraphs or deeper nesting, is shown as it is written. */
const maxCharacters = 200_000;
const maxInlineCharacters = 10_000;
const deeplyNested = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){30}/m;

const maxShownUrl = 500;

/**
 * Markdown (GitHub’s) as HTML in which hostile text is text: all tags come from here, and everything from the source is
 * escaped. HTML in it is shown, not interpreted; nothing is loaded; only what `linkFor` allows is a link.
 */
export function renderMarkdown(text: string, options: MarkdownOptions): string {
  if (text.length > maxCharacters || deeplyNested.test(text)) return asWritten(text);
  try {
    return blocks(new BoundedLexer({ gfm: true }).lex(text), options);
  } catch {
    // Nested too deeply for the parser after all.
    return asWritten(text);
  }
}

/** Escapes what HTML gives a meaning, and makes visible what would change how the text around it reads. */
export function escapeHtml(text: string): string {
  return withMarks(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Some of marked’s patterns take time that grows with the square of a paragraph’s length. */
class BoundedLexer extends Lexer {
  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (source.length <= maxInlineCharacters) return super.inlineTokens(source, tokens);
    tokens.push({ type: 'text', raw: source, text: source });
    return tokens;
  }
}

function asWritten(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>`;
}

function blocks(tokens: readonly Token[], options: MarkdownOptions): string {
  return tokens.map((token) => block(token as MarkedToken, options)).join('');
}

function block(token: MarkedToken, options: MarkdownOptions): string {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'hr':
      return '<hr>\n';
    case 'heading':
      return `<h${token.depth}>${inline(token.tokens, options)}</h${token.depth}>\n`;
    case 'paragraph':
      return `<p>${inline(token.tokens, options)}</p>\n`;
    case 'code':
      return `<pre><code>${escapeHtml(token.text)}\n</code></pre>\n`;
    case 'blockquote':
      return `<blockquote>\n${blocks(token.tokens, options)}</blockquote>\n`;
    case 'list':
      return list(token, options);
    case 'table':
      return table(token, options);
    case 'html':
      return `<p>${escapeHtml(token.raw.trim())}</p>\n`;
    // In the items of a list without blank lines.
    case 'text':
      return `${token.tokens ? inline(token.tokens, options) : plain(token.text)}\n`;
    default:
      return inline([token], options);
  }
}

function list({ ordered, start, items }: Tokens.List, options: MarkdownOptions): string {
  const tag = ordered ? 'ol' : 'ul';
  const from = ordered && typeof start === 'number' && start !== 1 ? ` start="${start}"` : '';
  return `<${tag}${from}>\n${items.map((item) => `<li>${blocks(item.tokens, options)}</li>\n`).join('')}</${tag}>\n`;
}

function table({ header, rows }: Tokens.Table, options: MarkdownOptions): string {
  const row = (cells: readonly Tokens.TableCell[], tag: string): string => {
    const written = cells.map(({ tokens, align }) => {
      const at = align === null ? '' : ` align="${align}"`;
      return `<${tag}${at}>${inline(tokens, options)}</${tag}>`;
    });
    return `<tr>${written.join('')}</tr>\n`;
  };
  const body = rows.map((cells) => row(cells, 'td')).join('');
  return `<table>\n<thead>\n${row(header, 'th')}</thead>\n<tbody>\n${body}</tbody>\n</table>\n`;
}

function inline(tokens: readonly Token[], options: MarkdownOptions): string {
  return tokens.map((token) => span(token as MarkedToken, options)).join('');
}

function span(token: MarkedToken, options: MarkdownOptions): string {
  switch (token.type) {
    case 'text':
      return token.tokens ? inline(token.tokens, options) : plain(token.text);
    case 'escape':
      return escapeHtml(token.text);
    case 'strong':
    case 'em':
    case 'del':
      return `<${token.type}>${inline(token.tokens, options)}</${token.type}>`;
    case 'codespan':
      return `<code>${escapeHtml(token.text)}</code>`;
    case 'br':
      return '<br>';
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'link':
      return link(token, options);
    case 'image':
      return `${plain(token.text)} ${url(token.href)}`.trim();
    default:
      return escapeHtml(token.raw);
  }
}

function link({ href, text, tokens }: Tokens.Link, options: MarkdownOptions): string {
  const target = options.linkFor(href);
  const shown = inline(tokens, options);
  if (target !== null && isWithinPage(target)) return `<a href="${escapeHtml(target)}">${shown}</a>`;
  return text === href || `mailto:${text}` === href ? url(text) : `${shown} ${url(href)}`;
}

/** No scheme, no host: `#/notebook/…` or a relative path. */
function isWithinPage(href: string): boolean {
  return !/^[^/?#]*:|^[/\\]{2}|[\s\\]/.test(href) && visibleText(href) === href;
}

function url(href: string): string {
  return `<code>${escapeHtml(visibleText(href, maxShownUrl))}</code>`;
}

const namedReferences: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', hellip: '…', times: '×' },
  ...{ ndash: '–', mdash: '—', larr: '←', rarr: '→', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”' },
};

/** Character references become their characters, those that are not known here stay as they are written. */
function plain(text: string): string {
  const decoded = text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string')
      return Object.hasOwn(namedReferences, name) ? (namedReferences[name] ?? whole) : whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
  return escapeHtml(decoded);
}

/** Controls, and marks that turn the direction of what follows; joiners and the like belong to the languages of people. */
const misleading = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

function withMarks(text: string): string {
  return text.replace(misleading, (character) => visibleText(character));
}
