import { expect, test } from 'vitest';
import { JsonCursor, JsonError, maximumDepth } from './json-cursor.ts';

const encoder = new TextEncoder();

test('every way to cut a record off is seen as such, and none as valid', () => {
  const bytes = encoder.encode('{"a":[1.5e+3,true,null,"\\u00e9\\n",{"b":-0}],"c":"d"}');
  for (let end = 1; end < bytes.length; end++) {
    const cursor = new JsonCursor(bytes, 0, end);
    expect(() => cursor.skipValue(), String(end)).toThrow(expect.objectContaining({ isCutOff: true }) as Error);
  }
});

test('bytes behind the end are not looked at', () => {
  const bytes = encoder.encode('"abc"  ');
  const cursor = new JsonCursor(bytes, 0, 4);
  expect(() => cursor.skipValue()).toThrow(JsonError);
});

test(`nesting is followed to ${maximumDepth} levels, deeper is refused with that reason`, () => {
  const nested = (levels: number) => encoder.encode('[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2));
  const cursor = new JsonCursor(nested(maximumDepth));
  cursor.skipValue();
  expect(cursor.position).toBe(cursor.end);
  expect(() => new JsonCursor(nested(10_000)).skipValue()).toThrow('nested deeper than 200 levels');
});

test('flags tell whether a value can be copied as it is', () => {
  const flags = (text: string) => {
    const cursor = new JsonCursor(encoder.encode(text));
    cursor.skipValue();
    return { sawEscape: cursor.sawEscape, sawSpace: cursor.sawSpace };
  };
  expect(flags('{"a":["b c",1]}')).toEqual({ sawEscape: false, sawSpace: false });
  expect(flags('{"a": 1}')).toEqual({ sawEscape: false, sawSpace: true });
  expect(flags('[1 ]')).toEqual({ sawEscape: false, sawSpace: true });
  expect(flags('{"\\u0061":1}')).toEqual({ sawEscape: true, sawSpace: false });
  expect(flags('[[ ]]')).toEqual({ sawEscape: false, sawSpace: true });
});
