import { expect, test } from 'vitest';
import { canonicalJson } from './event-identity.ts';
import {
  arrayElements,
  compactJson,
  hasLoneSurrogate,
  objectMembers,
  storableRecord,
  wellFormed,
} from './json-text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const over = <T>(text: string, work: (bytes: Uint8Array, start: number, end: number) => T): T => {
  const bytes = encoder.encode(text);
  return work(bytes, 0, bytes.length);
};
const compact = (text: string) => decoder.decode(over(text, compactJson));

test('compact JSON loses white space and needless escapes, and nothing else', () => {
  expect(compact('{ "a" : [ 1.0 , 1e5,\n-0 ] , "b":"x  y" }')).toBe('{"a":[1.0,1e5,-0],"b":"x  y"}');
  expect(compact('"Sid\\u003dx\\u0026\\/\\u00e9"')).toBe('"Sid=x&/é"');
  expect(compact('"\\u0000\\"\\\\\\n"')).toBe('"\\u0000\\"\\\\\\n"');
  expect(compact('["\\ud83d\\ude00","\\ud800","\\\\ud800"]')).toBe('["😀","\\ud800","\\\\ud800"]');
  expect(compact('{"k":1,"k":12345678901234567890123,"K":0}')).toBe('{"k":1,"k":12345678901234567890123,"K":0}');
});

test('canonical JSON is one for records that differ in order and layout, and for no others', () => {
  const canonical = (text: string) => over(text, canonicalJson);
  expect(canonical('{"b":[1,{"d":2,"c":"="}],"a":null}')).toBe(
    canonical(' { "a":null, "b":[1, {"c":"\\u003d","d":2}] }'),
  );
  for (const other of [
    '{"b":[{"d":2,"c":"="},1],"a":null}',
    '{"b":[1.0,{"d":2,"c":"="}],"a":null}',
    '{"b":[1,{"d":2,"c":"="}]}',
  ]) {
    expect(canonical(other)).not.toBe(canonical('{"b":[1,{"d":2,"c":"="}],"a":null}'));
  }
  expect(canonical('{"a":"\\ud800"}')).not.toBe(canonical('{"a":"\\udfff"}'));
});

test('members and elements are given as slices, repeated and escaped keys included', () => {
  const text = ' {"a" : 1, "\\u0061":[2 ], "b":{} } ';
  const bytes = encoder.encode(text);
  const members = objectMembers(bytes, 1, bytes.length).map(({ key, start, end }) => [key, text.slice(start, end)]);
  expect(members).toEqual([['a', '1'], ['a', '[2 ]'], ['b', '{}']]); // prettier-ignore
  expect(over('[ 1 , {"a":[]},"x"]', arrayElements)).toHaveLength(3);
  expect(over('[]', arrayElements)).toEqual([]);
  expect(() => over('{"a":1', objectMembers)).toThrow('ends too early');
  expect(() => over('[1;2]', arrayElements)).toThrow('expected');
});

test('lone surrogates are told from pairs and from escaped backslashes', () => {
  const lone = (text: string) => over(text, hasLoneSurrogate);
  expect(['"\\ud800"', '"a\\uDC00"', '"\\ude00\\ud83d"', '{"\\udbff":1}', '"\\ud800\\\\udc00"'].map(lone)).toEqual(
    Array(5).fill(true),
  );
  expect(['"\\ud83d\\ude00"', '"\\\\ud800"', '"😀"', '"\\\\\\\\udfff"', '1'].map(lone)).toEqual(Array(5).fill(false));
  expect(wellFormed('a\ud800😀\udc00')).toBe('a\ufffd😀\ufffd');
  expect(JSON.parse(storableRecord('{"a":"\\ud800"}'))).toEqual({ $original: '{"a":"\\ud800"}' });
  expect(storableRecord('{"a":"\\\\ud800"}')).toBe('{"a":"\\\\ud800"}');
});
