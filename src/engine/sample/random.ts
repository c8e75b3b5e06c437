/** Seeded random numbers (sfc32). Integer arithmetic only, so that every machine draws the same ones. */
export class Random {
  readonly #seed: number;
  readonly #state: Uint32Array;

  constructor(seed: number, label = '') {
    this.#seed = seed;
    this.#state = Uint32Array.of(hashText(`${label}#${seed}`), hashText(`${seed}/${label}`), seed >>> 0, 1);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** A generator of its own: what one part draws does not change what another one does. */
  fork(label: string): Random {
    return new Random(this.#seed, label);
  }

  /** An integer in [0, 2^32). */
  next(): number {
    const state = this.#state;
    const [a, b, c, counter] = state as unknown as [number, number, number, number];
    const result = (a + b + counter) >>> 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + result;
    return result;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor((this.next() / 2 ** 32) * (max - min + 1));
  }

  chance(percent: number): boolean {
    return this.integer(1, 100) <= percent;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  }

  text(alphabet: string, length: number): string {
    let text = '';
    for (let index = 0; index < length; index += 1) text += alphabet.charAt(this.integer(0, alphabet.length - 1));
    return text;
  }

  hex(length: number): string {
    return this.text('0123456789abcdef', length);
  }

  uuid(): string {
    const variant = this.text('89ab', 1);
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }

  /** An access key id or principal id that is none of AWS's: it ends as those in AWS's documentation do. */
  exampleId(prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA'): string {
    const length = prefix === 'AKIA' || prefix === 'ASIA' ? 9 : 10;
    return `${prefix}${this.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', length)}EXAMPLE`;
  }
}

/** FNV-1a over UTF-16 code units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
