/** What a key does to the block that has the focus, as in notebooks people know. */
export type BlockCommand =
  | 'previous'
  | 'next'
  | 'first'
  | 'last'
  | 'edit'
  | 'insert-above'
  | 'insert-below'
  | 'to-prose'
  | 'to-cell'
  | 'remove'
  | 'move-up'
  | 'move-down'
  | 'undo'
  | 'redo'
  | 'pin'
  | 'help';

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'timeStamp'>;

const plain: Readonly<Record<string, BlockCommand>> = {
  ArrowUp: 'previous',
  k: 'previous',
  ArrowDown: 'next',
  j: 'next',
  Home: 'first',
  End: 'last',
  G: 'last',
  Enter: 'edit',
  a: 'insert-above',
  b: 'insert-below',
  m: 'to-prose',
  y: 'to-cell',
  z: 'undo',
  p: 'pin',
  '?': 'help',
};

/** Each key and what it does, for the list of keys. */
export const blockKeyHelp: readonly (readonly [keys: string, action: string])[] = [
  ['↑ ↓ or k j', 'Block above, below'],
  ['Home, End', 'First, last block'],
  ['Enter', 'Edit the block; Esc leads back'],
  ['a, b', 'New cell above, below'],
  ['m, y', 'Make it text, a SQL cell'],
  ['d d or Delete', 'Remove the block'],
  ['Alt ↑, Alt ↓', 'Move the block'],
  ['z or Ctrl/⌘ Z, with Shift', 'Undo, redo'],
  ['p', 'Pin the result'],
  ['Ctrl/⌘ ↵', 'Run the cell'],
  ['Alt ↵ or Shift ↵', 'Run the cell and go on to the next'],
  ['Ctrl/⌘ Shift ↵', 'Run all cells'],
  ['Ctrl/⌘ S', 'Save now'],
];

const doubleMs = 800;

/** Reads keys at the level of blocks; `d d` is two keys. */
export class BlockKeyboard {
  #lastD = Number.NEGATIVE_INFINITY;

  commandOf({ key, ctrlKey, metaKey, altKey, shiftKey, timeStamp }: Key): BlockCommand | null {
    const isSecondD = key === 'd' && timeStamp - this.#lastD < doubleMs;
    this.#lastD = Number.NEGATIVE_INFINITY;
    if (ctrlKey || metaKey) {
      if (altKey || key.toLowerCase() !== 'z') return null;
      return shiftKey ? 'redo' : 'undo';
    }
    if (altKey) return key === 'ArrowUp' ? 'move-up' : key === 'ArrowDown' ? 'move-down' : null;
    if (key === 'Delete' || key === 'Backspace') return key === 'Delete' ? 'remove' : null;
    if (key === 'd') {
      if (isSecondD) return 'remove';
      this.#lastD = timeStamp;
      return null;
    }
    if (key === 'Enter' && shiftKey) return null;
    return Object.hasOwn(plain, key) ? (plain[key] ?? null) : null;
  }
}
