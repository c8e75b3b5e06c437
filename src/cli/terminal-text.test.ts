import { expect, test } from 'vitest';
import { displayWidth, terminalJson, terminalText } from './terminal-text.ts';

test.each([
  ['plain “text” – 東京 🦉', 'plain “text” – 東京 🦉'],
  ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['\u009b2J', '\\x9b2J'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['\u0000\u0007\u007f', '\\x00\\x07\\x7f'],
  ['evil\u202egpj.exe', 'evil\\u202egpj.exe'],
  ['\u2066x\u2069\u200e', '\\u2066x\\u2069\\u200e'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
])('%j is shown as %j', (text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

test('no code point that a terminal acts upon gets through', () => {
  for (let code = 0; code <= 0xffff; code += 1) {
    const isSteering = code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x202a && code <= 0x202e);
    if (isSteering) expect(terminalText(String.fromCharCode(code))).toMatch(/^\\[xunrt]/);
  }
});

test('terminalJson changes how the JSON is written and never what it says', () => {
  const value = { text: '\u007f\u009b\u202e\u2028\u{e0041}\u001b "quoted" \\u', nested: [{ '\u202ekey': 1 }] };
  for (const json of [JSON.stringify(value), JSON.stringify(value, null, '\t')]) {
    const written = terminalJson(json);
    expect(JSON.parse(written)).toEqual(value);
    expect(written).not.toMatch(/[\u007f-\u009f\u202e\u2028\n\t]|\u{e0041}/u);
  }
});

test.each([
  ['abc', 3],
  ['Zürich', 6],
  ['Zu\u0308rich', 6],
  ['東京', 4],
  ['🦉!', 3],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});
