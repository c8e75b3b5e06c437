import { Lexer, type MarkedToken, type Token } from 'marked';
import { visibleLine, visibleText } from '../visible-text.ts';

/**
 * Markdown for a file that other programs will show: the prose as it is, but its HTML, images, and links to anywhere but the
 * web and other notebooks become text. What can’t be taken apart for certain is shown as it is written.
 */
export function inertMarkdown(text: string): string {
  const clean = withoutControls(text);
  const tokens = tokensOf(clean);
  const outcome = tokens?.map(rewritten).join('');
  return outcome !== undefined && tokensOf(outcome)?.every(isInert) ? outcome : asText(clean);
}

/** A text on one line as Markdown that shows it, whatever is in it, in a table’s cell too. */
export function markdownText(text: string): string {
  const line = visibleLine(text).replace(/[\\`*{}[\]<>|~&$!#@]|(?<!\w)_|_(?!\w)/g, reference);
  // What GitHub makes a link of by itself, and what would begin a list.
  return line
    .replace(/:(?=\/\/)|\.(?<=www\.)/gi, reference)
    .replace(/^(\s*\d*)([-+=.)])/, (_, before, mark) => `${before}${reference(String(mark))}`);
}

/** A value as code, where code can hold it. */
export function markdownCode(text: string): string {
  const line = visibleLine(text);
  return /^[^`|\s](?:[^`|]*[^`|\s])?$/.test(line) ? `\`${line}\`` : markdownText(text);
}

function tokensOf(text: string): readonly Token[] | null {
  if (text.length > 50_000) return null;
  try {
    return new Lexer({ gfm: true }).lex(text);
  } catch {
    return null;
  }
}

function rewritten(token: Token): string {
  if (isInert(token)) return token.raw;
  if (!isHarmless(token)) return asText(token.raw);
  let at = 0;
  let outcome = '';
  for (const child of childrenOf(token)) {
    const from = token.raw.indexOf(child.raw, at);
    if (from < 0) return asText(token.raw);
    outcome += token.raw.slice(at, from) + rewritten(child);
    at = from + child.raw.length;
  }
  return outcome + token.raw.slice(at);
}

/** Nothing in it is markup, an image, or a link that leads to anything else. */
function isInert(token: Token): boolean {
  return isHarmless(token) && childrenOf(token).every(isInert);
}

function isHarmless(token: Token): boolean {
  const known = token as MarkedToken;
  switch (known.type) {
    case 'html':
    case 'image':
      return false;
    case 'link':
      return isSafeAddress(known.href) || known.raw === known.text;
    case 'def':
      return isSafeAddress(known.href);
    case 'text':
      // Readers differ in what they take for a tag.
      return !/<[a-z/!?]/i.test(known.raw) || childrenOf(known).length > 0;
    default:
      return true;
  }
}

function childrenOf(token: Token): readonly Token[] {
  const known = token as MarkedToken;
  if (known.type === 'list') return known.items;
  if (known.type === 'table') return [...known.header, ...known.rows.flat()].flatMap(({ tokens }) => tokens);
  return 'tokens' in known ? (known.tokens ?? []) : [];
}

/** On the web, or a notebook beside this one. */
function isSafeAddress(href: string): boolean {
  return /^https?:\/\/[^\s<>"'\\]+$|^[\w-]+\.md$/i.test(href);
}

/** As it is written, in the same lines. */
function asText(text: string): string {
  return text.replace(/[<>[\]`&]|!(?=\[)/g, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

function withoutControls(text: string): string {
  return text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu, (character) => visibleText(character));
}
