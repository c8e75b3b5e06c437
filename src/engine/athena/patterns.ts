import { refuse, type Placed } from './problem.ts';

/**
 * Regular expressions: Athena's are Java's, DuckDB's are RE2's. What both have means the same; what RE2 lacks (looking
 * around, references back) fails when it runs. This finds what RE2 would read as something else.
 */
export interface Pattern {
  /** For RE2. */
  readonly text: string;
  readonly groups: readonly PatternGroup[];
  /** Whether the pattern can match the empty text. */
  readonly canBeEmpty: boolean;
}

interface PatternGroup {
  readonly name: string | null;
  readonly canBeEmpty: boolean;
  /** Whether the pattern can match without it. */
  readonly isOptional: boolean;
}

export function readPattern(source: string, place: Placed): Pattern {
  const reader = new PatternReader(source, place);
  const { canBeEmpty } = reader.alternatives(false);
  reader.expectEnd();
  return { text: reader.text, groups: reader.groups, canBeEmpty };
}

class PatternReader {
  readonly #source: string;
  readonly #place: Placed;
  #position = 0;
  text = '';
  readonly groups: PatternGroup[] = [];

  constructor(source: string, place: Placed) {
    this.#source = source;
    this.#place = place;
  }

  /** `a|b|c`, until a closing bracket or the end. */
  alternatives(isOptional: boolean): { canBeEmpty: boolean } {
    const first = this.groups.length;
    let canBeEmpty = this.#sequence();
    let count = 1;
    while (this.#accept('|')) {
      canBeEmpty = this.#sequence() || canBeEmpty;
      count++;
    }
    if (count > 1 || isOptional) this.#makeOptional(first);
    return { canBeEmpty };
  }

  expectEnd(): void {
    if (this.#position < this.#source.length) this.#refuse('There is a ) too many in this pattern.');
  }

  #makeOptional(from: number): void {
    for (let index = from; index < this.groups.length; index++) {
      this.groups[index] = { ...this.groups[index]!, isOptional: true };
    }
  }

  #sequence(): boolean {
    let canBeEmpty = true;
    while (this.#position < this.#source.length && !/[|)]/.test(this.#peek())) {
      const first = this.groups.length;
      const isEmptyPart = this.#part();
      const least = this.#quantifier();
      if (least === 0) this.#makeOptional(first);
      canBeEmpty &&= isEmptyPart || least === 0;
    }
    return canBeEmpty;
  }

  /** One character, class or group. Whether it can match nothing. */
  #part(): boolean {
    const character = this.#peek();
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape();
    if (character === '^' || character === '$') return this.#take(1);
    // Outside a class RE2 and Java read these alike.
    this.#take(1);
    return false;
  }

  #group(): boolean {
    const [head] = /^\((?:\?(?:[imsUu-]*[:)]|P?<[A-Za-z]\w*>|[^]{1,2}))?/.exec(this.#source.slice(this.#position))!;
    if (/^\(\?(?:[=!>]|<[=!])/.test(head))
      this.#refuse('Looking ahead or behind, and groups that give nothing back, are not available here.');
    if (/^\(\?[^P<]*[uUdx]/.test(head)) this.#refuse(`The flags of ${head} are not translated: there are i, m and s.`);
    const name = /<([A-Za-z]\w*)>$/.exec(head)?.[1] ?? null;
    this.#position += head.length;
    this.text += name === null ? head : `(?P<${name}>`;
    // (?i): flags alone.
    if (head.endsWith(')')) return true;
    const isCapture = head === '(' || name !== null;
    const index = this.groups.length;
    if (isCapture) this.groups.push({ name, canBeEmpty: false, isOptional: false });
    const { canBeEmpty } = this.alternatives(false);
    if (isCapture) this.groups[index] = { name, canBeEmpty, isOptional: false };
    if (!this.#accept(')')) this.#refuse('A ) is missing in this pattern.');
    return canBeEmpty;
  }

  #class(): boolean {
    this.#take(this.#source.startsWith('[^', this.#position) ? 2 : 1);
    if (this.#peek() === ']') this.#refuse('Write \\] for a ] at the beginning of a class.');
    while (this.#peek() !== ']') {
      if (this.#position >= this.#source.length) this.#refuse('A ] is missing in this pattern.');
      if (this.#peek() === '[' || this.#source.startsWith('&&', this.#position)) {
        this.#refuse('Classes within classes and && are not translated. Write \\[ for the character.');
      }
      if (this.#peek() === '\\') this.#escape();
      else this.#take(1);
    }
    return this.#take(1) && false;
  }

  #escape(): boolean {
    const next = this.#source.charAt(this.#position + 1);
    if (/[1-9k]/.test(next)) this.#refuse('References back to a group are not available here.');
    if (/[vhRXGZCNcuEQe]/.test(next)) this.#refuse(`\\${next} is not translated.`);
    if (next === '') this.#refuse('The pattern ends with a \\.');
    const length = /^\\[pP]\{[^}]*\}/.exec(this.#source.slice(this.#position))?.[0].length ?? 2;
    this.#take(length);
    return /[bBAz]/.test(next);
  }

  /** How often the part before may be missing: 0 if it may be left out. */
  #quantifier(): number {
    const [text, range] = /^(?:[*+?]|\{(\d*)(?:,\d*)?\})/.exec(this.#source.slice(this.#position)) ?? [];
    if (text === undefined) return 1;
    this.#take(text.length);
    if (this.#peek() === '?') this.#take(1);
    else if (this.#peek() === '+') this.#refuse('Possessive quantifiers (*+, ++, ?+) are not available here.');
    if (range !== undefined) return Number(range);
    return text === '+' ? 1 : 0;
  }

  #peek(): string {
    return this.#source.charAt(this.#position);
  }

  #accept(character: string): boolean {
    return this.#peek() === character && this.#take(1);
  }

  #take(length: number): true {
    this.text += this.#source.slice(this.#position, this.#position + length);
    this.#position += length;
    return true;
  }

  #refuse(sentence: string): never {
    return refuse(this.#place, sentence);
  }
}

/** A replacement of regexp_replace(): `$1` and `${name}` become `\1`. */
export function fromReplacement(source: string, pattern: Pattern, place: Placed): string {
  const group = (index: number): string => {
    if (index > 9 || index > pattern.groups.length) refuse(place, `The pattern has no group ${index}.`);
    return `\\${index}`;
  };
  return source.replace(
    /\\([^])|\\$|\$\{(\w+)\}|\$(\d)|\$|[^\\$]+/g,
    (text: string, escaped: string | undefined, name: string | undefined, digit: string | undefined) => {
      if (escaped !== undefined) return escaped === '\\' ? '\\\\' : escaped;
      if (name !== undefined) {
        const index = pattern.groups.findIndex((candidate) => candidate.name === name);
        if (index < 0) refuse(place, `The pattern has no group “${name}”.`);
        return group(index + 1);
      }
      if (digit !== undefined) return group(Number(digit));
      if (text === '$' || text === '\\') refuse(place, `Write \\$ for a $ in a replacement, and \\\\ for a \\.`);
      return text;
    },
  );
}
