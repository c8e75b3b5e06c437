import { refuse, SqlProblem, type Placed } from './problem.ts';
import type { Name } from './syntax.ts';
import { tokenize, type Token } from './tokens.ts';

/** Deeper nesting is refused; a chain of ANDs, ORs or || is one level. */
const maxDepth = 200;

/** Words that can't be a name without quotes, in Athena as in Trino. */
const reservedWords = new Set(
  `alter and as between by case cast constraint create cross cube current_catalog current_date current_path
  current_role current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else
  end escape except execute exists extract false for from full group grouping having in inner insert intersect into is
  join json_array json_exists json_object json_query json_table json_value left like listagg localtime localtimestamp
  natural normalize not null on or order outer prepare recursive right rollup select skip table then trim true uescape
  union unnest using values when where with`.split(/\s+/),
);

/** Words that Athena does not reserve, and that begin the next clause all the same. */
const clauseWords = new Set(['limit', 'offset', 'fetch', 'window', 'tablesample', 'match_recognize']);

/** Reads a statement's tokens one after another. */
export class Cursor {
  readonly sql: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.#tokens = tokenize(sql);
  }

  /** The token `ahead` of the next one. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#index++;
    return token;
  }

  /** Whether these words and symbols (in lower case) come next. */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, index) => matches(this.peek(index), text));
  }

  seesOneOf(texts: readonly string[]): boolean {
    return texts.some((text) => this.sees(text));
  }

  /** Steps over the given words and symbols if they all come next. */
  accept(...texts: readonly string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.#index += texts.length;
    return true;
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) {
      if (!this.accept(text)) this.fail(`${shown(text)} is expected`);
    }
  }

  /** A name, in quotes or not; in lower case words that Athena reserves are none. */
  name(what = 'A name'): Name {
    const token = this.peek();
    const isName = token.kind === 'quoted' || (token.kind === 'word' && !reservedWords.has(token.text.toLowerCase()));
    if (!isName) this.fail(`${what} is expected`);
    return this.next();
  }

  /** Whether a name follows that can be an alias without AS. */
  seesAlias(): boolean {
    const { kind, text } = this.peek();
    const word = text.toLowerCase();
    return kind === 'quoted' || (kind === 'word' && !reservedWords.has(word) && !clauseWords.has(word));
  }

  /** Where the token that was read last ends, for the place of a whole expression. */
  placeFrom(start: Placed): Placed {
    const last = this.#tokens[this.#index - 1] ?? start;
    return { offset: start.offset, length: Math.max(last.offset + last.length - start.offset, 0) };
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) refuse(this.peek(), 'The statement is nested too deeply. Split it into steps.');
    const outcome = parse();
    this.#depth--;
    return outcome;
  }

  /** What `parse` reads, or null and back to where it began. For the few places where more tokens must be seen. */
  attempt<T>(parse: () => T | null): T | null {
    const [index, depth] = [this.#index, this.#depth];
    try {
      const outcome = parse();
      if (outcome !== null) return outcome;
    } catch (error) {
      if (!(error instanceof SqlProblem)) throw error;
    }
    [this.#index, this.#depth] = [index, depth];
    return null;
  }

  fail(sentence: string): never {
    const token = this.peek();
    const found =
      token.kind === 'end'
        ? 'the statement ends'
        : `there is ${this.sql.substr(token.offset, Math.min(token.length, 60))}`;
    throw new SqlProblem(`${sentence}, but ${found}.`, token.offset, token.length);
  }
}

function matches(token: Token, text: string): boolean {
  if (token.kind === 'word') return token.text.toLowerCase() === text;
  return token.kind === 'symbol' && token.text === text;
}

function shown(text: string): string {
  return /^\w/.test(text) ? text.toUpperCase() : text;
}
