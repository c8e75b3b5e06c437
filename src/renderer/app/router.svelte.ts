export const pageNames = [
  'welcome',
  'timeline',
  'sql',
  'notebook',
  'evidence',
  'sources',
  'schema',
  'custody',
] as const;
export type PageName = (typeof pageNames)[number];

/** Values of a page's parameters; null or absent: not set. */
export type PageParameters = Readonly<Record<string, string | null | undefined>>;

/**
 * The page on show and its parameters, kept in the URL's hash (`#/timeline?from=…`), so that reload, back and
 * forward work and a view can be pointed at.
 */
export class Router {
  #hash = $state('');
  #parsed = $derived(parseHash(this.#hash));

  get page(): PageName {
    return this.#parsed.page;
  }

  get parameters(): URLSearchParams {
    return this.#parsed.parameters;
  }

  /** One parameter of the current page. */
  parameter(name: string): string | null {
    return this.#parsed.parameters.get(name);
  }

  /** Shows a page; a new entry in the history. */
  go(page: PageName, parameters: PageParameters = {}): void {
    this.#write(pageHref(page, parameters), 'push');
  }

  /** Changes some parameters of the current page and keeps the others; null removes one. */
  setParameters(changes: PageParameters, history: 'push' | 'replace' = 'replace'): void {
    const merged = { ...Object.fromEntries(this.parameters), ...changes };
    this.#write(pageHref(this.page, merged), history);
  }

  /** Follows the address bar until the returned function is called. */
  start(): () => void {
    const read = (): void => {
      this.#hash = window.location.hash;
    };
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  #write(href: string, history: 'push' | 'replace'): void {
    if (href === this.#hash) return;
    if (history === 'push') window.history.pushState(null, '', href);
    else window.history.replaceState(null, '', href);
    this.#hash = href;
  }
}

/** The link to a page, for `<a href>`. */
export function pageHref(page: PageName, parameters: PageParameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, value);
  }
  const text = search.toString();
  return `#/${page}${text === '' ? '' : `?${text}`}`;
}

export function parseHash(hash: string): { readonly page: PageName; readonly parameters: URLSearchParams } {
  const [path = '', search = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const page = pageNames.find((name) => name === path) ?? 'welcome';
  return { page, parameters: new URLSearchParams(search) };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
