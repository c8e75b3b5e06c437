import { createHash } from 'node:crypto';

/** Names Windows reserves, with any extension. */
const reservedName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** File systems take 255 bytes; `.part`, `%=2`, `%meta.json` and the like are still to come. */
const maximumSegmentBytes = 232;

/** Stands for a segment without a name, as between two slashes of an S3 key. */
const emptySegment = '%-';

/**
 * One path segment as a name that Linux, macOS and Windows can hold. Reversible: what can't stand is percent-encoded,
 * `%` included. Only a name that would become too long is cut and ends in `%~` and its hash; the ledger has it whole.
 */
export function encodeSegment(segment: string): string {
  if (segment === '') return emptySegment;
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  let encoded = segment.replace(/[%<>:"|?*\\/\u0000-\u001f\u007f]/g, percentEncode);
  encoded = encoded.replace(/[. ]$/, percentEncode);
  if (/^\.{1,2}$/.test(segment)) encoded = segment.replaceAll('.', '%2E');
  if (reservedName.test(encoded)) encoded = percentEncode(encoded[0]!) + encoded.slice(1);
  if (Buffer.byteLength(encoded) <= maximumSegmentBytes) return encoded;
  const hash = createHash('sha256').update(segment).digest('hex').slice(0, 16);
  let kept = [...encoded];
  while (Buffer.byteLength(kept.join('')) > maximumSegmentBytes - 18) kept = kept.slice(0, -1);
  return `${kept.join('').replace(/%[0-9A-F]?$/, '')}%~${hash}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

export function decodeSegment(encoded: string): string {
  const name = encoded.replace(/%=\d+$/, '');
  if (name === emptySegment) return '';
  return name.replace(/%([0-9A-F]{2})/g, (_match, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/** Hands out archive paths; two that differ only in case get different names (`%=2` is never made by encoding). */
export class ArchiveNames {
  readonly #taken = new Set<string>();

  take(segments: readonly string[]): string {
    const encoded = segments.map(encodeSegment);
    let path = encoded.join('/');
    for (let copy = 2; this.#taken.has(caseFolded(path)); copy++) path = `${encoded.join('/')}%=${copy}`;
    this.#taken.add(caseFolded(path));
    return path;
  }
}

/** As file systems that ignore case (and macOS, which ignores how accents are composed) compare names. */
export function caseFolded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
