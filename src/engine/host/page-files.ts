import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/**
 * The page's content security policy, the same in Electron and in a browser: everything from the page's own origin and
 * nothing else. No script inline or by `eval`; HTML from strings only through Svelte's own policy for its compiled
 * templates and the sanitiser's for notebooks' prose. CodeMirror and Svelte write style elements and attributes, hence
 * `unsafe-inline` for styles only.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html dompurify',
].join('; ');

/** Sent with every answer to the page, errors too. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * Reads a file of the built page by its URL path (`/` is the page itself). Null: there is none, or the path is not of
 * the plain kind that the build writes, so that nothing outside `folder` can be named.
 */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile | null> {
  const path = urlPath === '/' ? '/index.html' : urlPath;
  const contentType = contentTypes[extname(path)];
  if (!contentType || !/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path)) return null;
  try {
    return { body: await readFile(join(folder, path)), contentType };
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
