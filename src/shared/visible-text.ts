const invisible = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text from evidence for display: control, zero-width and direction-changing characters, with which a name can be made
 * to look like another, are shown as `\u202e`. Tabs and line feeds stay. Cut after `limit` characters.
 */
export function visibleText(text: string, limit = Number.POSITIVE_INFINITY): string {
  const shown = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return shown.replace(invisible, (character) => character.split('').map(escaped).join(''));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A key, prefix or path for display: on one line, and no character in it does anything. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
