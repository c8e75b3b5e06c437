/**
 * Characters that steer a terminal or reorder what it shows: C0 and C1 controls (escape sequences begin with one),
 * bidirectional controls, line separators and tag characters. Log fields are text that an attacker chose.
 */
const steering =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

const shortNames: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with every steering character written out, e.g. `\x1b` or `\u202e`. */
export function terminalText(text: string): string {
  return text.replace(steering, (character) => shortNames[character] ?? writtenOut(character));
}

function writtenOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** JSON text with steering characters as escapes. The value it stands for stays the same. */
export function terminalJson(json: string): string {
  return json.replace(steering, (character) => {
    if (character === '\n' || character === '\r' || character === '\t') return ' ';
    return [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join('');
  });
}

/** Columns of a terminal that the text takes: 2 for wide characters, 0 for combining ones. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
