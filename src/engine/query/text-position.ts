/** Offsets that DuckDB reports, as offsets in UTF-16 code units of the same text. */

/** DuckDB's parser counts characters (code points). */
export function utf16OffsetOfCharacter(text: string, character: number): number {
  let offset = 0;
  for (let count = 0; count < character && offset < text.length; count++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** DuckDB's parse tree counts bytes of UTF-8. */
export function utf16OffsetOfByte(text: string, byte: number): number {
  let offset = 0;
  for (let bytes = 0; bytes < byte && offset < text.length;) {
    const codePoint = text.codePointAt(offset) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    offset += codePoint > 0xffff ? 2 : 1;
  }
  return offset;
}

/** DuckDB's caret under an excerpt counts columns of a terminal, where wide characters take two and marks none. */
export function utf16OffsetOfColumn(text: string, column: number): number {
  let offset = 0;
  for (let columns = 0; columns < column && offset < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
    columns += isMark.test(character) ? 0 : isWide.test(character) ? 2 : 1;
    offset += character.length;
  }
  return offset;
}

const isMark = /\p{Mn}/u;
const isWide = /[\p{Emoji_Presentation}ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦\u{20000}-\u{3fffd}]/u;
