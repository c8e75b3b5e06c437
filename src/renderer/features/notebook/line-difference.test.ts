import { describe, expect, it } from 'vitest';
import { lineDifference } from './line-difference.ts';

function shown(before: string, after: string): string {
  const marks = { same: ' ', removed: '-', added: '+' };
  return lineDifference(before, after)
    .map(({ kind, text }) => marks[kind] + text)
    .join('\n');
}

describe('lineDifference', () => {
  it('marks what is gone and what is new', () => {
    expect(shown('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toBe(' a\n-b\n+x\n c\n d\n+e');
  });

  it('takes a line break of Windows for the same', () => {
    expect(shown('a\r\nb', 'a\nb')).toBe(' a\n b');
  });

  it('gives back both texts, whatever they are', () => {
    const words = ['a', 'b', 'c', ''];
    for (let seed = 1; seed < 200; seed += 1) {
      const text = (step: number): string =>
        Array.from({ length: (seed * step) % 9 }, (_, at) => words[(seed * (at + step) * 7) % 4]).join('\n');
      const [before, after] = [text(3), text(5)];
      const changes = lineDifference(before, after);
      const side = (left: 'removed' | 'added'): string =>
        changes
          .filter(({ kind }) => kind !== left)
          .map((change) => change.text)
          .join('\n');
      expect(side('added')).toBe(before);
      expect(side('removed')).toBe(after);
    }
  });

  it('shows texts too large to compare as replaced', () => {
    const lines = (word: string): string => Array.from({ length: 2500 }, (_, at) => word + at).join('\n');
    const changes = lineDifference(lines('a'), lines('b'));
    expect(changes.filter(({ kind }) => kind === 'removed').length).toBe(2500);
    expect(changes.filter(({ kind }) => kind === 'added').length).toBe(2500);
  });
});
