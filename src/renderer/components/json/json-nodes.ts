export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'string'; readonly text: string }
  /** As written: no digit is lost to a JS number. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'word'; readonly text: 'true' | 'false' | 'null' };

export interface JsonEntry {
  /** A key, or an index as text. */
  readonly key: string;
  readonly value: JsonNode;
}

/**
 * Reads JSON for display: keys keep their order and their duplicates, numbers their digits. Null if the text is no
 * JSON, or nested so deeply that a tree of it would help nobody.
 */
export function parseJsonNodes(text: string): JsonNode | null {
  const reader = new Reader(text);
  try {
    const node = reader.value(0);
    return reader.isAtEnd() ? node : null;
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

class NotJson extends Error {}

const deepest = 400;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\]|\\.)*"/sy;
const word = /true|false|null/y;
const space = /[ \t\r\n]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#match(space);
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonNode {
    if (depth > deepest) throw new NotJson();
    this.#match(space);
    const next = this.#text[this.#at];
    if (next === '{') return { kind: 'object', entries: this.#entries('}', depth, () => this.#key()) };
    if (next === '[') return { kind: 'array', entries: this.#entries(']', depth, (index) => String(index)) };
    if (next === '"') return { kind: 'string', text: this.#string() };
    const literal = this.#match(word);
    if (literal === 'true' || literal === 'false' || literal === 'null') return { kind: 'word', text: literal };
    return { kind: 'number', text: this.#match(number) ?? fail() };
  }

  #entries(close: string, depth: number, key: (index: number) => string): readonly JsonEntry[] {
    this.#at += 1;
    const entries: JsonEntry[] = [];
    if (this.#take(close)) return entries;
    do {
      this.#match(space);
      entries.push({ key: key(entries.length), value: this.value(depth + 1) });
    } while (this.#take(','));
    if (!this.#take(close)) fail();
    return entries;
  }

  #key(): string {
    const key = this.#string();
    if (!this.#take(':')) fail();
    return key;
  }

  #string(): string {
    const quoted = this.#match(string) ?? fail();
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return fail();
    }
  }

  #take(character: string): boolean {
    this.#match(space);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[0];
  }
}

function fail(): never {
  throw new NotJson();
}
