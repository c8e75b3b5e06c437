/**
 * A JSON reader that shares no code with the product: JSON.parse checks, then the text is walked again so that numbers
 * keep every digit. Objects become sorted entries with the last of repeated keys, as JSON.parse and Python have it.
 */
export type Exact = string | { readonly number: string } | boolean | null | readonly Exact[] | Map<string, Exact>;

export function exactJson(text: string): Exact {
  JSON.parse(text);
  let at = 0;
  const skipSpace = (): void => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at++;
  };
  const string = (): string => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (): Exact => {
    skipSpace();
    const first = text[at]!;
    if (first === '"') return string();
    if (first === '[') {
      const elements: Exact[] = [];
      for (at++, skipSpace(); text[at] !== ']'; skipSpace()) {
        elements.push(value());
        skipSpace();
        if (text[at] === ',') at++;
      }
      at++;
      return elements;
    }
    if (first === '{') {
      const members = new Map<string, Exact>();
      for (at++, skipSpace(); text[at] !== '}'; skipSpace()) {
        const key = string();
        skipSpace();
        at++;
        members.set(key, value());
        skipSpace();
        if (text[at] === ',') {
          at++;
          skipSpace();
        }
      }
      at++;
      return new Map([...members].sort(([left], [right]) => (left < right ? -1 : 1)));
    }
    const word = /^[^\s,\]}]+/.exec(text.slice(at, at + 400))![0];
    at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    return word === 'null' ? null : { number: canonicalNumber(word) };
  };
  return value();
}

/** Equal for numbers of equal value, however they are written: digits without zeros at the ends, and an exponent. */
function canonicalNumber(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const digits = (whole! + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return `${sign}0`;
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
