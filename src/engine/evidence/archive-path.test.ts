import { expect, test } from 'vitest';
import { ArchiveNames, decodeSegment, encodeSegment } from './archive-path.ts';

/** What Windows, macOS and Linux all hold: Microsoft's "Naming Files, Paths, and Namespaces". */
function isSafe(name: string): boolean {
  return (
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    !/[<>:"|?*\\/\u0000-\u001f]/.test(name) &&
    !/[. ]$/.test(name) &&
    !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) &&
    Buffer.byteLength(name) <= 250
  );
}

const names = [
  'plain.json.gz', 'a:b', 'a%3Ab', '100%', '%', '%%41', 'CON', 'con.txt', 'nul', 'Com1.json', 'console', 'LPT9', 'aux.', 'a.', 'a..',
  'a ', ' a', '..', '.', '...', '.hidden', 'x\u0000y', 'tab\there', 'new\nline', '<>:"|?*', 'back\\slash', 'a/b', 'é中😀', '\u007f', '~', '%=2', '%~', '', '%-', '-',
]; // prettier-ignore

test('every name becomes one that all systems hold, and back', () => {
  for (const name of names) {
    expect(isSafe(encodeSegment(name)), `${name} → ${encodeSegment(name)}`).toBe(true);
    expect(decodeSegment(encodeSegment(name))).toBe(name);
  }
});

test('any name comes back, and no two become one', () => {
  const letters = ['a', 'A', '.', ' ', '%', '=', '2', '-', 'é', '\u0001', '\\', ':', '/', '~', 'n', 'u', 'l', '😀'];
  let seed = 3;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const names = Array.from({ length: 5000 }, () =>
    Array.from({ length: random(8) }, () => letters[random(letters.length)]).join(''),
  );
  for (const name of names) {
    expect(isSafe(encodeSegment(name)), name).toBe(true);
    expect(decodeSegment(encodeSegment(name))).toBe(name);
    expect(decodeSegment(`${encodeSegment(name)}%=12`)).toBe(name);
  }
  expect(new Set(names.map(encodeSegment)).size).toBe(new Set(names).size);
});

test('ordinary names stay as they are', () => {
  const name = '123456789012_CloudTrail_eu-central-1_20240801T1335Z_AbCdEfGhIjKlMnOp.json.gz';
  expect(encodeSegment(name)).toBe(name);
});

test('a name that would become too long is cut, and two such stay apart', () => {
  const first = encodeSegment(`${':'.repeat(200)}a`);
  const second = encodeSegment(`${':'.repeat(200)}b`);
  expect(isSafe(first) && isSafe(second)).toBe(true);
  expect(first).not.toBe(second);
  expect(isSafe(encodeSegment('é'.repeat(127)))).toBe(true);
});

test('names that differ only in case, or in how accents are composed, do not fall together', () => {
  const taken = new ArchiveNames();
  const paths = [['a', 'Log.json'], ['a', 'log.json'], ['A', 'LOG.JSON'], ['a', '\u00e9'], ['a', 'e\u0301'], ['a', 'Log.json']]; // prettier-ignore
  const given = paths.map((segments) => taken.take(segments));
  expect(new Set(given.map((path) => path.normalize('NFC').toLowerCase())).size).toBe(paths.length);
  expect(given[0]).toBe('a/Log.json');
  expect(decodeSegment(given[1]!.split('/')[1]!)).toBe('log.json');
});

test('no segment leads out of the folder', () => {
  expect(new ArchiveNames().take(['..', '..', 'etc', 'x'])).toBe('%2E%2E/%2E%2E/etc/x');
});
