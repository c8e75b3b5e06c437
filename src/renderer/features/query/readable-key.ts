const macNames: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' };
const names: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
};

/** `Mod-Shift-Enter` as it is printed on the keyboard: `Ctrl Shift ↵` or `⌘ ⇧ ↵`; also within a sentence. */
export function readableKey(text: string, isMac: boolean): string {
  return text.replace(/(?:\b(?:Mod|Ctrl|Alt|Shift)-)+\S+|^\w+$/g, (keys) =>
    keys
      .split(/-(?=.)/)
      .map((key) => (isMac ? macNames[key] : undefined) ?? names[key] ?? (key.length === 1 ? key.toUpperCase() : key))
      .join(' '),
  );
}
