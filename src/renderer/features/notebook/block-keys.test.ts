import { describe, expect, it } from 'vitest';
import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { applyKeys, keyBlocks, type KeyedBlock } from './block-keys.ts';

const cell = (sql: string, options = ''): string => `\`\`\`sql ${options}\n${sql}\n\`\`\`\n`;

function keyed(text: string, before: readonly KeyedBlock[] = []): readonly KeyedBlock[] {
  return keyBlocks(before, text, parseNotebook(text).blocks);
}

const keys = (blocks: readonly KeyedBlock[]): readonly string[] => blocks.map((block) => block.key);

describe('keyBlocks', () => {
  const text = `Intro\n\n${cell('SELECT 1', 'name=one')}\nBetween\n\n${cell('SELECT 2')}\n${cell('SELECT 2')}`;
  const before = keyed(text);

  it('gives every block a key of its own', () => {
    expect(new Set(keys(before)).size).toBe(5);
  });

  it('keeps the keys of the others when one is edited', () => {
    expect(keys(keyed(text.replace('SELECT 1', 'SELECT 1, 2'), before))).toEqual(keys(before));
    expect(keys(keyed(text.replace('Between', 'Betwixt'), before))).toEqual(keys(before));
  });

  it('keeps them when a cell is inserted or removed', () => {
    const inserted = keyed(text.replace('Between\n', `${cell('SELECT 9')}\nBetween\n`), before);
    expect(keys(inserted).filter((key) => keys(before).includes(key))).toEqual(keys(before));
    expect(inserted.length).toBe(6);
    const removed = keyed(text.replace(cell('SELECT 1', 'name=one'), ''), before);
    // The prose before and behind the cell is one now, and has the first one's key.
    expect(keys(removed)).toEqual([before[0]?.key, before[3]?.key, before[4]?.key]);
  });

  it('follows a cell that was moved, and one that was moved and edited by its name', () => {
    const moved = keyed(
      `Intro\n\n${cell('SELECT 2')}\n${cell('SELECT 2')}\nBetween\n\n${cell('SELECT 1', 'name=one')}`,
      before,
    );
    expect(moved.at(-1)?.key).toBe(before[1]?.key);
    const edited = keyed(
      `Intro\n\n${cell('SELECT 2')}\n${cell('SELECT 2')}\nBetween\n\n${cell('SELECT 7', 'name=one')}`,
      before,
    );
    expect(edited.at(-1)?.key).toBe(before[1]?.key);
  });

  it('leaves what was not edited the very same object, wherever it lies now', () => {
    const after = keyed(text.replace('Intro', 'A longer introduction'), before);
    expect(after.map((entry, index) => entry === before[index])).toEqual([false, true, true, true, true]);
    // The last cell's name is taken now, which is a problem that it did not have.
    const taken = keyed(`${text}\n${cell('SELECT 3', 'name=two')}`, before);
    const retaken = keyed(`${text.replace('name=one', 'name=two')}\n${cell('SELECT 3', 'name=two')}`, taken);
    expect(retaken.at(-1)).not.toBe(taken.at(-1));
    expect(retaken.at(-1)?.key).toBe(taken.at(-1)?.key);
  });

  it('never gives a cell the key of prose', () => {
    const [block] = keyed(cell('SELECT 1'), keyed('Only prose'));
    expect(keys(keyed('Only prose'))).not.toContain(block?.key);
  });
});

describe('applyKeys', () => {
  it('takes the keys as planned if the text came out that way', () => {
    const text = `${cell('')}\n${cell('')}`;
    const before = keyed(text);
    const [first = '', second = ''] = keys(before);
    const grown = `${cell('')}\n${cell('')}\n${cell('')}`;
    const blocks = parseNotebook(grown).blocks;
    expect(keys(applyKeys([first, 'new', second], before, grown, blocks) ?? [])).toEqual([first, 'new', second]);
    expect(applyKeys([first, second], before, grown, blocks)).toBeNull();
  });
});
