import { describe, expect, it } from 'vitest';
import { visibleLine, visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it('shows characters that hide or turn text around', () => {
    expect(visibleText('admin\u202Etxt.exe')).toBe('admin\\u202etxt.exe');
    expect(visibleText('ro\u200Bot\u0000\u0007')).toBe('ro\\u200bot\\u0000\\u0007');
  });

  it('leaves all other text as it is', () => {
    const text = 'jörg 日本 😀 עברית\tone\ntwo <img src=x onerror=alert(1)>';
    expect(visibleText(text)).toBe(text);
  });

  it('stays JSON where it was JSON', () => {
    const value = { name: 'a\u202Eb\u200Dc' };
    expect(JSON.parse(visibleText(JSON.stringify(value)))).toEqual(value);
  });

  it('cuts what is long', () => {
    expect(visibleText('abcdef', 3)).toBe('abc…');
  });
});

describe('visibleLine', () => {
  it('keeps a key on one line and spells out control and direction-changing characters', () => {
    expect(visibleLine('AWSLogs/o-a1/1111/x_Zürich 東京.json.gz')).toBe('AWSLogs/o-a1/1111/x_Zürich 東京.json.gz');
    expect(visibleLine('two\nlines\tand\rmore\u202Egnp')).toBe('two\\nlines\\tand\\u000dmore\\u202egnp');
  });
});
