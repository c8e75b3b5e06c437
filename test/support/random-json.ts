/** A small seeded generator (mulberry32): the same seed gives the same values on every machine. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

const numbers = [
  '0', '1', '-1', '1.0', '-0', '0.1', '1e2', '1E+5', '3.00', '1e-400', '1e999', '9007199254740993',
  '12345678901234567890123', '-98765432109876543210', '0.1234567890123456789012345', '528758000000',
]; // prettier-ignore

const stringBodies = [
  '', 'a', 'plain text', '\\u003d', 'a\\u003cb\\u0026c', '\\/', '\\\\', '\\"', '\\b\\f\\n\\r\\t', '\\u0000', 'x\\u0000y',
  '\\ud800', 'a\\udc00b', '\\udc00\\ud800', '\\ud83d\\ude00', '\u00e9\u4e2d\u{1f600}', '\u2028', '\u007f', '\\u00e9', 'true', 'null',
  '\\\\ud800', '\ufeff', '\\ufeffx', 'x'.repeat(13), 'y'.repeat(300), '{\\"Statement\\":[]}', 'twelve bytes', 'thirteen byte',
]; // prettier-ignore

const keyBodies = [
  'a', 'b', 'A', 'Tag', 'tag', '', ' ', 'a.b', 'a/b', 'a:b', '$', '$original', '$x', '\\u0024original', '__proto__', 'constructor',
  '1', '01', 'caf\\u00e9', '\u00e9', '\\ud800', 'user\\u0049dentity', 'arn', 'type', 'x y', 'a\\nb',
]; // prettier-ignore

/** White space, now and then. */
function space(random: Seeded): string {
  return random.chance(0.1) ? random.pick([' ', '\n', '\t', '\r\n', '  ']) : '';
}

export function randomString(random: Seeded): string {
  return `"${random.pick(stringBodies)}"`;
}

/** JSON text of any kind: escapes, huge numbers, repeated keys and lone surrogates among them. */
export function randomJson(random: Seeded, depth = 0): string {
  const kind = random.below(depth > 3 ? 4 : 7);
  if (kind === 0) return random.pick(numbers);
  if (kind === 1) return random.pick(['true', 'false', 'null']);
  if (kind < 4) return randomString(random);
  const parts: string[] = [];
  for (let count = random.below(4); count > 0; count--) {
    const value = `${space(random)}${randomJson(random, depth + 1)}${space(random)}`;
    parts.push(kind === 4 ? value : `${space(random)}"${random.pick(keyBodies)}"${space(random)}:${value}`);
  }
  return kind === 4 ? `[${space(random)}${parts.join(',')}]` : `{${space(random)}${parts.join(',')}}`;
}

/** An object of some of these members, each as often as not; some twice, and with unknown members among them. */
export function randomObject(random: Seeded, members: Readonly<Record<string, () => string>>, share = 0.5): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(members)) {
    if (random.chance(share)) parts.push(`"${key}"${space(random)}:${space(random)}${value()}`);
    if (random.chance(0.01)) parts.push(`"${key}":${randomJson(random, 2)}`);
  }
  while (random.chance(0.15)) parts.push(`"${random.pick(keyBodies)}":${randomJson(random, 2)}`);
  if (random.chance(0.3)) parts.sort(() => random.next() - 0.5);
  return `{${parts.join(`${space(random)},${space(random)}`)}}`;
}

/** How deep objects and arrays are nested in JSON text. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}
