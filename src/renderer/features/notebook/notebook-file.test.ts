import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotebookFileState } from './notebook-file.svelte.ts';
import { TestEngine, TestStorage } from './test-engine.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function opened(engine: TestEngine, storage = new TestStorage(), place: 'case' | 'starter' = 'case') {
  const page = { text: '' };
  const file = new NotebookFileState({
    ...{ api: engine.api, storage, casePath: '/case', reference: { place, name: 'n.md' } },
    text: () => page.text,
    show: (text) => (page.text = text),
  });
  await file.load();
  const type = (text: string): void => {
    page.text = text;
    file.edited();
  };
  return { file, page, type, storage };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

describe('NotebookFileState', () => {
  it('saves a moment after the last key, once', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    type('ab');
    type('abc');
    expect(file.saveState).toBe('unsaved');
    await settle();
    expect(engine.files.get('n.md')).toBe('abc');
    expect(engine.saves).toBe(1);
    expect(file.saveState).toBe('saved');
  });

  it('saves what was typed while it saved', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    type('ab');
    const saving = file.save();
    type('abc');
    await saving;
    await settle();
    expect(engine.files.get('n.md')).toBe('abc');
    expect(file.saveState).toBe('saved');
  });

  it('writes nothing when the text is again what lies on disk, and never in a starter', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    type('ab');
    type('a');
    await settle();
    expect(file.saveState).toBe('saved');
    const starter = await opened(engine, new TestStorage(), 'starter');
    starter.type('changed');
    await starter.file.save();
    await settle();
    expect(engine.saves).toBe(0);
  });

  it('says why it is not saved, tries again, and keeps the text beyond the page', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    engine.saveError = new Error('The disk is full.');
    const storage = new TestStorage();
    const first = await opened(engine, storage);
    first.type('typed');
    await settle();
    expect(first.file.saveState).toBe('failed');
    first.file.close();
    await settle();
    engine.saveError = null;
    const second = await opened(engine, storage);
    expect(second.page.text).toBe('typed');
    expect(second.file.wasRestored).toBe(true);
    await settle();
    expect(engine.files.get('n.md')).toBe('typed');
    const third = await opened(engine, storage);
    expect(third.file.wasRestored).toBe(false);
  });

  it('shows a conflict if the file changed while an earlier edit lay unsaved', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    engine.saveError = new Error('The disk is full.');
    const storage = new TestStorage();
    const first = await opened(engine, storage);
    first.type('mine');
    first.file.close();
    await settle();
    engine.saveError = null;
    engine.files.set('n.md', 'theirs');
    const second = await opened(engine, storage);
    expect(second.page.text).toBe('mine');
    expect(second.file.conflict?.theirs?.text).toBe('theirs');
    await settle();
    expect(engine.files.get('n.md')).toBe('theirs');
  });

  it('takes a change made elsewhere if nothing was edited here', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, page, type } = await opened(engine);
    engine.files.set('n.md', 'b');
    await file.refresh();
    expect(page.text).toBe('b');
    expect(file.conflict).toBeNull();
    type('bc');
    await settle();
    expect(engine.files.get('n.md')).toBe('bc');
  });

  it.each(['refresh', 'save'] as const)('keeps both sides of a conflict found by %s: mine', async (how) => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    type('mine');
    engine.files.set('n.md', 'theirs');
    await file[how]();
    expect(file.conflict?.theirs?.text).toBe('theirs');
    type('mine, more');
    await settle();
    expect(engine.files.get('n.md')).toBe('theirs');
    await file.keepMine();
    expect(file.conflict).toBeNull();
    expect([...engine.files.values()].toSorted()).toEqual(['mine, more', 'theirs']);
    expect(engine.files.get('n.md')).toBe('mine, more');
  });

  it('keeps both sides of a conflict: theirs', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, page, type, storage } = await opened(engine);
    type('mine');
    engine.files.set('n.md', 'theirs');
    await file.refresh();
    await file.takeTheirs();
    expect(page.text).toBe('theirs');
    expect(file.saveState).toBe('saved');
    expect([...engine.files.values()].toSorted()).toEqual(['mine', 'theirs']);
    expect(storage.length).toBe(0);
  });

  it('keeps the conflict and both texts if the copy can’t be written', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, page, type } = await opened(engine);
    type('mine');
    engine.files.set('n.md', 'theirs');
    await file.refresh();
    const { set } = engine.files;
    engine.files.set = () => {
      throw new Error('The disk is full.');
    };
    await expect(file.takeTheirs()).rejects.toThrow('full');
    await expect(file.keepMine()).rejects.toThrow('full');
    engine.files.set = set;
    expect(page.text).toBe('mine');
    expect(file.conflict?.theirs?.text).toBe('theirs');
    expect(engine.files.get('n.md')).toBe('theirs');
  });

  it('offers to write a removed file again', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    engine.files.delete('n.md');
    await file.refresh();
    expect(file.isRemoved).toBe(true);
    await file.writeAgain();
    expect(file.isRemoved).toBe(false);
    expect(engine.files.get('n.md')).toBe('a');
    type('ab');
    engine.files.delete('n.md');
    await file.save();
    expect(file.conflict).toEqual({ theirs: null });
    await file.keepMine();
    expect(engine.files.get('n.md')).toBe('ab');
    expect(file.conflict).toBeNull();
  });

  it('refuses to be used elsewhere while something is unsaved', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type } = await opened(engine);
    type('ab');
    await file.saveFirst();
    expect(engine.files.get('n.md')).toBe('ab');
    engine.files.set('n.md', 'theirs');
    type('mine');
    await expect(file.saveFirst()).rejects.toThrow('changed elsewhere');
  });

  it('never writes into another case that has the same notebook', async () => {
    const engine = new TestEngine();
    engine.files.set('n.md', 'a');
    const { file, type, storage } = await opened(engine);
    type('mine');
    engine.casePath = '/other';
    await settle();
    expect(engine.files.get('n.md')).toBe('a');
    expect(file.saveState).toBe('failed');
    expect(storage.length).toBe(1);
    file.close();
  });
});
